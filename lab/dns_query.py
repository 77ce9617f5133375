"""Asks the lab's name server for an address.

dnspython's resolver writes and reads each message again, which takes longer than the HTTP request
that follows. Here the same query and the same answer are written and read once.
"""

import asyncio
import socket
from functools import cache
from typing import NamedTuple

import dns.message
import dns.rcode
import dns.rdatatype

MOST_BYTES = 512
"""Of a message over UDP (RFC 1035, 2.3.4)."""


class DnsAnswer(NamedTuple):
    """The answer of a name server for a name."""

    address: str
    ttl: int
    """AWS's seconds."""


async def address_of(host: str, name_server_port: int, timeout_seconds: float) -> DnsAnswer | None:
    """Return the IPv4 address of a name; None if it has none, or does not exist.

    Raises OSError, which TimeoutError is as well, if no server answers, or it does with an error.
    """
    loop = asyncio.get_running_loop()
    # Each query has a socket of its own, so no other answer can arrive at it.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.setblocking(False)
        own.connect(("127.0.0.1", name_server_port))
        async with asyncio.timeout(timeout_seconds):
            await loop.sock_sendall(own, _query(host))
            return _read(await loop.sock_recv(own, MOST_BYTES))


@cache
def _query(host: str) -> bytes:
    return dns.message.make_query(f"{host}.", dns.rdatatype.A, id=0).to_wire()


@cache
def _read(message: bytes) -> DnsAnswer | None:
    response = dns.message.from_wire(message)
    if response.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        raise OSError(f"the name server answered {dns.rcode.to_text(response.rcode())}")
    addresses = [rrset for rrset in response.answer if rrset.rdtype == dns.rdatatype.A]
    return DnsAnswer(addresses[0][0].to_text(), addresses[0].ttl) if addresses else None
