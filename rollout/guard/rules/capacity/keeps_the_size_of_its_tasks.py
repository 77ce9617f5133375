"""A side that can be sent traffic keeps the size of its tasks: as many tasks with less CPU or less
memory carry less, and a memory limit that is too low stops them one after the other.
"""

from collections.abc import Iterator
from typing import Any

from pay.containers.definitions import Container
from pay.unread import Unread
from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.guard.may_receive_traffic import why_reached
from rollout.guard.numbers import number
from rollout.plans.containers import TASK_DEFINITION, containers_of
from rollout.plans.plan import ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.values import is_marked

_LIMITS = ("cpu", "memory")
"""Of the task, and `memory` of a container: left out, they limit nothing (AWS: ECS developer guide,
"Task definition parameters")."""

_SHARES = ("cpu", "memoryReservation")
"""Of a container: left out, they give it nothing of its own."""


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    where = why_reached(plan, context)
    if where is None:
        return
    for change in plan.plan.moving:
        if change.type == TASK_DEFINITION and change.change.before and change.change.after:
            for text in (*_of_the_task(change), *_of_its_containers(change)):
                yield Finding(
                    change.address,
                    f"{where}: {text}",
                    "keep the size until the side is sent no traffic; where measurements show that "
                    "less is enough, allow this rule with them as the reason",
                )


def _of_the_task(change: ResourceChange) -> Iterator[str]:
    before, after = change.change.before or {}, change.change.after or {}
    for name in _LIMITS:
        if is_marked(change.change.after_unknown, name):
            yield f"{name} of the task is known only after apply"
        else:
            yield from _lowered(f"{name} of the task", before.get(name), after.get(name), True)


def _of_its_containers(change: ResourceChange) -> Iterator[str]:
    try:
        before = {c["name"]: c for c in containers_of(change.change.before)}
        after = containers_of(change.change.after, change.change.after_unknown)
    except Unread:
        return  # `writes-no-secret-in-plain-text` refuses what cannot be read.
    for container in after:
        if old := before.get(container["name"]):
            yield from _of_a_container(old, container)


def _of_a_container(before: Container, after: Container) -> Iterator[str]:
    what = "{} of container " + after["name"]
    yield from _lowered(what.format("memory"), before.get("memory"), after.get("memory"), True)
    for name in _SHARES:
        yield from _lowered(what.format(name), before.get(name), after.get(name), False)


def _lowered(what: str, before: Any, after: Any, is_limit: bool) -> Iterator[str]:
    """The number becomes smaller; nothing stands for no limit, or for no share."""
    nothing = float("inf") if is_limit else 0
    old = nothing if number(before) is None else number(before)
    new = nothing if number(after) is None else number(after)
    if old is not None and new is not None and new < old:
        yield f"{what} from {before or 'no limit'} to {after or 'nothing'}"
