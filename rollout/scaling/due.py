"""Registers the bounds that are due now.

Where a schedule changes the bounds of a service's tasks, Terraform leaves them alone. A changed
number of the file reaches AWS by the next scheduled action, up to a day later. It also does when
the environment wakes. After an apply this brings it there at once. Application Auto Scaling moves
the tasks as far as the new bounds ask.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import ClientError

from pay.model.scaling.side_scaling import due_minimum, scaling_of
from pay.model.side import ServiceSide
from pay.model.vocabulary import Side
from rollout.aws.clients import Client, asking, why
from rollout.terminal.arguments import now as present
from rollout.terminal.refusal import Failed, Refused

_PLACE = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}

_LEAST, _MOST = "MinCapacity", "MaxCapacity"
_WORDS = {_LEAST: "at least", _MOST: "at most"}


@dataclass(frozen=True)
class Registered:
    """A service whose bounds were not the file's; the keys are those of the API."""

    service: str
    before: Mapping[str, int]
    now: Mapping[str, int]
    """Only what changed."""

    def __str__(self) -> str:
        changed = (
            f"{_WORDS[key]} {tasks} tasks instead of {self.before[key]}"
            for key, tasks in self.now.items()
        )
        return f"{self.service}: {', '.join(changed)}"


def register_due(
    client: Client, sides: Iterable[ServiceSide], now: datetime
) -> Iterator[Registered]:
    """Register the bounds of each side that Terraform leaves alone, and yield those that it
    changes. A service at 0 to 0 tasks sleeps, and stays asleep.
    """
    for side in sides:
        due = _due(side, now)
        if not due:
            continue
        resource = f"service/{side.cluster}/{side.service.name}"
        scaling = client("application-autoscaling")
        targets = scaling.describe_scalable_targets(ResourceIds=[resource], **_PLACE)
        for target in targets["ScalableTargets"]:
            changed = {key: tasks for key, tasks in due.items() if target[key] != tasks}
            if target[_MOST] and changed:
                # Together: AWS refuses a minimum above the maximum.
                scaling.register_scalable_target(ResourceId=resource, **changed, **_PLACE)
                before = {key: target[key] for key in changed}
                yield Registered(side.service.name, before, changed)


def register_after_apply(side: ServiceSide | None) -> tuple[Registered, ...]:
    """Do it for the side whose stack was applied; None is another stack. AWS is asked only where
    Terraform leaves bounds alone.

    Raises Failed when AWS does not take it; the apply stays done.
    """
    if side is None or not _due(side, present()):
        return ()
    environment = side.environment
    try:
        with asking(environment) as client:
            return (*register_due(client, [side], present()),)
    except (Refused, ClientError) as error:
        raise Failed(
            f"{side.service.name} is applied, but its tasks keep their bounds of before: "
            f"{why(error)}. "
            f"Run `pay scaling {environment.name} {side.service.name} --register`."
        ) from None


def _due(side: ServiceSide, now: datetime) -> Mapping[str, int]:
    """Return the bounds that Terraform leaves alone, as they have to be now."""
    if side.side is not Side.FARGATE:
        return {}
    scaling = scaling_of(side)
    due = {
        "min_capacity": (_LEAST, due_minimum(side, now)),
        "max_capacity": (_MOST, scaling.max),
    }
    return dict(due[bound] for bound in scaling.ignored)
