"""The connections that follow from the call graph, the sides and the stages."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.model.connections import (
    EPHEMERAL_PORTS,
    INTERNET,
    Connection,
    End,
    EndKind,
    Ports,
    connections,
    security_groups,
    subnets,
)
from tests.support.services import unwatched, watched


@pytest.fixture
def sandbox(environments: Mapping[str, Environment]) -> Environment:
    """Every service stands at `legacy`."""
    environment = environments["sandbox"]
    services = {
        name: deployment.model_copy(update={"stage": Stage.LEGACY})
        for name, deployment in environment.services.items()
    }
    return environment.model_copy(update={"services": services})


def at(environment: Environment, service: str, stage: Stage) -> Environment:
    moved = environment.services[service].model_copy(update={"stage": stage})
    return environment.model_copy(update={"services": {**environment.services, service: moved}})


def tasks(service: str) -> End:
    return End(EndKind.TASKS, service)


def balancer(service: str, side: Side) -> End:
    return End(EndKind.LOAD_BALANCER, service, side)


def of(service: str, environment: Environment, *, source: End) -> dict[str, str]:
    """Map each target of a source to the ports."""
    return {
        str(each.target): str(each.ports)
        for each in connections(service, environment, CATALOGUE)
        if each.source == source
    }


def test_a_fargate_task_opens_what_its_service_uses(sandbox: Environment) -> None:
    assert of("adminusers", sandbox, source=tasks("adminusers")) == {
        "database of adminusers": "5432",
        "ec2 load balancer of adminusers": "443",  # its scheduled calls
        "fargate load balancer of adminusers": "443",
        "ec2 load balancer of ledger": "443",
        "fargate load balancer of ledger": "443",
        "ec2 load balancer of egress": "8080",
        "fargate load balancer of egress": "8080",
        "AWS aps-workspaces": "443",
        "AWS ecr.api": "443",
        "AWS ecr.dkr": "443",
        "AWS guardduty-data": "443",
        "AWS logs": "443",
        "AWS s3": "443",
        "AWS secretsmanager": "443",
        "AWS sqs": "443",
        "AWS ssm": "443",
        "AWS sts": "443",
    }


def test_a_bridge_task_opens_the_same_from_the_instances_of_its_segment_and_the_agent_three_more(
    sandbox: Environment,
) -> None:
    fargate = of("frontend", sandbox, source=tasks("frontend"))
    ec2 = of("frontend", sandbox, source=End(EndKind.INSTANCES, "cde"))
    agent = {f"AWS {api}": "443" for api in ("ecs", "ecs-agent", "ecs-telemetry")}
    assert ec2 == {**fargate, **agent}


@pytest.mark.parametrize("source", [tasks("frontend"), End(EndKind.INSTANCES, "cde")], ids=str)
def test_only_where_an_account_is_watched_its_agent_sends_something(
    sandbox: Environment, source: End
) -> None:
    plain = of("frontend", unwatched(sandbox), source=source)
    assert of("frontend", watched(sandbox), source=source) == {
        **plain,
        "AWS guardduty-data": "443",
    }


def test_each_side_is_reached_by_its_own_load_balancer(sandbox: Environment) -> None:
    found = connections("connector", sandbox, CATALOGUE)
    fargate = Connection(
        balancer("connector", Side.FARGATE), tasks("connector"), Ports(10443, 10443)
    )
    instances = End(EndKind.INSTANCES, "cde")
    ec2 = Connection(balancer("connector", Side.EC2), instances, Ports(*EPHEMERAL_PORTS))
    assert {each for each in found if each.source.kind is EndKind.LOAD_BALANCER} == {fargate, ec2}


def test_a_service_that_left_ec2_needs_nothing_there(sandbox: Environment) -> None:
    found = connections("cardid", at(sandbox, "cardid", Stage.RETIRED), CATALOGUE)
    of_cardid = [each for each in found if "cardid" in (each.source.name, each.target.name)]
    assert of_cardid
    assert not [each for each in of_cardid if Side.EC2 in (each.source.side, each.target.side)]


def test_a_caller_needs_to_reach_it_from_the_sides_that_the_caller_has(
    sandbox: Environment,
) -> None:
    def callers(environment: Environment) -> set[str]:
        found = connections("cardid", environment, CATALOGUE)
        target = balancer("cardid", Side.FARGATE)
        return {str(each.source) for each in found if each.target == target}

    assert callers(sandbox) == {"cde instances"}
    assert callers(at(sandbox, "frontend", Stage.DARK)) == {"cde instances", "frontend on Fargate"}


def test_a_public_service_is_called_at_its_public_addresses(sandbox: Environment) -> None:
    found = connections("products", sandbox, CATALOGUE)
    assert Connection(tasks("products"), INTERNET, Ports(443, 443)) in found
    assert not [each for each in found if each.target.name == "publicapi"]


@pytest.mark.parametrize(("service", "ports"), [("frontend", {443, 80}), ("connector", set())])
def test_the_internet_reaches_public_load_balancers_only(
    sandbox: Environment, service: str, ports: set[int]
) -> None:
    found = connections(service, sandbox, CATALOGUE)
    from_it = {each.ports.first for each in found if each.source == INTERNET}
    assert from_it == ports


def test_a_forward_proxy_reaches_the_internet(sandbox: Environment) -> None:
    assert of("egress", sandbox, source=tasks("egress"))["the internet"] == "443"


def test_redis_is_needed_by_the_service_that_reads_its_address(sandbox: Environment) -> None:
    assert of("publicapi", sandbox, source=tasks("publicapi"))["Redis of publicapi"] == "6379"
    assert "Redis of cardid" not in of("cardid", sandbox, source=tasks("cardid"))


def test_a_called_service_that_is_not_in_the_environment_is_left_out(sandbox: Environment) -> None:
    alone = sandbox.with_only("connector")
    found = connections("connector", alone, CATALOGUE)
    assert {each.target.name for each in found if each.target.kind is EndKind.LOAD_BALANCER} == {
        "connector"
    }, "its own scheduled calls"


def test_an_end_has_its_own_security_group_last_and_its_own_subnets(sandbox: Environment) -> None:
    def subnet_names(end: End) -> tuple[str, ...]:
        return subnets(end, sandbox, CATALOGUE)

    groups = security_groups(tasks("connector"), "sandbox", CATALOGUE)
    assert groups == ("sandbox-sg-base-cde", "sandbox-connector-sg")
    groups = security_groups(End(EndKind.INSTANCES, "general"), "sandbox", CATALOGUE)
    assert groups == ("sandbox-sg-base", "sandbox-ecs-general-sg")
    assert security_groups(INTERNET, "sandbox", CATALOGUE) == ()
    assert subnet_names(balancer("frontend", Side.EC2))[0] == "sandbox-public-eu-west-1a"
    assert subnet_names(balancer("ledger", Side.EC2))[0] == "sandbox-ledger-eu-west-1a"
    assert subnet_names(End(EndKind.INSTANCES, "cde"))[1] == "sandbox-ecs-cde-eu-west-1b"
    assert subnet_names(INTERNET) == ()
