"""What the guard refuses about the alarms of a side."""

import pytest

from pay.model import Stage
from tests.rollout.guard.conftest import Judge, found
from tests.support.plans import EC2, FARGATE, Json, change, plan

ALARM: Json = {"alarm_actions": ["arn:topic"], "actions_enabled": True, "threshold": 5}
KEPT = [s for s in Stage if Stage.READY.position <= s.position <= Stage.SOAK.position]


@pytest.mark.parametrize("stage", KEPT)
@pytest.mark.parametrize("stack", [EC2, FARGATE])
@pytest.mark.parametrize(
    "after", [None, {"alarm_actions": []}, {"alarm_actions": ["x"]}, {"actions_enabled": False}]
)
def test_keeps_the_alarms_from_ready_to_soak(
    refused: Judge, stage: Stage, stack: str, after: Json | None
) -> None:
    silent = None if after is None else {**ALARM, **after}
    plans = plan(stack, change("aws_cloudwatch_metric_alarm.errors_alarm", ALARM, silent))
    assert found(refused, plans, stage=stage) == {"keeps-its-alarms"}


def test_refuses_alarms_whose_actions_nobody_knows(refused: Judge) -> None:
    for name in ("alarm_actions", "actions_enabled"):
        after = {key: value for key, value in ALARM.items() if key != name}
        alarm = change("aws_cloudwatch_metric_alarm.a", ALARM, after, unknown={name: True})
        assert found(refused, plan(EC2, alarm), stage=Stage.HALF) == {"keeps-its-alarms"}


def test_lets_alarms_change_beside_that(refused: Judge) -> None:
    gone = change("aws_cloudwatch_metric_alarm.a", ALARM, None)
    assert found(refused, plan(EC2, gone), stage=Stage.LEGACY) == set()
    assert found(refused, plan(FARGATE, gone), stage=Stage.DETACHED) == set()
    more = {**ALARM, "threshold": 4, "alarm_actions": ["arn:topic", "arn:other"]}
    other = change("aws_cloudwatch_metric_alarm.a", ALARM, more)
    assert found(refused, plan(EC2, other), stage=Stage.HALF) == set()
