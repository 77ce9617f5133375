"""The schedules of an environment that sleeps, as values.

EventBridge Scheduler calls AWS's APIs by universal targets. It cannot wait for health, so each step
has a time of its own. AWS: EventBridge Scheduler user guide, "Using universal targets".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from pay.model import Environment, names
from pay.model.environment.wakes import ALARM_LAG, DATABASE_LAG, DATABASE_LEAD, Instant, Wake
from pay.sleep.parts import SleepingSide, alarm_names, canaries, databases, sides

UNIVERSAL = "arn:aws:scheduler:::aws-sdk"

ALARMS_AT_ONCE = 100
"""Names in one call (AWS: CloudWatch API reference, `DisableAlarmActions`)."""

LONGEST_DELAY = timedelta(minutes=30)
"""The longest delay of a step. Scheduler itself would try for a day, and a stop would land in the
next wake."""

RETRIES = 20
"""Within that delay, because RDS refuses to stop a database while it backs up."""

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class ApiCall:
    """A call of AWS's API by a universal target.

    Service, action and keys are spelled as the SDK for Java does: `DbInstanceIdentifier`, not the
    API's `DBInstanceIdentifier`. Nothing checks that before the first call.
    """

    service: str
    action: str
    input: Mapping[str, object]

    @property
    def arn(self) -> str:
        return f"{UNIVERSAL}:{self.service}:{self.action}"


@dataclass(frozen=True)
class SleepStep:
    """A call for one part, a fixed time after the start or the end of a wake."""

    part: str
    call: ApiCall
    after: timedelta

    @property
    def bears_repetition(self) -> bool:
        """Return whether AWS does nothing where it is done already; RDS and Synthetics refuse to
        stop what is stopped.
        """
        return self.call.service not in ("rds", "synthetics")


@dataclass(frozen=True)
class PlannedSchedule:
    """One schedule."""

    name: str
    """In AWS; unique in the group."""
    step: str
    """The same without the environment, as part of its address."""
    at: Instant
    call: ApiCall
    keeps_failure: bool
    """A failure is sent to the queue that an alarm watches."""


def waking(environment: Environment, wake: Wake) -> Iterator[SleepStep]:
    """Yield the steps of a wake, after its start: databases, services, alarms and canaries."""
    lead = timedelta() if wake.databases_only else DATABASE_LEAD
    for name in databases(environment):
        yield SleepStep(
            _database(environment, name), _database_call("startDBInstance", name), -lead
        )
    if wake.databases_only:
        return
    for side in sides(environment):
        yield SleepStep(side.name, set_tasks(side, *side.awake), side.wave * _MINUTE)
    yield from _watching(environment, "enableAlarmActions", "startCanary", ALARM_LAG)


def stopping(environment: Environment, *, databases_only: bool = False) -> Iterator[SleepStep]:
    """Yield the steps that put to sleep, after the end of a wake. Their order: canaries and alarms,
    callers before called services, databases.
    """
    lag = timedelta() if databases_only else DATABASE_LAG
    if not databases_only:
        yield from _watching(environment, "disableAlarmActions", "stopCanary", timedelta())
        all_sides = sides(environment)
        last = max((side.wave for side in all_sides), default=0)
        for side in all_sides:
            yield SleepStep(side.name, set_tasks(side, 0, 0), (1 + last - side.wave) * _MINUTE)
    for name in databases(environment):
        yield SleepStep(_database(environment, name), _database_call("stopDBInstance", name), lag)


def planned(environment: Environment) -> Iterator[PlannedSchedule]:
    """Yield every schedule of an environment with the table `sleep`."""
    sleep = environment.sleep
    assert sleep is not None
    for wake, end in zip(sleep.planned, sleep.stops(), strict=True):
        for step in waking(environment, wake):
            yield _schedule(environment, "wake", wake, wake.start, step)
        if wake.databases_only and sleep.wakes_services:
            for step in stopping(environment, databases_only=True):
                yield _schedule(environment, "stop", wake, wake.end, step)
            continue
        for step in stopping(environment):
            ends = end if step.bears_repetition else wake.end
            yield _schedule(environment, "stop", wake, ends, step)
            if others := end.days - ends.days:
                # What sleeps already refuses, so its failure says nothing.
                backstop = end.on(others)
                yield _schedule(environment, "backstop", wake, backstop, step, keeps=False)


def set_tasks(side: SleepingSide, fewest: int, most: int) -> ApiCall:
    """Return the call that gives a side its tasks; of 0 and 0 it has none."""
    if side.is_scaled:
        bounds = {
            "ServiceNamespace": "ecs",
            "ScalableDimension": "ecs:service:DesiredCount",
            "ResourceId": side.resource_id,
            "MinCapacity": fewest,
            "MaxCapacity": most,
        }
        return ApiCall("applicationautoscaling", "registerScalableTarget", bounds)
    names_it = {"Cluster": side.side.cluster, "Service": side.side.service.name}
    return ApiCall("ecs", "updateService", {**names_it, "DesiredCount": fewest})


def _watching(
    environment: Environment, of_alarms: str, of_canaries: str, after: timedelta
) -> Iterator[SleepStep]:
    alarms = alarm_names(environment)
    for number, start in enumerate(range(0, len(alarms), ALARMS_AT_ONCE), start=1):
        chunk = [*alarms[start : start + ALARMS_AT_ONCE]]
        yield SleepStep(
            f"alarms-{number}", ApiCall("cloudwatch", of_alarms, {"AlarmNames": chunk}), after
        )
    for canary in canaries(environment):
        part = canary.removeprefix(f"{environment.name}-")
        yield SleepStep(part, ApiCall("synthetics", of_canaries, {"Name": canary}), after)


def _database_call(action: str, name: str) -> ApiCall:
    return ApiCall("rds", action, {"DbInstanceIdentifier": name})


def _database(environment: Environment, name: str) -> str:
    return name.removeprefix(f"{environment.name}-")


def _schedule(
    environment: Environment,
    what: str,
    wake: Wake,
    begin: Instant,
    step: SleepStep,
    *,
    keeps: bool = True,
) -> PlannedSchedule:
    key = wake.key.replace("[", "-").removesuffix("]")
    name = f"{what}-{key}-{step.part}"
    at = begin.moved(step.after)
    return PlannedSchedule(names.schedule(environment.name, name), name, at, step.call, keeps)
