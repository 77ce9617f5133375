"""The alarm on requests that no longer arrive goes off at silence, and at no quiet hour."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.model.expected_traffic import all_requests
from pay.model.metrics import ELB_503, Sum
from pay.model.monitoring.dip import dip_alarm
from pay.model.monitoring.series import of_side, side_of
from pay.model.monitoring.share import requests
from tests.support.alarm_states import state_after
from tests.support.services import at_stage

OF_STAFF = ("selfservice", "toolbox")
WATCHED = sorted(CATALOGUE.keys() - set(OF_STAFF))


@pytest.mark.parametrize("service", WATCHED)
@pytest.mark.parametrize("stage", [Stage.READY, Stage.HALF, Stage.SOAK])
@pytest.mark.parametrize(
    ("part", "expected"), [(1, "OK"), (0.5, "OK"), (0.3, "OK"), (0.2, "ALARM"), (0, "ALARM")]
)
def test_goes_off_under_a_quarter_of_a_quiet_hour(
    environments: Mapping[str, Environment],
    service: str,
    stage: Stage,
    part: float,
    expected: str,
) -> None:
    environment = at_stage(environments["production-2"], service, stage)
    alarm = dip_alarm(CATALOGUE[service], environment)
    assert alarm is not None
    assert isinstance(alarm.metric, Sum)
    came = part * all_requests(CATALOGUE[service], environment) * alarm.period_seconds / 60
    shares = {Side.EC2: 0.25, Side.FARGATE: 0.75}
    counted = [requests(CATALOGUE[service], side) for side in Side]
    values = {each.id: came * shares[side_of(each)] for each in counted if came}
    assert state_after(alarm, values) == expected


def test_one_side_may_have_everything(environments: Mapping[str, Environment]) -> None:
    environment = environments["production-2"]
    alarm = dip_alarm(CATALOGUE["connector"], environment)
    assert alarm is not None
    for side in Side:
        assert state_after(alarm, {f"{side}_requests": 100_000}) == "OK"


def test_requests_that_find_no_task_have_arrived(environments: Mapping[str, Environment]) -> None:
    """EC2 answers them with 503 and counts them apart: its own alarms say so."""
    environment = environments["production-2"]
    alarm = dip_alarm(CATALOGUE["connector"], environment)
    assert alarm is not None
    came = all_requests(CATALOGUE["connector"], environment) * alarm.period_seconds / 60
    without_task = of_side(ELB_503, Side.EC2).id
    assert state_after(alarm, {without_task: came, "fargate_requests": came / 20}) == "OK"


def test_no_move_changes_it(environments: Mapping[str, Environment]) -> None:
    at = (at_stage(environments["production-2"], "connector", stage) for stage in Stage)
    assert len({dip_alarm(CATALOGUE["connector"], each) for each in at}) == 1


def test_silence_is_usual_outside_production_and_for_pages_of_staff(
    environments: Mapping[str, Environment],
) -> None:
    for name, environment in environments.items():
        watched = [each for each, own in CATALOGUE.items() if dip_alarm(own, environment)]
        assert sorted(watched) == (WATCHED if name == "production-2" else [])
