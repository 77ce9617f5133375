"""The name server answers by Route 53's rules, over the wire format."""

import random
from collections import Counter

import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from lab.addresses import LoopbackAddresses
from lab.estate import AliasRecord, Balancer, EstateState
from lab.name_server import NEGATIVE_TTL_SECONDS, NameServer
from pay.model.stage.dns_answers import TargetHealth
from pay.model.stage.dwell import ALIAS_TTL_SECONDS
from tests.lab import stories

NAME = "connector.sandbox.pymnt.internal."
DRAWS = 2000


def balancer(side: str, *healthy_targets: int, minimum: int = 1) -> Balancer:
    return stories.balancer(side, *(TargetHealth(count, minimum) for count in healthy_targets))


def weighted(side: str, weight: int) -> AliasRecord:
    return AliasRecord(NAME, f"connector-{side}", weight, f"{side}.example", True)


def estate(records: tuple[AliasRecord, ...], *balancers: Balancer) -> EstateState:
    return EstateState(1, 0.0, records, {each.dns_name: each for each in balancers})


def ask(of: EstateState, name: str = NAME, type: str = "A") -> dns.message.Message:
    """One answer, through the wire format."""
    server = NameServer(lambda: of, LoopbackAddresses(), random.Random(1))
    return dns.message.from_wire(server.answer(dns.message.make_query(name, type).to_wire()))


def drawn(of: EstateState) -> Counter[str | None]:
    """How often each load balancer is the answer."""
    addresses = LoopbackAddresses()
    server = NameServer(lambda: of, addresses, random.Random(1))
    query = dns.message.make_query(NAME, "A").to_wire()
    answers = (dns.message.from_wire(server.answer(query)) for _ in range(DRAWS))
    answered = (message.answer[0][0].to_text() for message in answers)
    return Counter(addresses.dns_name(address) for address in answered)


def test_answers_by_weight() -> None:
    records = (weighted("ec2", 75), weighted("fargate", 25))
    counts = drawn(estate(records, balancer("ec2", 2), balancer("fargate", 2)))
    assert counts["fargate.example"] / DRAWS == pytest.approx(0.25, abs=0.05)


def test_never_answers_with_a_weight_of_0_while_another_is_healthy() -> None:
    records = (weighted("ec2", 100), weighted("fargate", 0))
    counts = drawn(estate(records, balancer("ec2", 2), balancer("fargate", 2)))
    assert counts == {"ec2.example": DRAWS}


@pytest.mark.parametrize("sick", [(), (0,), (2, 0)], ids=["no group", "no target", "one of two"])
def test_hands_all_to_the_standby_when_the_other_side_is_sick(sick: tuple[int, ...]) -> None:
    records = (weighted("ec2", 100), weighted("fargate", 0))
    counts = drawn(estate(records, balancer("ec2", *sick), balancer("fargate", 2)))
    assert counts == {"fargate.example": DRAWS}


def test_leaves_out_a_side_with_too_few_healthy_targets_while_the_other_has_enough() -> None:
    records = (weighted("ec2", 95), weighted("fargate", 5))
    few, enough = balancer("ec2", 7, minimum=8), balancer("fargate", 8, minimum=8)
    assert drawn(estate(records, few, enough)) == {"fargate.example": DRAWS}


def test_answers_by_weight_again_when_both_sides_have_too_few_healthy_targets() -> None:
    records = (weighted("ec2", 75), weighted("fargate", 25))
    sides = (balancer(side, 7, minimum=8) for side in ("ec2", "fargate"))
    assert drawn(estate(records, *sides))["fargate.example"] / DRAWS == pytest.approx(
        0.25, abs=0.05
    )


def test_a_load_balancer_that_is_gone_is_sick() -> None:
    records = (weighted("ec2", 100), weighted("fargate", 0))
    assert drawn(estate(records, balancer("fargate", 2))) == {"fargate.example": DRAWS}


def test_two_weights_of_0_share_equally() -> None:
    records = (weighted("ec2", 0), weighted("fargate", 0))
    counts = drawn(estate(records, balancer("ec2", 2), balancer("fargate", 2)))
    assert counts["fargate.example"] / DRAWS == pytest.approx(0.5, abs=0.05)


def test_a_simple_record_answers_whatever_its_target_is() -> None:
    simple = AliasRecord(NAME, None, None, "ec2.example", True)
    answer = ask(estate((simple,), balancer("ec2")))
    assert answer.answer[0].ttl == ALIAS_TTL_SECONDS


def test_a_name_without_a_record_does_not_exist_for_a_quarter_of_an_hour() -> None:
    answer = ask(estate(()))
    assert answer.rcode() == dns.rcode.NXDOMAIN
    assert answer.authority[0].ttl == NEGATIVE_TTL_SECONDS == 15 * 60


def test_an_existing_name_without_an_ipv6_address_still_exists() -> None:
    simple = AliasRecord(NAME, None, None, "ec2.example", True)
    answer = ask(estate((simple,), balancer("ec2", 2)), type="AAAA")
    assert (answer.rcode(), answer.answer) == (dns.rcode.NOERROR, [])
    assert answer.authority[0].rdtype == dns.rdatatype.SOA
