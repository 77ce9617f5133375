"""The schedules of an environment that sleeps: what they call, when, and for which parts."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.model.environment.sleep import Sleep
from pay.sleep.parts import alarm_names, canaries, databases, sides
from pay.sleep.planned import ALARMS_AT_ONCE, PlannedSchedule, planned, stopping, waking
from tests.support.services import at_stage


@pytest.fixture
def perf(environments: Mapping[str, Environment]) -> Environment:
    return environments["test-perf-1"]


def by_name(environment: Environment) -> dict[str, PlannedSchedule]:
    found = [*planned(environment)]
    assert len({each.name for each in found}) == len(found)
    return {each.step: each for each in found}


def with_hours(environment: Environment, *wakes: str, nightly: str | None = None) -> Environment:
    hours = Sleep(timezone="Europe/London", nightly=nightly, wakes=wakes)
    return environment.model_copy(update={"sleep": hours})


def test_every_part_wakes_and_sleeps(perf: Environment) -> None:
    steps = by_name(perf)
    parts = {each.name for each in sides(perf)} | {
        name.removeprefix("test-perf-1-") for name in databases(perf)
    }
    for part in parts:
        assert f"wake-nightly-{part}" in steps
        assert f"stop-nightly-{part}" in steps
    assert all(len(each.name) <= 64 for each in steps.values())


def test_databases_wake_first_and_sleep_last_and_callers_sleep_before_what_they_call(
    perf: Environment,
) -> None:
    [wake] = perf.sleep.planned  # type: ignore[union-attr]
    awake = {step.part: step.after for step in waking(perf, wake)}
    asleep = {step.part: step.after for step in stopping(perf)}
    every = {each.name: each for each in sides(perf)}
    of_databases = {name.removeprefix("test-perf-1-") for name in databases(perf)}
    assert {awake[name] for name in of_databases} == {timedelta(minutes=-45)}
    assert max(awake[name] for name in every) < awake["alarms-1"]
    assert asleep["alarms-1"] < min(asleep[name] for name in every)
    assert max(asleep[name] for name in every) < min(asleep[name] for name in of_databases)
    for name, part in every.items():
        for other, called in every.items():
            if called.side.service.name in CATALOGUE[part.side.service.name].called:
                assert awake[other] < awake[name]
                assert asleep[name] < asleep[other]


def test_keys_are_spelled_as_scheduler_wants_them(perf: Environment) -> None:
    calls = {(each.call.service, each.call.action): each.call for each in planned(perf)}
    assert calls["rds", "stopDBInstance"].input.keys() == {"DbInstanceIdentifier"}
    assert calls["ecs", "updateService"].input.keys() == {"Cluster", "Service", "DesiredCount"}
    bounds = calls["applicationautoscaling", "registerScalableTarget"]
    assert (bounds.input["MinCapacity"], bounds.input["MaxCapacity"]) == (0, 0)
    assert bounds.arn == (
        "arn:aws:scheduler:::aws-sdk:applicationautoscaling:registerScalableTarget"
    )


def test_a_backstop_repeats_each_stop_and_keeps_no_failure_of_what_sleeps_already(
    perf: Environment,
) -> None:
    steps = by_name(with_hours(perf, "Thu 23:00 for 4h"))
    database = databases(perf)[0].removeprefix("test-perf-1-")
    stop, backstop = steps[f"stop-wakes-0-{database}"], steps[f"backstop-wakes-0-{database}"]
    assert (stop.at.cron, stop.keeps_failure) == ("cron(10 3 ? * FRI *)", True)
    assert (backstop.at.cron, backstop.keeps_failure) == (
        "cron(10 3 ? * SUN,MON,TUE,WED,THU,SAT *)",
        False,
    )
    service = steps["stop-wakes-0-ledger-fargate"]
    assert (service.at.days, service.keeps_failure) == (frozenset(range(7)), True)


def test_databases_alone_wake_without_services(perf: Environment) -> None:
    steps = by_name(with_hours(perf, "Sun 12:00 for 95m databases", nightly="23:00 for 4h"))
    of_wake = {step for step in steps if "wakes-0" in step}
    assert {steps[step].call.service for step in of_wake} == {"rds"}
    at = steps["wake-wakes-0-ledger-rds-0"].at
    assert [*at.between(datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 1, 4, tzinfo=UTC))] == [
        datetime(2027, 1, 3, 12, tzinfo=UTC)
    ]


def test_alarms_rest_a_hundred_a_call(environments: Mapping[str, Environment]) -> None:
    moved = environments["production-2"]
    for service in moved.services:
        moved = at_stage(moved, service, Stage.CANARY)
    asleep = with_hours(moved, nightly="09:00 for 8h")
    chunks: list[Any] = [
        step.call.input["AlarmNames"]
        for step in stopping(asleep)
        if step.call.action == "disableAlarmActions"
    ]
    assert all(isinstance(each, list) and len(each) <= ALARMS_AT_ONCE for each in chunks)
    assert len(chunks) > 1
    assert sorted(name for chunk in chunks for name in chunk) == list(alarm_names(asleep))


def test_only_canaries_with_a_schedule_rest(environments: Mapping[str, Environment]) -> None:
    staging = environments["staging-2"]
    resting = [
        step.call.input["Name"]
        for step in stopping(with_hours(staging, nightly="09:00 for 8h"))
        if step.call.action == "stopCanary"
    ]
    assert resting == list(canaries(staging)) != []
    assert all(str(name).endswith("-scheduled") for name in resting)


def test_a_side_has_its_own_tasks_awake(perf: Environment) -> None:
    awake = {each.name: each.awake for each in sides(perf)}
    assert awake["connector-ec2"] == (15, 15)
    assert awake["cardid-fargate"] == (3, 6)  # at soak it holds the peak
    assert awake["adminusers-fargate"] == (1, 6)
    assert {each.side.side for each in sides(perf)} == set(Side)
