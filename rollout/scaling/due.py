"""Registers the minimum that is due now.

Where a schedule changes the minimum of a service's tasks, Terraform leaves it alone: a changed
number of the file reaches AWS by the next scheduled action, up to a day later. After an apply this
brings it there at once. Application Auto Scaling moves the tasks as far as the new minimum asks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pay.model.scaling.side_scaling import due_minimum, scaling_of
from pay.model.side import ServiceSide
from pay.model.vocabulary import Side
from rollout.aws.clients import Client, asking
from rollout.terminal.arguments import now as present

_PLACE = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}


@dataclass(frozen=True)
class Registered:
    """A service whose minimum was not the file's."""

    service: str
    before: int
    now: int

    def __str__(self) -> str:
        return f"{self.service}: at least {self.now} tasks instead of {self.before}"


def register_due(
    client: Client, sides: Iterable[ServiceSide], now: datetime
) -> Iterator[Registered]:
    """Register the minimum of each side that has a schedule, and yield those that it changes. A
    service at 0 to 0 tasks sleeps, and stays asleep.
    """
    for side in sides:
        if not _is_scheduled(side):
            continue
        resource = f"service/{side.cluster}/{side.service.name}"
        scaling = client("application-autoscaling")
        found = scaling.describe_scalable_targets(ResourceIds=[resource], **_PLACE)
        due = due_minimum(side, now)
        for target in found["ScalableTargets"]:
            if target["MaxCapacity"] and target["MinCapacity"] != due:
                scaling.register_scalable_target(ResourceId=resource, MinCapacity=due, **_PLACE)
                yield Registered(side.service.name, target["MinCapacity"], due)


def register_after_apply(side: ServiceSide | None) -> Iterator[Registered]:
    """Do it for the side whose stack was applied; None is another stack. AWS is asked only where a
    schedule changes the minimum.

    Raises Refused when AWS cannot be reached: the apply stands, and `pay scaling ENV --register`
    does the rest.
    """
    if side is not None and _is_scheduled(side):
        with asking(side.environment) as client:
            yield from register_due(client, [side], present())


def _is_scheduled(side: ServiceSide) -> bool:
    return side.side is Side.FARGATE and "min_capacity" in scaling_of(side).ignored
