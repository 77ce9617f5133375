"""A name server on the loopback that answers as Route 53 would in the sandbox's present state.

Sources: Route 53 developer guide, "Weighted routing", "How Amazon Route 53 chooses records when
health checking is configured". Also "Choosing between alias and non-alias records".
"""

import asyncio
import random
from collections.abc import Callable
from functools import cache

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from lab.addresses import LoopbackAddresses
from lab.estate import AliasRecord, EstateState
from pay.model.stage.dwell import ALIAS_TTL_SECONDS

NEGATIVE_TTL_SECONDS = 900
"""The time for which resolvers cache that a name does not exist: the smaller of the SOA's TTL and
minimum. RFC 2308; Route 53 writes a TTL of 900 and a minimum of 86400."""

SOA = (
    f"ns-1.awsdns-01.org. awsdns-hostmaster.amazon.com. 1 7200 {NEGATIVE_TTL_SECONDS} 1209600 86400"
)

ID_BYTES = 2
"""A message begins with its id (RFC 1035, 4.1.1)."""


class NameServer(asyncio.DatagramProtocol):
    """Answers with AWS's TTLs; the clients shorten them by the lab's pace."""

    def __init__(
        self, estate: Callable[[], EstateState], addresses: LoopbackAddresses, dice: random.Random
    ) -> None:
        self._estate, self._addresses, self._dice = estate, addresses, dice

    async def start(self) -> int:
        """Listen on a free port and return it."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, ("127.0.0.1", 0))
        return int(self._transport.get_extra_info("sockname")[1])

    def stop(self) -> None:
        self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._transport.sendto(self.answer(data), addr)

    def answer(self, query: bytes) -> bytes:
        """Return the response to one query, both as they are on the wire."""
        id_, asked = query[:ID_BYTES], query[ID_BYTES:]
        record = self._choose(_name(asked))
        return id_ + _response(asked, self._addresses.of(record.target) if record else None)

    def _choose(self, name: str) -> AliasRecord | None:
        shares = self._estate().answers(name)
        if not shares:
            return None
        [chosen] = self._dice.choices(list(shares), [float(share) for share in shares.values()])
        return chosen


# Clients ask the same, except for the id: the rest is read and written once.
@cache
def _name(asked: bytes) -> str:
    """Return the name in a query without its id."""
    return _message(asked).question[0].name.to_text().lower()


@cache
def _response(asked: bytes, address: str | None) -> bytes:
    """Return the response without its id; `address` is None if the name has no record."""
    query = _message(asked)
    question = query.question[0]
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    if address and question.rdtype == dns.rdatatype.A:
        answer = dns.rrset.from_text(question.name, ALIAS_TTL_SECONDS, "IN", "A", address)
        response.answer.append(answer)
        return response.to_wire()[ID_BYTES:]
    if address is None:
        response.set_rcode(dns.rcode.NXDOMAIN)
    zone = question.name.parent()
    response.authority.append(dns.rrset.from_text(zone, NEGATIVE_TTL_SECONDS, "IN", "SOA", SOA))
    return response.to_wire()[ID_BYTES:]


def _message(asked: bytes) -> dns.message.Message:
    return dns.message.from_wire(bytes(ID_BYTES) + asked)
