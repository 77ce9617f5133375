"""Names that AWS would refuse or that two things would share are refused before."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.environments.load import load_environments
from pay.model import Access, BucketUse, Environment, Problem, QueueUse, Scope, TopicUse
from pay.model.checks.aws_names import name_problems, names_of, security_group_problems
from tests.support.problems import only
from tests.support.services import service


@pytest.fixture(scope="module")
def environments(request: pytest.FixtureRequest) -> Mapping[str, Environment]:
    return load_environments(request.config.rootpath / "environments")


@pytest.fixture
def sandbox(environments: Mapping[str, Environment]) -> Environment:
    return environments["sandbox"]


def problems(environment: Environment, *services: object) -> list[Problem]:
    return list(name_problems((environment, s) for s in services))  # type: ignore[misc]


def test_every_name_of_every_service_is_within_its_limit(
    environments: Mapping[str, Environment],
) -> None:
    found = [
        name for e in environments.values() for s in CATALOGUE.values() for name in names_of(e, s)
    ]
    assert len(found) > 500
    assert [name for name in found if len(name.text) > name.limit] == []


def test_refuses_two_services_with_one_load_balancer(sandbox: Environment) -> None:
    found = problems(sandbox, service("orders"), service("orders-fg"))
    assert [p.found for p in found] == [
        "one load balancer sandbox-orders-fg-alb for sandbox/orders on fargate and "
        "sandbox/orders-fg on ec2"
    ]
    assert found[0].where == "sandbox"


def test_refuses_two_services_with_one_name_in_dns(sandbox: Environment) -> None:
    problem = only(problems(sandbox, service("orders"), service("refunds", host="orders")))
    assert problem.found.startswith("one DNS name orders.sandbox.pymnt.internal for ")


def test_refuses_environments_of_one_account_with_one_name(sandbox: Environment) -> None:
    dns = sandbox.dns.model_copy(update={"internal_zone": "other.internal"})
    longer = sandbox.model_copy(update={"name": "sandbox-b", "dns": dns})
    found = list(name_problems([(sandbox, service("b-api")), (longer, service("api"))]))
    kinds = {problem.allowed for problem in found}
    assert "a load balancer of its own for each" in kinds
    elsewhere = longer.model_copy(update={"account_id": "999999999999"})
    assert list(name_problems([(sandbox, service("b-api")), (elsewhere, service("api"))])) == []


@pytest.mark.parametrize(
    ("kind", "limit", "change"),
    [
        (
            "queue",
            80,
            {"queues": (QueueUse(name="q" * 80, variable="Q", access=frozenset({Access.SEND})),)},
        ),
        ("topic", 256, {"topics": (TopicUse(name="t" * 256, variable="T"),)}),
        (
            "bucket",
            63,
            {"buckets": (BucketUse(name="b" * 60, variable="B", access=frozenset({Access.READ})),)},
        ),
    ],
)
def test_refuses_a_name_over_the_limit_of_aws(
    sandbox: Environment, kind: str, limit: int, change: dict[str, object]
) -> None:
    problem = only(problems(sandbox, service("orders", **change)))
    assert (problem.where, problem.key) == ("sandbox", "services.orders")
    assert problem.found.startswith(f"{kind} ")
    assert problem.allowed == f"at most {limit} characters"


def test_the_catalogue_keeps_the_cde_apart(environments: Mapping[str, Environment]) -> None:
    for environment in environments.values():
        assert list(security_group_problems(environment, CATALOGUE.values())) == []


def test_refuses_a_security_group_shared_by_the_cde_and_others(sandbox: Environment) -> None:
    # The load balancer's group of one has the name of the other's task group.
    inside, outside = service("card", scope=Scope.INSIDE), service("card-alb")
    problem = only(security_group_problems(sandbox, [inside, outside]))
    assert problem.where == "sandbox"
    assert problem.found == (
        "security group sandbox-card-alb-sg for card (in the CDE) and card-alb (not in it)"
    )


def test_refuses_a_service_named_like_the_instances_of_the_cde(sandbox: Environment) -> None:
    inside, outside = service("card", scope=Scope.INSIDE), service("ecs-cde")
    problem = only(security_group_problems(sandbox, [inside, outside]))
    assert "sandbox-ecs-cde-sg" in problem.found


def test_services_of_one_segment_may_share_a_group(sandbox: Environment) -> None:
    inside = [service(name, scope=Scope.INSIDE) for name in ("card", "card-alb")]
    assert list(security_group_problems(sandbox, inside)) == []
