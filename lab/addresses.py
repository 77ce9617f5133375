"""Loopback addresses that represent the addresses of load balancers."""

import ipaddress

FIRST = ipaddress.IPv4Address("127.0.0.10")
"""All of 127.0.0.0/8 is the loopback on Linux."""


class LoopbackAddresses:
    """One address for each load balancer's DNS name, never reused for another."""

    def __init__(self) -> None:
        self._addresses: dict[str, str] = {}

    def of(self, dns_name: str) -> str:
        return self._addresses.setdefault(dns_name, str(FIRST + len(self._addresses)))

    def dns_name(self, address: str) -> str | None:
        """Return the DNS name with this address."""
        return next((name for name, own in self._addresses.items() if own == address), None)
