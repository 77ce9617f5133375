"""The alarm on shares goes off at what the stage's weight rules out, and only there."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.model.metrics import Share
from pay.model.monitoring.series import side_of
from pay.model.monitoring.share import share_alarm
from sandbox.aws.cloudwatch.alarm_states import AlarmState
from tests.support.alarm_states import state_after
from tests.support.services import at_stage


def state(
    environment: Environment, service: str, stage: Stage, ec2: int, fargate: int
) -> AlarmState:
    """Return the alarm's state after as many requests in each of its periods."""
    alarm = share_alarm(CATALOGUE[service], at_stage(environment, service, stage))
    assert isinstance(alarm.metric, Share)
    counts = {Side.EC2: ec2, Side.FARGATE: fargate}
    return state_after(alarm, {each.id: counts[side_of(each)] for each in alarm.metric.metrics})


@pytest.mark.parametrize("service", ["connector", "egress"])
@pytest.mark.parametrize(
    ("stage", "ec2", "fargate", "expected"),
    [
        (Stage.READY, 1000, 0, "OK"),
        (Stage.READY, 500, 500, "ALARM"),
        (Stage.CANARY, 950, 50, "OK"),
        (Stage.CANARY, 1000, 0, "ALARM"),
        (Stage.CANARY, 100, 0, "OK"),
        (Stage.QUARTER, 750, 250, "OK"),
        (Stage.QUARTER, 970, 30, "ALARM"),
        (Stage.MOST, 250, 750, "OK"),
        (Stage.CUTOVER, 0, 1000, "OK"),
        (Stage.SOAK, 1000, 10, "ALARM"),
    ],
)
def test_goes_off_and_stays_silent(
    environments: Mapping[str, Environment],
    service: str,
    stage: Stage,
    ec2: int,
    fargate: int,
    expected: str,
) -> None:
    assert state(environments["test-12"], service, stage, ec2, fargate) == expected
