"""The order of an apply is the order that moves/stack_changes.py tells for the same move."""

import json
from pathlib import Path

import pytest

from pay.model import Environment, Stage
from pay.model.stage.transitions import Edge, transitions
from rollout.moves.stack_changes import StackChange, stack_changes
from rollout.plans.order import in_order
from rollout.plans.read import read_plans
from tests.support.plans import (
    EC2,
    ENVIRONMENT,
    FARGATE,
    PLATFORM,
    SERVICE,
    TRAFFIC,
    Json,
    change,
    plan,
    stage_change,
)

SCALING = "aws_appautoscaling_target.scaling"
ALARM = "aws_cloudwatch_metric_alarm.healthy_hosts_alarm"
ALB = {"name": "a"}

UNPROTECTED, PROTECTED = ({"enable_deletion_protection": protected} for protected in (False, True))
MANY, FEW = {"min_capacity": 4}, {"min_capacity": 2}
ASKS_FOR_MANY, ASKS_FOR_FEW = {"threshold": 4.0}, {"threshold": 2.0}

MADE = {
    "only creates": [change("aws_lb.alb", None, ALB)],
    "only destroys": [change("aws_lb.alb", ALB, None)],
    "two in-place updates: scaling may": [
        change(SCALING, MANY, FEW),
        change(ALARM, ASKS_FOR_MANY, ASKS_FOR_FEW),
    ],
    "two in-place updates: scaling holds": [
        change(SCALING, FEW, MANY),
        change(ALARM, ASKS_FOR_FEW, ASKS_FOR_MANY),
    ],
    "one in-place update: the dashboard": [
        change("aws_cloudwatch_dashboard.dashboard", {"dashboard_body": "a"}, {}),
    ],
    "in-place update: canaries": [
        change("aws_synthetics_canary.cancel_ec2", {"zip_file": "a"}, {"zip_file": "b"}),
    ],
    "one in-place update: the load balancer is": [change("aws_lb.alb", UNPROTECTED, PROTECTED)],
    "one in-place update: the load balancer may": [change("aws_lb.alb", PROTECTED, UNPROTECTED)],
    "alarms follow the stage": [
        change(
            "aws_cloudwatch_metric_alarm.errors_alarm",
            {"threshold": 5.0, "alarm_actions": ["critical"]},
            {"threshold": 5.0, "alarm_actions": ["warning"]},
        )
    ],
}
"""What a side's plan holds, by what consequences say that `cdktf diff` shows of it."""


def plan_of(environment: Environment, edge: Edge, told: StackChange) -> Json:
    if told.stack == TRAFFIC:
        return stage_change(environment, edge.before, edge.after)
    made = [each for shows, some in MADE.items() if shows in told.shows for each in some]
    assert made, told.shows
    return plan(told.stack, *made)


def ordered(folder: Path, environment: Environment, *plans: Json) -> list[str]:
    paths = []
    for number, document in enumerate(plans):
        paths.append(folder / f"{number}.json")
        paths[-1].write_text(json.dumps(document))
    return [
        found.stack.id for found in in_order(read_plans(paths, {environment.name: environment}))
    ]


@pytest.fixture
def sandbox(environments: dict[str, Environment]) -> Environment:
    return environments[ENVIRONMENT]


@pytest.mark.parametrize("protected", [True, False])
def test_is_the_order_of_every_move(sandbox: Environment, tmp_path: Path, protected: bool) -> None:
    balancers = sandbox.load_balancers.model_copy(update={"deletion_protection": protected})
    sandbox = sandbox.model_copy(update={"load_balancers": balancers})
    for edge in transitions(sandbox.ladder):
        told = stack_changes(sandbox, SERVICE, edge)
        # In the order of the names, which is not that of the apply.
        plans = [plan_of(sandbox, edge, each) for each in sorted(told, key=lambda t: t.stack)]
        assert ordered(tmp_path, sandbox, *plans) == [each.stack for each in told], edge


def test_a_side_that_does_more_than_lose_comes_before_its_records(
    sandbox: Environment, tmp_path: Path
) -> None:
    lowered = change(SCALING, {"min_capacity": 4}, {"min_capacity": 2})
    changed = change("aws_lb.alb", {"idle_timeout": 60}, {"idle_timeout": 61})
    records = stage_change(sandbox, Stage.READY, Stage.CANARY)
    found = ordered(tmp_path, sandbox, records, plan(FARGATE, lowered, changed))
    assert found == [FARGATE, TRAFFIC]


def asks_dns(count: str) -> Json:
    failover = {"minimum_healthy_targets_count": count}
    return {"target_group_health": [{"dns_failover": [failover]}]}


@pytest.mark.parametrize(
    ("before", "after", "order"),
    [("10", "9", [TRAFFIC, FARGATE]), ("9", "10", [FARGATE, TRAFFIC])],
)
def test_dns_asks_for_fewer_tasks_only_after_the_other_record_is_deleted(
    sandbox: Environment, tmp_path: Path, before: str, after: str, order: list[str]
) -> None:
    asked = change("aws_lb_target_group.targets", asks_dns(before), asks_dns(after))
    records = stage_change(sandbox, Stage.SOAK, Stage.DETACHED)
    assert ordered(tmp_path, sandbox, records, plan(FARGATE, asked)) == order


def test_the_platform_comes_first(sandbox: Environment, tmp_path: Path) -> None:
    made = change("aws_ecs_cluster.cluster", None, {"name": "a"})
    records = stage_change(sandbox, Stage.READY, Stage.CANARY)
    side = plan(EC2, change("aws_lb.alb", None, ALB))
    found = ordered(tmp_path, sandbox, records, side, plan(PLATFORM, made))
    assert found == [PLATFORM, EC2, TRAFFIC]
