"""When the alarms of a side call somebody."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Side, Stage, names
from tests.stacks.conftest import AtStage
from tests.support.synthesised import Synthesised

Estate = Mapping[str, Synthesised]
Alarm = Mapping[str, Any]

LONGEST_PLACEMENT_SECONDS = 120
"""What Fargate takes to place a task and pull its images, before its containers start; on the safe
side of what AWS says in "Amazon ECS task lifecycle", which gives no limit."""

ALWAYS, PEAK = 9, 15
"""connector's tasks in production-2."""


def alarm(stack: Synthesised, name: str) -> Alarm:
    return stack.resource("aws_cloudwatch_metric_alarm", f"{name}_alarm")


@pytest.mark.parametrize(
    ("side", "stage", "needed"),
    [
        *[(Side.EC2, stage, PEAK) for stage in Stage if stage.has_ec2],
        *[(Side.FARGATE, stage, PEAK) for stage in Stage if stage.is_in_flight],
        (Side.FARGATE, Stage.DETACHED, ALWAYS),
        (Side.FARGATE, Stage.RETIRED, ALWAYS),
    ],
)
def test_fewer_healthy_hosts_than_the_side_must_hold_are_critical(
    at_stage: AtStage, side: Side, stage: Stage, needed: int
) -> None:
    name = names.side_stack("production-2", "connector", side)
    stack = at_stage(name, "connector", stage, environment="production-2")
    hosts = alarm(stack, "healthy_hosts")
    assert (hosts["comparison_operator"], hosts["threshold"]) == ("LessThanThreshold", needed)
    assert hosts["alarm_description"].startswith(f"Fewer than {needed} healthy tasks of connector")
    assert hosts["alarm_actions"] == ["${data.aws_sns_topic.critical_topic.arn}"]


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_task_that_is_replaced_calls_nobody(estate: Estate, name: str) -> None:
    replaced = LONGEST_PLACEMENT_SECONDS + CATALOGUE[name].timing.start_seconds
    hosts = alarm(estate[f"sandbox-{name}-ec2"], "healthy_hosts")
    assert replaced < hosts["datapoints_to_alarm"] * hosts["period"]


def test_a_task_that_ends_again_and_again_calls_somebody(estate: Estate) -> None:
    hosts = alarm(estate["sandbox-connector-ec2"], "healthy_hosts")
    # Healthy minutes between do not start the count anew.
    assert hosts["evaluation_periods"] == 2 * hosts["datapoints_to_alarm"]


@pytest.mark.parametrize(("stack", "name"), [("connector", "errors"), ("egress", "resets")])
def test_a_formula_uses_the_metrics_that_the_alarm_has_and_no_other(
    estate: Estate, stack: str, name: str
) -> None:
    queries = alarm(estate[f"sandbox-{stack}-ec2"], name)["metric_query"]
    [formula] = [query for query in queries if "expression" in query]
    used = set(re.findall(r"[a-z]\w*", formula["expression"]))
    assert used == {query["id"] for query in queries if "metric" in query}
    assert [query["id"] for query in queries if query.get("return_data")] == [formula["id"]]


@pytest.mark.parametrize(
    ("stack", "name", "metrics", "percent"),
    [
        ("connector", "errors", {"requests": 100, "target_5xx": 5}, 5),
        ("connector", "errors", {"requests": 100, "connection_errors": 7, "target_5xx": 3}, 10),
        ("connector", "errors", {"requests": 60, "elb_5xx": 40}, 40),
        ("connector", "errors", {"elb_5xx": 40}, 100),
        ("connector", "errors", {"requests": 19, "target_5xx": 19}, 0),
        ("egress", "resets", {"connections": 100, "target_resets": 4, "elb_resets": 2}, 6),
        ("egress", "resets", {"connections": 1, "elb_resets": 1}, 0),
    ],
)
def test_a_formula_is_the_share_of_what_failed(
    estate: Estate, stack: str, name: str, metrics: Mapping[str, int], percent: float
) -> None:
    queries = alarm(estate[f"sandbox-{stack}-ec2"], name)["metric_query"]
    [formula] = [query["expression"] for query in queries if "expression" in query]
    # What is not in `metrics` was not reported.
    reported = {query["id"]: metrics.get(query["id"]) for query in queries}
    assert evaluated(formula, reported) == percent


def evaluated(formula: str, reported: Mapping[str, int | None]) -> float:
    """CloudWatch's metric math, as far as the alarms use it, reads as Python does."""
    functions = {
        "FILL": lambda value, otherwise: otherwise if value is None else value,
        "IF": lambda condition, then, otherwise: then if condition else otherwise,
    }
    return float(eval(formula, {"__builtins__": {}, **functions}, dict(reported)))
