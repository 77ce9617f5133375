"""The lab's clients read an answer, a name without one, and an error."""

import asyncio
from collections.abc import Callable

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from lab.dns_query import DnsAnswer, address_of

NAME = "connector.sandbox.pymnt.internal"
TIMEOUT_SECONDS = 5

Respond = Callable[[dns.message.Message], None]
"""Completes the response to a query for the name."""


class NameServer(asyncio.DatagramProtocol):
    transport: asyncio.DatagramTransport

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        assert query.question[0].to_text() == f"{NAME}. IN A"
        response = dns.message.make_response(query)
        self._respond(response)
        self.transport.sendto(response.to_wire(), addr)


async def _asked(respond: Respond, *, is_gone: bool = False) -> DnsAnswer | None:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(
        lambda: NameServer(respond), ("127.0.0.1", 0)
    )
    server.transport = transport
    port = transport.get_extra_info("sockname")[1]
    if is_gone:
        transport.close()
        await asyncio.sleep(0)
    try:
        return await address_of(NAME, port, TIMEOUT_SECONDS)
    finally:
        transport.close()


def ask(respond: Respond, **more: bool) -> DnsAnswer | None:
    return asyncio.run(_asked(respond, **more))


@pytest.mark.parametrize("address", ["127.0.0.10", "127.0.0.11"])
def test_an_answer_has_an_address_and_its_ttl(address: str) -> None:
    def respond(response: dns.message.Message) -> None:
        response.answer.append(dns.rrset.from_text(f"{NAME}.", 60, "IN", "A", address))

    assert ask(respond) == DnsAnswer(address, 60)


@pytest.mark.parametrize("code", [dns.rcode.NXDOMAIN, dns.rcode.NOERROR])
def test_a_name_without_an_address_has_none(code: dns.rcode.Rcode) -> None:
    assert ask(lambda response: response.set_rcode(code)) is None


def test_an_error_of_the_name_server_is_one_of_the_client() -> None:
    with pytest.raises(OSError, match="the name server answered SERVFAIL"):
        ask(lambda response: response.set_rcode(dns.rcode.SERVFAIL))


def test_a_name_server_that_is_gone_is_an_error() -> None:
    with pytest.raises(ConnectionRefusedError):
        ask(lambda response: None, is_gone=True)
