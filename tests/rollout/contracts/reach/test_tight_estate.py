"""`pay reach` in a sandbox whose security groups admit only what is needed."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, names
from pay.model.connections import End, EndKind
from rollout.cli import app
from rollout.contracts.reach.missing import (
    MissingRule,
    ReachReport,
    TrafficDirection,
    compare,
    ends,
    needed,
)
from rollout.contracts.reach.network import NotFound, Places, read_places
from rollout.contracts.reach.rules import EVERYWHERE, EndPlace, PeerRule, SecurityGroup
from rollout.terminal.refusal import Refused
from sandbox.instance import Sandbox
from tests.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sandbox(environments: Mapping[str, Environment]) -> Iterator[Sandbox]:
    with Sandbox(environments["sandbox"]) as started:
        yield started


def ask(sandbox: Sandbox, *arguments: str, columns: int = 200) -> tuple[int, str]:
    """Run `pay reach sandbox`; return its exit code and its output."""
    variables = {
        **sandbox.environment_variables,
        "PAY_ENVIRONMENTS": str(ROOT / "environments"),
        "COLUMNS": str(columns),
    }
    result = CliRunner().invoke(app, ["reach", "sandbox", *arguments], env=variables)
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def places(sandbox: Sandbox) -> Places:
    asked = needed(list(sandbox.environment.services), sandbox.environment, CATALOGUE)
    return read_places(ends(asked), sandbox.environment, CATALOGUE, sandbox.client)


def report(sandbox: Sandbox, places: Places) -> ReachReport:
    asked = needed(list(sandbox.environment.services), sandbox.environment, CATALOGUE)
    return compare(sandbox.environment, asked, places)


def without(
    places: Places, group: SecurityGroup, direction: TrafficDirection, rule: PeerRule
) -> Places:
    """Take one rule out of a group, wherever the group is used."""

    def changed(place: EndPlace | NotFound) -> EndPlace | NotFound:
        if isinstance(place, NotFound):
            return place
        rules = tuple(each for each in getattr(group, direction) if each != rule)
        is_ingress = direction is TrafficDirection.INGRESS
        poorer = replace(group, ingress=rules) if is_ingress else replace(group, egress=rules)
        of_place = (poorer if each.id == group.id else each for each in place.groups)
        return replace(place, groups=tuple(of_place))

    return {end: changed(place) for end, place in places.items()}


def test_all_connections_of_the_estate_are_open(sandbox: Sandbox, places: Places) -> None:
    found = report(sandbox, places)
    assert not found.missing
    assert not found.not_found
    code, output = ask(sandbox)
    assert (code, output) == (0, f"{len(found.needed)} connections in sandbox: all are open.\n")


def test_each_rule_that_is_taken_away_is_the_one_that_is_reported(
    sandbox: Sandbox, places: Places
) -> None:
    groups = {g for place in places.values() if isinstance(place, EndPlace) for g in place.groups}
    rules = [(g, way, rule) for g in groups for way in TrafficDirection for rule in getattr(g, way)]
    assert len(rules) > 200
    for group, direction, rule in rules:
        found = report(sandbox, without(places, group, direction, rule))
        assert not found.not_found
        lacks = {
            (lack.group.id, lack.direction, lack.ports, peer_id(lack)) for lack in found.missing
        }
        assert (group.id, direction, rule.ports, rule.peer) in lacks
        # A way out to everywhere is the way to other ends as well.
        assert len(lacks) == 1 or (direction, rule.peer) == (
            TrafficDirection.EGRESS,
            str(EVERYWHERE),
        )
        assert {lack[:3] for lack in lacks} == {(group.id, direction, rule.ports)}


def peer_id(lack: MissingRule) -> str:
    return lack.peer.id if isinstance(lack.peer, SecurityGroup) else str(lack.peer)


def revoke(sandbox: Sandbox, group: str, direction: str, permission: Any) -> Callable[[], None]:
    """Take a rule away in AWS; return a function that gives it back."""
    ec2, which = sandbox.client("ec2"), {"GroupId": group, "IpPermissions": [permission]}
    getattr(ec2, f"revoke_security_group_{direction}")(**which)
    return lambda: getattr(ec2, f"authorize_security_group_{direction}")(**which)


def test_a_rule_that_is_taken_away_in_aws_is_printed_with_its_terraform(sandbox: Sandbox) -> None:
    groups = {
        each["GroupName"]: each["GroupId"]
        for each in sandbox.client("ec2").describe_security_groups()["SecurityGroups"]
    }
    database, task = groups["sandbox-ledger-rds-sg"], groups["sandbox-ledger-sg"]
    ports = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}
    restore = revoke(
        sandbox, database, "ingress", {**ports, "UserIdGroupPairs": [{"GroupId": task}]}
    )
    try:
        code, output = ask(sandbox, "ledger", "--json")
        narrow = ask(sandbox, "ledger", columns=80)[1]
        assert ask(sandbox, "cardid")[0] == 0
    finally:
        restore()
    [missing] = json.loads(output)["missing"]
    assert code == 1
    assert missing == {
        "security_group": "sandbox-ledger-rds-sg",
        "security_group_id": database,
        "direction": "ingress",
        "from_port": 5432,
        "to_port": 5432,
        "peer": "sandbox-ledger-sg",
        "peer_id": task,
        "opens": ["ledger on Fargate to database of ledger"],
        "services": ["ledger"],
        "terraform": missing["terraform"],
    }
    assert missing["terraform"] in narrow
    assert "closed: 1. Missing rules: 1. Not found: 0." in " ".join(narrow.split())
    assert ask(sandbox, "ledger")[0] == 0


def read(sandbox: Sandbox, environment: Environment, *asked: End) -> Places:
    return read_places(asked, environment, CATALOGUE, sandbox.client)


def test_what_aws_does_not_have_is_reported(sandbox: Sandbox) -> None:
    elsewhere = sandbox.environment.model_copy(update={"name": "elsewhere", "region": "eu-west-2"})
    kinds = {
        End(EndKind.TASKS, "ledger"): "elsewhere-sg-base, elsewhere-ledger-sg in the VPC sandbox",
        End(EndKind.DATABASE, "ledger"): "no RDS instance named elsewhere-ledger-rds-0",
        End(EndKind.REDIS, "publicapi"): "no ElastiCache cluster of the host (none) in REDIS_URL",
    }
    for end, place in read(sandbox, elsewhere, *kinds).items():
        assert isinstance(place, NotFound)
        assert kinds[end] in place.what
    sqs, s3 = End(EndKind.AWS, "sqs"), End(EndKind.AWS, "s3")
    for place in read(sandbox, elsewhere, sqs, s3).values():
        assert place == EndPlace(addresses=(EVERYWHERE,))


def test_a_vpc_that_is_not_there_is_refused(sandbox: Sandbox) -> None:
    network = sandbox.environment.network.model_copy(update={"vpc": "elsewhere"})
    elsewhere = sandbox.environment.model_copy(update={"network": network})
    with pytest.raises(Refused) as refused:
        read(sandbox, elsewhere, End(EndKind.TASKS, "ledger"))
    [finding] = refused.value.findings
    assert finding.reason == "account 555555555555 has no VPC named elsewhere"


def test_a_network_load_balancer_that_runs_without_groups_filters_nothing(sandbox: Sandbox) -> None:
    end = End(EndKind.LOAD_BALANCER, "egress", Side.EC2)
    [place] = read(sandbox, sandbox.environment, end).values()
    assert isinstance(place, EndPlace)
    assert [group.name for group in place.groups] == ["sandbox-egress-alb-sg"]
    elbv2 = sandbox.client("elbv2")
    subnets = sandbox.client("ec2").describe_subnets(
        Filters=[{"Name": "tag:Name", "Values": ["sandbox-egress-*"]}]
    )["Subnets"]
    [balancer] = elbv2.create_load_balancer(
        Name=names.load_balancer("sandbox", "egress", Side.EC2),
        Type="network",
        Scheme="internal",
        Subnets=[each["SubnetId"] for each in subnets],
    )["LoadBalancers"]
    try:
        [place] = read(sandbox, sandbox.environment, end).values()
    finally:
        elbv2.delete_load_balancer(LoadBalancerArn=balancer["LoadBalancerArn"])
    assert isinstance(place, EndPlace)
    assert place.groups == ()
    assert {str(each) for each in place.addresses} == {each["CidrBlock"] for each in subnets}
