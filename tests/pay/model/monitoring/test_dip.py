"""The alarm on requests that no longer arrive goes off at silence, and at no quiet hour."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.model.environment.closure import MOST, Closure
from pay.model.expected_traffic import all_requests
from pay.model.metrics import ELB_503, Sum
from pay.model.monitoring.dip import dip_alarm
from pay.model.monitoring.series import of_side, side_of
from pay.model.monitoring.share import requests
from sandbox.aws.cloudwatch.metric_math import parse
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


BEGINS = datetime(2026, 12, 1, 22, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def closed(environment: Environment, hours: int = 2, *services: str) -> Environment:
    closure = Closure(
        begins=BEGINS, ends=BEGINS + timedelta(hours=hours), reason="Moved.", services=services
    )
    return environment.model_copy(update={"closures": (closure,)})


def test_silence_in_a_closure_is_no_dip(environments: Mapping[str, Environment]) -> None:
    """Every period that has a part of it counts as usual, and no other one."""
    alarm = dip_alarm(CATALOGUE["connector"], closed(environments["production-2"]))
    assert alarm is not None
    assert isinstance(alarm.metric, Sum)
    period, ends = timedelta(seconds=alarm.period_seconds), BEGINS + timedelta(hours=2)
    inside = [BEGINS - period + MINUTE, BEGINS, ends - MINUTE]
    times = [int(at.timestamp()) for at in (BEGINS - period, *inside, ends)]
    silent = dict[str, dict[int, float]](
        {each.id: {} for each in alarm.metric.metrics} | {"ec2_requests": {times[2]: 1.0}}
    )
    counted = parse(alarm.metric.expression).series(silent, times, alarm.period_seconds)
    assert counted == dict.fromkeys(times[1:4], alarm.threshold)
    busy = silent | {"ec2_requests": dict.fromkeys(times, 9e9)}
    after = parse(alarm.metric.expression).series(busy, times, alarm.period_seconds)
    assert (after[times[0]], after[times[-1]]) == (9e9, 9e9)


def test_a_closure_is_of_its_services_only(environments: Mapping[str, Environment]) -> None:
    environment = environments["production-2"]
    other = closed(environment, 2, "frontend")
    for service, is_same in (("connector", True), ("frontend", False)):
        alarms = {dip_alarm(CATALOGUE[service], each) for each in (environment, other)}
        assert (len(alarms) == 1) is is_same


def test_the_formula_of_every_closure_fits(environments: Mapping[str, Environment]) -> None:
    closures = closed(environments["production-2"]).closures * MOST
    environment = environments["production-2"].model_copy(update={"closures": closures})
    alarm = dip_alarm(CATALOGUE["connector"], environment)
    assert alarm is not None
    assert isinstance(alarm.metric, Sum)
    # AWS: CloudWatch API reference, `MetricDataQuery`, `Expression`.
    assert len(alarm.metric.expression) <= 2048


def test_no_move_changes_it(environments: Mapping[str, Environment]) -> None:
    at = (at_stage(environments["production-2"], "connector", stage) for stage in Stage)
    assert len({dip_alarm(CATALOGUE["connector"], each) for each in at}) == 1


def test_silence_is_usual_outside_production_and_for_pages_of_staff(
    environments: Mapping[str, Environment],
) -> None:
    for name, environment in environments.items():
        watched = [each for each, own in CATALOGUE.items() if dip_alarm(own, environment)]
        assert sorted(watched) == (WATCHED if name == "production-2" else [])
