"""Loopback addresses that stand for the addresses of load balancers."""

import ipaddress

FIRST = ipaddress.IPv4Address("127.0.0.10")
"""All of 127.0.0.0/8 is the loopback on Linux."""


class Addresses:
    """One address for each load balancer's DNS name, never given to another."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}

    def of(self, dns_name: str) -> str:
        return self._given.setdefault(dns_name, str(FIRST + len(self._given)))

    def dns_name(self, address: str) -> str | None:
        """Whose address it is."""
        return next((name for name, given in self._given.items() if given == address), None)
