"""The rules that connections lack, without AWS."""

from collections.abc import Mapping
from ipaddress import IPv4Network

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side
from pay.model.connections import INTERNET, Connection, End, EndKind, Ports
from rollout.contracts.reach.missing import ReachReport, TrafficDirection, compare, needed
from rollout.contracts.reach.network import NotFound
from rollout.contracts.reach.rules import EVERYWHERE, EndPlace, PeerRule, SecurityGroup

TASK = End(EndKind.TASKS, "adminusers")
DATABASE = End(EndKind.DATABASE, "adminusers")
SQS = End(EndKind.AWS, "sqs")
S3 = End(EndKind.AWS, "s3")
PROXY = End(EndKind.LOAD_BALANCER, "egress", Side.EC2)
POSTGRESQL, HTTPS = Ports(5432, 5432), Ports(443, 443)
SUBNET, OTHER_SUBNET = IPv4Network("10.0.1.0/24"), IPv4Network("10.0.2.0/24")


def group(
    name: str, ingress: tuple[PeerRule, ...] = (), egress: tuple[PeerRule, ...] = ()
) -> SecurityGroup:
    return SecurityGroup(f"sg-{name}", name, ingress, egress)


@pytest.fixture
def environment(environments: Mapping[str, Environment]) -> Environment:
    return environments["sandbox"]


def report(
    environment: Environment,
    target: End,
    ports: Ports,
    source: EndPlace,
    at_target: EndPlace | NotFound,
) -> ReachReport:
    """Compare one connection of adminusers."""
    connection = Connection(TASK, target, ports)
    return compare(environment, {connection: ("adminusers",)}, {TASK: source, target: at_target})


def lacking(found: ReachReport) -> set[tuple[str, str, str]]:
    return {(each.group.name, each.direction, each.peer_name) for each in found.missing}


def test_both_ends_must_admit_a_connection(environment: Environment) -> None:
    out, in_ = PeerRule(POSTGRESQL, "sg-rds"), PeerRule(POSTGRESQL, "sg-task")
    egress, ingress = ("task", "egress", "rds"), ("rds", "ingress", "task")
    for has_out, has_in, expected in (
        (True, True, set()),
        (False, True, {egress}),
        (True, False, {ingress}),
        (False, False, {egress, ingress}),
    ):
        source = EndPlace((group("task", egress=(out,) if has_out else ()),), (SUBNET,))
        target = EndPlace((group("rds", ingress=(in_,) if has_in else ()),), (OTHER_SUBNET,))
        found = report(environment, DATABASE, POSTGRESQL, source, target)
        assert lacking(found) == expected
        assert found.is_complete is (not expected)


def test_a_rule_of_the_base_group_counts_and_is_never_proposed(environment: Environment) -> None:
    target = EndPlace((group("rds", ingress=(PeerRule(POSTGRESQL, "sg-base"),)),), (OTHER_SUBNET,))
    base = group("base", egress=(PeerRule(POSTGRESQL, "addresses", (OTHER_SUBNET,)),))
    source = EndPlace((base, group("task")), (SUBNET,))
    assert report(environment, DATABASE, POSTGRESQL, source, target).is_complete
    source = EndPlace((group("base"), group("task")), (SUBNET,))
    target = EndPlace((group("rds"),), (OTHER_SUBNET,))
    found = report(environment, DATABASE, POSTGRESQL, source, target)
    assert lacking(found) == {("task", "egress", "rds"), ("rds", "ingress", "task")}


def test_an_api_without_an_endpoint_is_reached_through_the_internet_or_not_found(
    environment: Environment,
) -> None:
    source = EndPlace((group("task"),), (SUBNET,))
    target = EndPlace(addresses=(EVERYWHERE,))
    found = report(environment, SQS, HTTPS, source, target)
    [lack] = found.not_found
    assert lack.what == "no VPC endpoint of com.amazonaws.eu-west-1.sqs with private DNS names"
    assert not found.missing
    source = EndPlace(
        (group("task", egress=(PeerRule(HTTPS, "0.0.0.0/0", (EVERYWHERE,)),)),), (SUBNET,)
    )
    assert report(environment, SQS, HTTPS, source, target).is_complete


def test_s3_is_named_by_its_prefix_list(environment: Environment) -> None:
    s3 = EndPlace(addresses=(IPv4Network("52.216.0.0/15"),), prefix_list="pl-s3")
    source = EndPlace((group("task"),), (SUBNET,))
    assert lacking(report(environment, S3, HTTPS, source, s3)) == {("task", "egress", "pl-s3")}


def test_a_load_balancer_without_groups_is_named_by_its_subnets(environment: Environment) -> None:
    ports, proxy = Ports(8080, 8080), EndPlace(addresses=(SUBNET, OTHER_SUBNET))
    found = report(environment, PROXY, ports, EndPlace((group("task"),), (SUBNET,)), proxy)
    assert lacking(found) == {
        ("task", "egress", str(SUBNET)),
        ("task", "egress", str(OTHER_SUBNET)),
    }


def test_what_is_not_there_is_reported_once_for_all_that_need_it(environment: Environment) -> None:
    lack = NotFound("no RDS instance", "check it")
    source, more = EndPlace((group("task"),), (SUBNET,)), End(EndKind.INSTANCES, "general")
    asked = {
        Connection(TASK, DATABASE, POSTGRESQL): ("adminusers",),
        Connection(more, DATABASE, POSTGRESQL): ("adminusers", "ledger"),
    }
    found = compare(environment, asked, {TASK: source, more: source, DATABASE: lack})
    assert set(found.not_found) == {lack}
    assert found.not_found[lack].services == ("adminusers", "ledger")
    assert len(found.not_found[lack].connections) == 2


def test_a_connection_is_needed_by_every_service_that_shares_it(environment: Environment) -> None:
    asked = needed(["connector", "cardid"], environment, CATALOGUE)
    instances = End(EndKind.INSTANCES, "cde")
    assert asked[Connection(instances, End(EndKind.AWS, "ecr.api"), HTTPS)] == (
        "connector",
        "cardid",
    )


def test_the_internet_has_no_rules_of_its_own(environment: Environment) -> None:
    public = End(EndKind.LOAD_BALANCER, "frontend", Side.FARGATE)
    asked = {Connection(INTERNET, public, HTTPS): ("frontend",)}
    places = {
        INTERNET: EndPlace(addresses=(EVERYWHERE,)),
        public: EndPlace((group("alb"),), (SUBNET,)),
    }
    [rule] = compare(environment, asked, places).missing
    assert (rule.group.name, rule.direction, rule.peer) == (
        "alb",
        TrafficDirection.INGRESS,
        EVERYWHERE,
    )
