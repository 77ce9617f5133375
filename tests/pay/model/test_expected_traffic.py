"""Alarms can go off at the requests that come: at every stage, in every environment."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.model.alarms import Alarm, alarms
from pay.model.expected_traffic import (
    MARGIN,
    WINDOWS,
    choose_window,
    expected_requests,
    smallest_share,
)
from pay.model.judging.latency import Percentile
from pay.model.metrics import Metric, Share
from pay.model.side import ServiceSide
from pay.model.stage.dns_answers import share_at
from pay.model.stage.stage import FULL_WEIGHT
from tests.support.services import service_side


def needed(alarm: Alarm) -> float:
    """The requests of a period below which an alarm does not judge it."""
    if isinstance(alarm.metric, Share):
        return alarm.metric.min_whole
    if isinstance(alarm.metric, Metric) and alarm.metric.is_percentile and alarm.waits_for_samples:
        return Percentile(int(alarm.metric.statistic[1:]), 1).least_samples
    return 0


def test_every_alarm_can_go_off_at_the_requests_that_come(
    environments: Mapping[str, Environment],
) -> None:
    never = [
        f"{environment.name} {name} {side} {stage}: {alarm.name} needs {needed(alarm)}"
        for environment in environments.values()
        for name in environment.services
        for stage in environment.ladder.stages
        for side in filter(stage.has, Side)
        for own in [service_side(environment, name, side, stage)]
        for alarm in alarms(own)
        if expected_requests(own) * alarm.period_seconds / 60 < needed(alarm)
    ]
    assert never == []


def test_every_alarm_can_go_off_at_each_weight_that_a_rollback_may_give(
    environments: Mapping[str, Environment],
) -> None:
    environment = environments["production-2"]
    for stage, fargate in environment.ladder.rungs.items():
        for side, share in ((Side.EC2, 100 - fargate), (Side.FARGATE, fargate)):
            own = service_side(environment, "connector", side, stage)
            assert share_at(environment.ladder, stage, side) * FULL_WEIGHT == share
            assert share == 0 or smallest_share(own) <= share


@pytest.mark.parametrize(
    ("side", "stage", "share"),
    [
        (Side.EC2, Stage.LEGACY, 25),
        (Side.EC2, Stage.SOAK, 25),
        (Side.FARGATE, Stage.DARK, 5),
        (Side.FARGATE, Stage.MOST, 5),
        (Side.FARGATE, Stage.SOAK, 5),
        (Side.FARGATE, Stage.DETACHED, 100),
        (Side.FARGATE, Stage.RETIRED, 100),
    ],
)
def test_a_side_is_watched_by_the_smallest_share_that_it_may_have(
    environments: Mapping[str, Environment], side: Side, stage: Stage, share: int
) -> None:
    own = service_side(environments["production-2"], "connector", side, stage)
    assert smallest_share(own) == share
    rate = CATALOGUE["connector"].requests_a_minute
    assert expected_requests(own) == pytest.approx(rate * share / 100)


def test_an_environment_gets_its_part_of_the_requests(
    environments: Mapping[str, Environment],
) -> None:
    environment = environments["production-2"]
    fewer = environment.model_copy(update={"traffic_percent": 10})
    own = ServiceSide(CATALOGUE["connector"], environment, Side.EC2)
    assert expected_requests(ServiceSide(CATALOGUE["connector"], fewer, Side.EC2)) == pytest.approx(
        expected_requests(own) / 10
    )


@given(st.floats(0.0001, 1e5), st.integers(1, 1000))
def test_a_window_holds_what_it_asks_for(requests_a_minute: float, least: int) -> None:
    window, asked = choose_window(requests_a_minute, least)
    assert 1 <= asked <= least
    if asked > 1:
        assert requests_a_minute * window.minutes >= asked * MARGIN
    # A shorter one would not.
    shorter = [each for each in WINDOWS if each.period_seconds < window.period_seconds]
    assert all(requests_a_minute * each.minutes < least * MARGIN for each in shorter)


@pytest.mark.parametrize(
    ("requests_a_minute", "seconds", "asked"),
    [
        (26, 60, 20),
        (25.9, 300, 20),
        (5, 600, 20),
        (1, 1800, 20),
        (0.5, 3600, 20),
        (0.001, 21_600, 1),
    ],
)
def test_fewer_requests_need_a_longer_window(
    requests_a_minute: float, seconds: int, asked: int
) -> None:
    window, least = choose_window(requests_a_minute, 20)
    assert (window.period_seconds, least) == (seconds, asked)


def test_windows_get_longer_and_ask_for_fewer_periods() -> None:
    lengths = [window.period_seconds for window in WINDOWS]
    assert lengths == sorted(set(lengths))
    until = [window.period_seconds * window.datapoints_to_alarm for window in WINDOWS]
    assert until == sorted(until)
