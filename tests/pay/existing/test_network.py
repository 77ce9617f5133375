"""Lookups of subnets and security groups, and the contract that each is held to."""

from collections.abc import Callable, Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.existing.network import ExistingNetwork
from pay.model import Environment
from tests.support.synthesised import Synthesised, rendered


@pytest.fixture
def environment(environments: Mapping[str, Environment]) -> Environment:
    return environments["production-2"]


def looked_up(environment: Environment, ask: Callable[[ExistingNetwork], object]) -> Synthesised:
    return rendered(lambda stack: ask(ExistingNetwork(stack, environment)))


def promises(stack: Synthesised, type: str, name: str) -> list[str]:
    promises = stack.data(type, name)["lifecycle"]["postcondition"]
    return [promise["condition"] for promise in promises]


def filters(stack: Synthesised, type: str, name: str) -> dict[str, list[str]]:
    return {each["name"]: each["values"] for each in stack.data(type, name)["filter"]}


def test_the_vpc_is_the_one_of_the_environment(environment: Environment) -> None:
    stack = looked_up(environment, lambda network: network)
    assert stack.data("aws_vpc", "vpc")["tags"] == {"Name": environment.network.vpc}


def test_each_zone_must_have_its_subnet_in_the_vpc(environment: Environment) -> None:
    stack = looked_up(environment, lambda network: network.subnets("connector"))
    assert filters(stack, "aws_subnets", "connector_subnets") == {
        "vpc-id": ["${data.aws_vpc.vpc.id}"],
        "tag:Name": [f"production-2-connector-{zone}" for zone in environment.network.zones],
    }
    zones = len(environment.network.zones)
    assert promises(stack, "aws_subnets", "connector_subnets") == [
        f"${{length(self.ids) == {zones}}}"
    ]
    each = promises(stack, "aws_subnet", "connector_subnets_each")
    assert each[0] == "${self.vpc_id == data.aws_vpc.vpc.id}"
    assert "self.availability_zone" in each[1]
    for_each = stack.data("aws_subnet", "connector_subnets_each")["for_each"]
    assert for_each == "${toset(data.aws_subnets.connector_subnets.ids)}"


def test_a_subnet_must_be_as_large_as_its_tasks_need(environment: Environment) -> None:
    stack = rendered(
        lambda stack: ExistingNetwork(stack, environment, {"connector": 46}).subnets("connector")
    )
    *_, size = promises(stack, "aws_subnet", "connector_subnets_each")
    assert size == '${pow(2, 32 - split("/", self.cidr_block)[1]) - 5 >= 46}'


@pytest.mark.parametrize(
    ("group", "public", "routes"), [("connector", False, "== 0}"), ("public", True, "> 0}")]
)
def test_only_a_public_subnet_has_a_route_to_an_internet_gateway(
    environment: Environment, group: str, public: bool, routes: str
) -> None:
    stack = looked_up(environment, lambda network: network.subnets(group, public=public))
    (promise,) = promises(stack, "aws_route_table", f"{group}_subnets_routes")
    assert "^igw-" in promise
    assert promise.endswith(routes)


def test_a_subnet_without_a_route_table_of_its_own_follows_the_vpcs(
    environment: Environment,
) -> None:
    stack = looked_up(environment, lambda network: network.subnets("connector"))
    routes = stack.data("aws_route_table", "connector_subnets_routes")["for_each"]
    assert "in data.aws_route_tables.connector_subnets_route_tables :" in routes
    assert "data.aws_vpc.vpc.main_route_table_id" in routes


def test_the_same_question_is_looked_up_once(environment: Environment) -> None:
    answers = []

    def ask(network: ExistingNetwork) -> None:
        answers.extend([network.subnets("products-ui"), network.subnets("products-ui")])
        answers.extend([network.security_groups("groups", ["a"])] * 2)

    stack = looked_up(environment, ask)
    assert answers[0] is answers[1]
    assert set(stack.document["data"]["aws_subnets"]) == {"products_ui_subnets"}


def test_a_task_has_the_base_group_of_its_segment_and_its_own(environment: Environment) -> None:
    def groups_of(service: str) -> list[str]:
        stack = looked_up(
            environment, lambda network: network.task_security_groups(CATALOGUE[service])
        )
        key = "task_security_groups"
        assert promises(stack, "aws_security_groups", key) == ["${length(self.ids) == 2}"]
        return filters(stack, "aws_security_groups", key)["group-name"]

    assert groups_of("connector") == ["production-2-sg-base-cde", "production-2-connector-sg"]
    assert groups_of("products") == ["production-2-sg-base", "production-2-products-sg"]
