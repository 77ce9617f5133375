"""What the guard refuses about scheduled actions: they are those of the environment's file, at
stages at which Fargate may follow demand.
"""

from pathlib import Path
from typing import Any

import pytest

from pay.model import Environment, Stage
from pay.model.scaling.settings import Event
from rollout.guard.verdict import Refusal
from tests.support.plans import (
    FARGATE,
    SERVICE,
    Json,
    at,
    change,
    judged,
    plan,
    records,
    traffic,
)

RESOURCE = f"service/sandbox-fargate/{SERVICE}"
TARGET: Json = {"min_capacity": 2, "max_capacity": 8, "resource_id": RESOURCE}
STAYS = traffic(records("none", 100), records("none", 100))
AFTER_SOAK = [Stage.DETACHED, Stage.RETIRED]
PINNED = [stage for stage in Stage if stage.pins_fargate_at_peak]

EVENT = Event.model_validate(
    {
        "name": "sale",
        "from": "2027-01-04T09:00:00",
        "to": "2027-01-04T12:00:00",
        "services": [SERVICE],
        "min": 6,
    }
)


def action(name: str, schedule: str, least: int, **changed: Any) -> Json:
    values: Json = {
        "name": f"sandbox-fargate-{SERVICE}-{name}",
        "resource_id": RESOURCE,
        "schedule": schedule,
        "timezone": "Europe/London",
        "start_time": None,
        "end_time": None,
        "scalable_target_action": [{"min_capacity": str(least), "max_capacity": None}],
    }
    return {**values, **changed}


DAY = action("day", "cron(45 5 * * ? *)", 2)
NIGHT = action("night", "cron(0 22 * * ? *)", 1)
STARTS = action("sale-starts", "at(2027-01-04T09:00:00)", 6)
ENDS = action("sale-ends", "at(2027-01-04T12:00:00)", 2)
WANTED = {"day": DAY, "night": NIGHT, "sale-starts": STARTS, "sale-ends": ENDS}


def address(name: str) -> str:
    return f"aws_appautoscaling_scheduled_action.{name.replace('-', '_')}_action"


@pytest.fixture
def scheduled(sandbox: Environment) -> Environment:
    """The environment whose service runs 2 tasks, 1 at night, and more at an event."""
    tasks = {"min": 2, "peak": 4, "night": 1}
    deployment = sandbox.services[SERVICE]
    changed = deployment.model_copy(update={"tasks": type(deployment.tasks).model_validate(tasks)})
    services = {**sandbox.services, SERVICE: changed}
    return sandbox.model_copy(update={"services": services, "events": (EVENT,)})


def refused(
    folder: Path, environment: Environment, stage: Stage, *changes: Json, **more: Any
) -> tuple[Refusal, ...]:
    plans = [plan(FARGATE, *changes, **more), STAYS]
    return judged(folder, plans, at(environment, stage)).refused


@pytest.mark.parametrize("stage", AFTER_SOAK)
@pytest.mark.parametrize("before", [None, {**DAY, "schedule": "cron(0 7 * * ? *)"}])
def test_lets_the_schedule_of_the_file_be_made_and_changed(
    scheduled: Environment, tmp_path: Path, stage: Stage, before: Json | None
) -> None:
    changes = [
        change(address(name), before and {**before, "name": after["name"]}, after)
        for name, after in WANTED.items()
    ]
    assert refused(tmp_path, scheduled, stage, *changes) == ()


@pytest.mark.parametrize("stage", PINNED)
def test_refuses_every_schedule_while_the_stage_holds_the_peak(
    scheduled: Environment, tmp_path: Path, stage: Stage
) -> None:
    found = refused(tmp_path, scheduled, stage, change(address("day"), None, DAY))
    assert "keeps-fargate-at-peak" in {each.rule for each in found}


MUTATIONS: dict[str, Json] = {
    "fewer tasks": {"scalable_target_action": [{"min_capacity": "0", "max_capacity": None}]},
    "a maximum": {"scalable_target_action": [{"min_capacity": "1", "max_capacity": "2"}]},
    "no minimum": {"scalable_target_action": [{"min_capacity": None, "max_capacity": None}]},
    "another time": {"schedule": "cron(0 12 * * ? *)"},
    "another zone": {"timezone": "UTC"},
    "a start": {"start_time": "2027-01-04T12:00:00Z"},
    "an end": {"end_time": "2027-01-04T12:00:00Z"},
    "another service": {"resource_id": "service/sandbox-fargate/connector"},
}


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS)
def test_refuses_a_schedule_that_differs_from_the_file(
    scheduled: Environment, tmp_path: Path, mutation: Json
) -> None:
    new = change(address("night"), None, {**NIGHT, **mutation})
    assert refused(tmp_path, scheduled, Stage.RETIRED, new)
    if "resource_id" not in mutation:
        changed = change(address("night"), NIGHT, {**NIGHT, **mutation})
        assert refused(tmp_path, scheduled, Stage.RETIRED, changed)


def test_refuses_a_schedule_that_the_file_does_not_have(
    sandbox: Environment, scheduled: Environment, tmp_path: Path
) -> None:
    assert refused(tmp_path, sandbox, Stage.RETIRED, change(address("night"), None, NIGHT))
    other = change(address("weekend"), None, NIGHT)
    assert refused(tmp_path, scheduled, Stage.RETIRED, other)


def test_refuses_to_delete_what_the_file_has_and_lets_go_of_what_it_no_longer_has(
    sandbox: Environment, scheduled: Environment, tmp_path: Path
) -> None:
    gone = change(address("day"), DAY, None)
    assert refused(tmp_path, scheduled, Stage.RETIRED, gone)
    assert refused(tmp_path, sandbox, Stage.RETIRED, gone) == ()
    assert refused(tmp_path, scheduled, Stage.SOAK, gone) == ()


@pytest.mark.parametrize("least", [1, 2, 6])
def test_a_minimum_that_an_action_has_set_is_neither_a_drift_nor_too_low(
    scheduled: Environment, tmp_path: Path, least: int
) -> None:
    now = {**TARGET, "min_capacity": least}
    target = "aws_appautoscaling_target.scaling_target"
    changes = [change(target, now, now), *(change(address(n), a, a) for n, a in WANTED.items())]
    drift = [change(target, TARGET, now)]
    assert refused(tmp_path, scheduled, Stage.RETIRED, *changes, resource_drift=drift) == ()


def test_refuses_a_minimum_below_the_night(scheduled: Environment, tmp_path: Path) -> None:
    none = {**TARGET, "min_capacity": 0}
    target = change("aws_appautoscaling_target.scaling_target", none, none)
    found = refused(tmp_path, scheduled, Stage.RETIRED, target)
    assert {each.rule for each in found} == {"keeps-fargate-at-peak"}


def test_without_a_schedule_a_changed_minimum_is_a_drift(
    sandbox: Environment, tmp_path: Path
) -> None:
    now = {**TARGET, "min_capacity": 1}
    target = "aws_appautoscaling_target.scaling_target"
    found = refused(
        tmp_path,
        sandbox,
        Stage.RETIRED,
        change(target, now, TARGET),
        resource_drift=[change(target, TARGET, now)],
    )
    assert "has-no-drift" in {each.rule for each in found}
