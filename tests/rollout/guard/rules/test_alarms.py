"""What the guard refuses about the alarms of a side."""

import pytest

from pay.model import Stage
from tests.rollout.guard.conftest import Judge, found
from tests.support.plans import EC2, FARGATE, Json, change, plan

ALARM: Json = {"alarm_actions": ["arn:topic"], "actions_enabled": True, "threshold": 5}
KEPT = [s for s in Stage if s not in (Stage.LEGACY, Stage.DARK, Stage.RETIRED)]


@pytest.mark.parametrize("stage", KEPT)
@pytest.mark.parametrize("stack", [EC2, FARGATE])
@pytest.mark.parametrize("actions", [["delete"], ["delete", "create"]])
def test_keeps_the_alarms_of_both_sides_while_either_can_serve(
    refused: Judge, stage: Stage, stack: str, actions: list[str]
) -> None:
    after = ALARM if "create" in actions else None
    gone = change("aws_cloudwatch_metric_alarm.errors_alarm", ALARM, after, actions=actions)
    assert found(refused, plan(stack, gone), stage=stage) == {"keeps-its-alarms"}


@pytest.mark.parametrize(
    ("stack", "stage"),
    [(EC2, Stage.LEGACY), (EC2, Stage.DARK), (FARGATE, Stage.DETACHED), (FARGATE, Stage.RETIRED)],
)
def test_keeps_the_alarms_of_the_side_that_alone_serves(
    refused: Judge, stack: str, stage: Stage
) -> None:
    gone = change("aws_cloudwatch_metric_alarm.a", ALARM, None)
    assert found(refused, plan(stack, gone), stage=stage) == {"keeps-its-alarms"}


@pytest.mark.parametrize(
    ("stack", "stage"), [(FARGATE, Stage.LEGACY), (FARGATE, Stage.DARK), (EC2, Stage.RETIRED)]
)
def test_lets_the_alarms_of_a_side_go_that_nothing_reaches(
    refused: Judge, stack: str, stage: Stage
) -> None:
    gone = change("aws_cloudwatch_metric_alarm.a", ALARM, None)
    assert found(refused, plan(stack, gone), stage=stage) == set()
