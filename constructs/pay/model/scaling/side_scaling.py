"""The scaling of one side of a service at its stage, defined only here.

Tasks at the start, bounds, scheduled actions, policies, and what Terraform leaves to them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pay.model.environment.scaling import Event
from pay.model.scaling.actions import ScheduledAction, minimum_at, scheduled_actions
from pay.model.side import ServiceSide
from pay.model.vocabulary import Side

SCALE_OUT_SECONDS = 60
SCALE_IN_SECONDS = 300
"""Slow in, quick out: too many tasks cost money, too few cost payments."""

SCALE_IN_OF_PROXIES_SECONDS = 3600
"""A proxy that stops ends the connections that its callers keep, so proxies rarely stop."""

Bound = Literal["min_capacity", "max_capacity"]


@dataclass(frozen=True)
class Tracking:
    """A target-tracking policy, which keeps a metric of the service near a value."""

    name: Literal["cpu", "requests"]
    metric: Literal["ECSServiceAverageCPUUtilization", "ALBRequestCountPerTarget"]
    target: float
    scale_in_seconds: float
    """Infinite: never."""
    scale_out_seconds: float = SCALE_OUT_SECONDS


@dataclass(frozen=True)
class SideScaling:
    """The number of tasks of a side, and its changes."""

    desired_count: int
    """The count with which the service starts."""
    min: int
    max: int
    """The bounds that a new target gets; equal to `desired_count` on EC2, which does not scale."""
    actions: tuple[ScheduledAction, ...] = ()
    policies: tuple[Tracking, ...] = ()
    sleeps: bool = False
    """Both bounds, or EC2's count, are 0 at times."""

    @property
    def ignored(self) -> tuple[Bound, ...]:
        """Return the attributes of the target that its actions change. Terraform leaves them alone:
        a plan would undo what has fired (hashicorp/terraform-provider-aws#17100).
        """
        bounds: tuple[tuple[Bound, str], ...] = (("min_capacity", "min"), ("max_capacity", "max"))
        return tuple(
            bound
            for bound, key in bounds
            if self.sleeps or any(getattr(action, key) is not None for action in self.actions)
        )


def events_of(side: ServiceSide) -> tuple[Event, ...]:
    """Return the events of the side's service, by their start."""
    own = (event for event in side.environment.events if side.service.name in event.services)
    return tuple(sorted(own, key=lambda event: event.starts))


def scaling_of(side: ServiceSide) -> SideScaling:
    """Return what scales the side at its stage. EC2 stays at the peak; Fargate has no schedule
    while DNS failover could hand it all traffic.
    """
    tasks, sleeps = side.deployment.tasks, side.environment.sleep is not None
    if side.side is Side.EC2:
        return SideScaling(tasks.peak, tasks.peak, tasks.peak, sleeps=sleeps)
    may_follow = side.deployment.stage.has_fargate and not side.holds_full_peak
    return SideScaling(
        desired_count=tasks.peak,
        min=tasks.peak if side.holds_full_peak else tasks.min,
        max=side.most_desired_tasks,
        actions=scheduled_actions(tasks, side.environment.scaling, events_of(side))
        if may_follow
        else (),
        policies=_policies(side),
        sleeps=sleeps,
    )


def due_minimum(side: ServiceSide, now: datetime) -> int:
    """Return the minimum that the file asks for at a moment, to register after a change."""
    scaling = scaling_of(side)
    if not scaling.actions:
        return scaling.min
    settings = side.environment.scaling
    local = now.astimezone(ZoneInfo(settings.timezone)).replace(tzinfo=None)
    return minimum_at(local, side.deployment.tasks, settings, events_of(side))


def _policies(side: ServiceSide) -> tuple[Tracking, ...]:
    own, scale_in = side.deployment.scaling, SCALE_IN_SECONDS
    if side.service.is_proxy:
        scale_in = SCALE_IN_OF_PROXIES_SECONDS
    cpu = (own and own.cpu_target) or side.environment.scaling.cpu_target
    policies = [Tracking("cpu", "ECSServiceAverageCPUUtilization", cpu, scale_in)]
    if own and own.requests_per_task is not None:
        metric: Literal["ALBRequestCountPerTarget"] = "ALBRequestCountPerTarget"
        policies.append(Tracking("requests", metric, own.requests_per_task, scale_in))
    return tuple(policies)
