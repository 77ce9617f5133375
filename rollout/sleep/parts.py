"""Reads the parts of an environment from AWS, and makes the calls that put them to sleep and wake
them. Each asks first, so a second call changes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from pay.model import Environment
from pay.model.environment.sleep import Sleep
from pay.model.environment.wakes import PartKind
from pay.model.side import STEADY_STATE_SECONDS
from pay.sleep.parts import SleepingSide, alarm_names, canaries, databases, sides
from pay.sleep.planned import ALARMS_AT_ONCE
from rollout.aws.clients import Client
from rollout.aws.healthy_targets import healthy_targets


class Target(StrEnum):
    """The state that the parts are to reach."""

    ASLEEP = "asleep"
    AWAKE = "awake"


def planned(sleep: Sleep, kind: PartKind, now: datetime) -> Target:
    """Return the target that the plan has for parts of a kind at a moment. Databases start before
    services and stop after them; alarms and canaries wait until services are healthy.
    """
    return Target.AWAKE if sleep.awake_until(now, kind) else Target.ASLEEP


@dataclass(frozen=True)
class PartState:
    """The state of a part now."""

    words: str
    states: frozenset[Target]
    """The targets that it has reached; both where it does not exist and has nothing to do."""
    can_begin: bool
    """True when AWS would take the call now."""


class SleepPart(Protocol):
    """One part."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> PartKind: ...

    def find(self, target: Target) -> PartState:
        """Ask AWS. Raises botocore's ClientError when it refuses."""

    def begin(self, target: Target) -> None:
        """Make the calls that lead to the target. Raises botocore's ClientError."""


NOT_THERE = PartState("not there", frozenset(Target), False)

CHANGES_NOW = frozenset(
    {
        "InvalidDBInstanceState",
        "InvalidDBInstanceStateFault",
        "ConflictException",
        "ConcurrentUpdateException",
    }
)
"""AWS's codes for a part that something else changes at this moment: a backup, a schedule. It is
asked again (AWS: RDS, Synthetics and Application Auto Scaling API references)."""


@dataclass(frozen=True)
class DatabasePart:
    """A database, which exists already and is never managed here."""

    name: str
    client: Client
    kind: PartKind = PartKind.DATABASE

    def find(self, target: Target) -> PartState:
        rds = self.client("rds")
        try:
            [instance] = rds.describe_db_instances(DBInstanceIdentifier=self.name)["DBInstances"]
        except rds.exceptions.DBInstanceNotFoundFault:
            return NOT_THERE
        status = instance["DBInstanceStatus"]
        states = {"stopped": Target.ASLEEP, "available": Target.AWAKE}
        starts_alone = instance.get("AutomaticRestartTime")
        words = (
            f"{status}, RDS starts it on {starts_alone:%d %b %H:%M} UTC" if starts_alone else status
        )
        from_state = "available" if target is Target.ASLEEP else "stopped"
        is_state = frozenset({states[status]}) if status in states else frozenset()
        return PartState(words, is_state, status == from_state)

    def begin(self, target: Target) -> None:
        rds = self.client("rds")
        call = rds.stop_db_instance if target is Target.ASLEEP else rds.start_db_instance
        call(DBInstanceIdentifier=self.name)


@dataclass(frozen=True)
class ServicePart:
    """One side of a service."""

    side: SleepingSide
    client: Client
    kind: PartKind = PartKind.SERVICE

    @property
    def name(self) -> str:
        return f"{self.side.side.service.name} on {self.side.side.side}"

    def find(self, target: Target) -> PartState:
        side = self.side.side
        ecs = self.client("ecs")
        try:
            described = ecs.describe_services(cluster=side.cluster, services=[side.service.name])
        except ecs.exceptions.ClusterNotFoundException:
            return NOT_THERE
        service = next((s for s in described["services"] if s["status"] == "ACTIVE"), None)
        if service is None:
            return NOT_THERE
        bounds = self._bounds()
        wanted, running = service["desiredCount"], service["runningCount"]
        has = bounds or (wanted, wanted)
        fewest, most = self.side.awake
        words = f"{running} of {wanted} tasks run"
        if bounds:
            words += f", bounds {bounds[0]} to {bounds[1]}"
        states = set()
        if has == (0, 0) and not running:
            states.add(Target.ASLEEP)
        if has == (fewest, most) and running >= fewest:
            healthy = healthy_targets(self.client, side.target_group)
            words += f", {healthy} healthy"
            if healthy >= fewest:
                states.add(Target.AWAKE)
        goal = (0, 0) if target is Target.ASLEEP else (fewest, most)
        return PartState(words, frozenset(states), has != goal)

    def begin(self, target: Target) -> None:
        side = self.side.side
        fewest, most = (0, 0) if target is Target.ASLEEP else self.side.awake
        if self.side.is_scaled:
            self.client("application-autoscaling").register_scalable_target(
                ServiceNamespace="ecs",
                ScalableDimension="ecs:service:DesiredCount",
                ResourceId=self.side.resource_id,
                MinCapacity=fewest,
                MaxCapacity=most,
            )
        else:
            self.client("ecs").update_service(
                cluster=side.cluster, service=side.service.name, desiredCount=fewest
            )

    def _bounds(self) -> tuple[int, int] | None:
        """Return the bounds of its scaling; None if it has none, or its stack is half applied."""
        if not self.side.is_scaled:
            return None
        described = self.client("application-autoscaling").describe_scalable_targets(
            ServiceNamespace="ecs", ResourceIds=[self.side.resource_id]
        )
        targets = described["ScalableTargets"]
        return next(((each["MinCapacity"], each["MaxCapacity"]) for each in targets), None)


@dataclass(frozen=True)
class AlarmsPart:
    """All alarms. One that is in ALARM works again once it is OK. What it says of the sleep is no
    news.
    """

    names: Sequence[str]
    client: Client
    name: str = "alarms"
    kind: PartKind = PartKind.ALARMS

    def find(self, target: Target) -> PartState:
        known = [*self._described()]
        if not known:
            return NOT_THERE
        resting = [each for each in known if not each["ActionsEnabled"]]
        ringing = [each["AlarmName"] for each in resting if each["StateValue"] == "ALARM"]
        states = set()
        if len(resting) == len(known):
            states.add(Target.ASLEEP)
        if not resting:
            states.add(Target.AWAKE)
        words = f"{len(known) - len(resting)} of {len(known)} notify"
        if target is Target.AWAKE and ringing:
            words += f"; in ALARM: {', '.join(ringing[:3])}{' ...' if len(ringing) > 3 else ''}"
        left = len(known) - len(resting) if target is Target.ASLEEP else len(resting) - len(ringing)
        return PartState(words, frozenset(states), left > 0)

    def begin(self, target: Target) -> None:
        cloudwatch = self.client("cloudwatch")
        rests = target is Target.ASLEEP
        chosen = [
            each["AlarmName"]
            for each in self._described()
            if each["ActionsEnabled"] is rests and (rests or each["StateValue"] != "ALARM")
        ]
        call = cloudwatch.disable_alarm_actions if rests else cloudwatch.enable_alarm_actions
        for chunk in _chunks(chosen):
            call(AlarmNames=chunk)

    def _described(self) -> Iterator[dict[str, Any]]:
        cloudwatch = self.client("cloudwatch")
        for chunk in _chunks(self.names):
            answer = cloudwatch.describe_alarms(
                AlarmNames=chunk, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
            )
            yield from (*answer["MetricAlarms"], *answer["CompositeAlarms"])


@dataclass(frozen=True)
class CanaryPart:
    """A canary with a schedule."""

    name: str
    client: Client
    kind: PartKind = PartKind.CANARY

    def find(self, target: Target) -> PartState:
        synthetics = self.client("synthetics")
        try:
            state = synthetics.get_canary(Name=self.name)["Canary"]["Status"]["State"]
        except synthetics.exceptions.ResourceNotFoundException:
            return NOT_THERE
        rests = state in ("READY", "STOPPED")
        states = {Target.ASLEEP} if rests else {Target.AWAKE} if state == "RUNNING" else set()
        can_begin = state == "RUNNING" if target is Target.ASLEEP else rests
        return PartState(state.lower(), frozenset(states), can_begin)

    def begin(self, target: Target) -> None:
        synthetics = self.client("synthetics")
        call = synthetics.stop_canary if target is Target.ASLEEP else synthetics.start_canary
        call(Name=self.name)


@dataclass(frozen=True)
class PartGroup:
    """Parts that change together, before the next group."""

    parts: tuple[SleepPart, ...]
    longest: timedelta
    """The longest time to wait for them."""


def groups(environment: Environment, client: Client, target: Target) -> tuple[PartGroup, ...]:
    """Return the parts in their order. To sleep it is canaries, alarms, callers before what they
    call, databases. To wake it is the other way round.
    """
    every = sides(environment)
    waves = [
        PartGroup(
            tuple(ServicePart(side, client) for side in every if side.wave == wave),
            timedelta(seconds=STEADY_STATE_SECONDS),
        )
        for wave in sorted({side.wave for side in every}, reverse=True)
    ]
    to_sleep = (
        PartGroup(
            tuple(CanaryPart(name, client) for name in canaries(environment)), timedelta(minutes=10)
        ),
        # Alarms look at the last minutes. One that was raised in sleep is OK that much later.
        PartGroup((AlarmsPart(alarm_names(environment), client),), timedelta(minutes=30)),
        *waves,
        # A backup or a change of monitoring comes before (public: alphagov/pay-ci, 120 minutes).
        PartGroup(
            tuple(DatabasePart(name, client) for name in databases(environment)), timedelta(hours=2)
        ),
    )
    ordered = to_sleep if target is Target.ASLEEP else tuple(reversed(to_sleep))
    return tuple(group for group in ordered if group.parts)


def sleeping_services(environment: Environment, client: Client) -> tuple[str, ...]:
    """Return the sides that have no tasks because the environment sleeps, or is falling asleep or
    waking.
    """
    if environment.sleep is None:
        return ()
    parts = ((ServicePart(side, client), side) for side in sides(environment))
    return tuple(part.name for part, _ in parts if _sleeps(part))


def _sleeps(part: ServicePart) -> bool:
    state = part.find(Target.ASLEEP)
    return state != NOT_THERE and not state.can_begin


def _chunks(names: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), ALARMS_AT_ONCE):
        yield [*names[start : start + ALARMS_AT_ONCE]]
