"""A name server on the loopback that answers as Route 53 would in the sandbox's present state.

Sources: Route 53 developer guide, "Weighted routing", "How Amazon Route 53 chooses records when
health checking is configured", "Choosing between alias and non-alias records".
"""

import asyncio
import random
from collections.abc import Callable

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from lab.addresses import Addresses
from lab.estate import AliasRecord, Estate
from pay.model.stage.dwell import ALIAS_TTL_SECONDS

NEGATIVE_TTL_SECONDS = 900
"""How long resolvers cache that a name does not exist: the smaller of the SOA's TTL and minimum
(RFC 2308; Route 53 writes a TTL of 900 and a minimum of 86400)."""

SOA = (
    f"ns-1.awsdns-01.org. awsdns-hostmaster.amazon.com. 1 7200 {NEGATIVE_TTL_SECONDS} 1209600 86400"
)


class NameServer(asyncio.DatagramProtocol):
    """Answers with AWS's TTLs; the clients shorten them by the lab's pace."""

    def __init__(
        self, estate: Callable[[], Estate], addresses: Addresses, dice: random.Random
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
        self._transport.sendto(self.answer(dns.message.from_wire(data)).to_wire(), addr)

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        """Return the response to one query."""
        question = query.question[0]
        name = question.name.to_text().lower()
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        record = self._choose(name)
        if record and question.rdtype == dns.rdatatype.A:
            address = self._addresses.of(record.target)
            response.answer.append(dns.rrset.from_text(name, ALIAS_TTL_SECONDS, "IN", "A", address))
            return response
        if record is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        zone = question.name.parent().to_text()
        response.authority.append(dns.rrset.from_text(zone, NEGATIVE_TTL_SECONDS, "IN", "SOA", SOA))
        return response

    def _choose(self, name: str) -> AliasRecord | None:
        shares = self._estate().answers(name)
        if not shares:
            return None
        [chosen] = self._dice.choices(list(shares), [float(share) for share in shares.values()])
        return chosen
