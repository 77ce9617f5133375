"""What the guard refuses about the alarms of a side."""

import pytest

from pay.model import Stage
from tests.rollout.guard.conftest import Judge, found
from tests.support.plans import EC2, FARGATE, Json, change, plan

ALARM: Json = {"alarm_actions": ["arn:topic"], "actions_enabled": True, "threshold": 5}
KEPT = [s for s in Stage if Stage.READY.position <= s.position <= Stage.SOAK.position]


@pytest.mark.parametrize("stage", KEPT)
@pytest.mark.parametrize("stack", [EC2, FARGATE])
@pytest.mark.parametrize("actions", [["delete"], ["delete", "create"]])
def test_keeps_the_alarms_from_ready_to_soak(
    refused: Judge, stage: Stage, stack: str, actions: list[str]
) -> None:
    after = ALARM if "create" in actions else None
    gone = change("aws_cloudwatch_metric_alarm.errors_alarm", ALARM, after, actions=actions)
    assert found(refused, plan(stack, gone), stage=stage) == {"keeps-its-alarms"}


def test_lets_alarms_go_where_no_move_waits_for_them(refused: Judge) -> None:
    gone = change("aws_cloudwatch_metric_alarm.a", ALARM, None)
    assert found(refused, plan(EC2, gone), stage=Stage.LEGACY) == set()
    assert found(refused, plan(FARGATE, gone), stage=Stage.DETACHED) == set()
