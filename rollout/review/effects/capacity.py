"""The effects of a change on the tasks and instances that take traffic."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from rollout.guard.numbers import number
from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.values import MINIMUM_HEALTHY, Path, dig
from rollout.review.effects.effect import Concern, Effect
from rollout.review.resource_words import label


class _Number(NamedTuple):
    """A number in words, when it falls and when it rises."""

    path: Path
    less: str
    more: str = ""
    """Empty: as `less`."""


_NUMBERS: Mapping[str, tuple[_Number, ...]] = {
    "aws_ecs_service": (
        _Number(
            ("desired_count",),
            "loses {lost} of {old} tasks",
            "runs {new} instead of {old} tasks",
        ),
        _Number(
            ("deployment_minimum_healthy_percent",),
            "keeps {new} % instead of {old} % of its tasks in a deployment",
        ),
    ),
    "aws_appautoscaling_target": (
        _Number(("min_capacity",), "keeps at least {new} instead of {old} tasks"),
        _Number(("max_capacity",), "has at most {new} instead of {old} tasks"),
    ),
    "aws_appautoscaling_scheduled_action": (
        _Number(
            ("scalable_target_action", 0, "min_capacity"),
            "keeps at least {new} instead of {old} tasks from its time",
        ),
        _Number(
            ("scalable_target_action", 0, "max_capacity"),
            "has at most {new} instead of {old} tasks from its time",
        ),
    ),
    "aws_autoscaling_group": (
        _Number(
            ("desired_capacity",),
            "loses {lost} of {old} instances",
            "runs {new} instead of {old} instances",
        ),
        _Number(("min_size",), "keeps at least {new} instead of {old} instances"),
        _Number(("max_size",), "has at most {new} instead of {old} instances"),
    ),
    TASK_DEFINITION: (
        _Number(("cpu",), "tasks get {new} instead of {old} CPU units"),
        _Number(("memory",), "tasks get {new} instead of {old} MiB of memory"),
    ),
    "aws_lb_target_group": (
        _Number(MINIMUM_HEALTHY, "DNS leaves the side below {new} instead of {old} healthy tasks"),
    ),
}

_OF_SEVERAL = frozenset({"aws_appautoscaling_scheduled_action", "aws_autoscaling_group"})
"""A stack has several of them, so that the name says which."""


def capacity_effects(change: ResourceChange) -> Iterator[Effect]:
    """Yield the numbers of a resource that change; nothing for one that is created or deleted."""
    if change.verb not in (Verb.UPDATE, Verb.REPLACE):
        return
    for path, less, more in _NUMBERS.get(change.type, ()):
        old, new = (number(dig(values, *path)) for values in (change.before, change.after))
        if old is None or new is None or old == new or change.is_sensitive(*path):
            continue
        text = (more or less) if new > old else less
        yield Effect(
            Concern.CAPACITY,
            text.format(old=old, new=new, lost=old - new),
            change.type,
            change.address,
            subject=label(change) if change.type in _OF_SEVERAL else "",
            is_harm=new < old,
            attribute=str(path[0]),
        )
