"""A side that can receive traffic keeps the size of its tasks. As many tasks with less CPU or less
memory carry less. A memory limit that is too low stops them one after the other. A heap that does
not fit into the limit does the same. So does one that is less than half of what it was.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pay.containers.definitions import Container, pairs
from pay.model.service.heap import Heap, heaps
from pay.unread import Unread
from rollout.guard.may_receive_traffic import why_reached
from rollout.guard.numbers import number
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.containers import TASK_DEFINITION, containers_by_name
from rollout.plans.plan import ResourceChange
from rollout.plans.read import StackPlan

_LIMITS = ("cpu", "memory")
"""Of the task, and `memory` of a container: left out, they limit nothing (AWS: ECS developer guide,
"Task definition parameters")."""

_SHARES = ("cpu", "memoryReservation")
"""Of a container: left out, they give it nothing of its own."""


def check(plan: StackPlan, context: Context) -> Findings:
    where = why_reached(plan, context)
    if where is None:
        return
    for change in plan.plan.written(TASK_DEFINITION):
        if change.before:
            for text in (*_of_the_task(change), *_of_its_containers(change)):
                yield GuardFinding(
                    change.address,
                    f"{where}: {text}",
                    "keep the size until the side cannot receive traffic. Where measurements show "
                    "that less is enough, allow this rule with them as the reason",
                )


def _of_the_task(change: ResourceChange) -> Iterator[str]:
    for name in _LIMITS:
        if change.is_unknown(name):
            yield f"{name} of the task is known only after apply"
        else:
            yield from _lowered(name, "the task", change.before, change.after, float("inf"))


def _of_its_containers(change: ResourceChange) -> Iterator[str]:
    try:
        before, after = containers_by_name(change)
        heaps_after = {name: _heaps(each, change.after) for name, each in after.items()}
        heaps_before = {name: _heaps(each, change.before) for name, each in before.items()}
    except Unread:
        return  # `writes-no-secret-in-plain-text` refuses what cannot be read.
    for name, new in after.items():
        yield from _of_heaps(name, heaps_before.get(name, set()), heaps_after[name])
        if old := before.get(name):
            yield from _lowered("memory", f"container {name}", old, new, float("inf"))
            for share in _SHARES:
                yield from _lowered(share, f"container {name}", old, new, 0)


def _of_heaps(
    container: str, before: set[tuple[Heap, int]], after: set[tuple[Heap, int]]
) -> Iterator[str]:
    """Yield heaps that do not fit, unless they had no more memory before, and those that shrink."""
    limits = {(heap.variable, heap.option): limit for heap, limit in before}
    sizes = {heap.key: heap.mib or 0 for heap, _ in before}
    for heap, limit in sorted(after, key=str):
        where = f"{heap.option} in {heap.variable}"
        fits = heap.mib is not None and heap.mib < limit
        if not fits and limit < limits.get((heap.variable, heap.option), float("inf")):
            yield f"{where} does not fit into the {limit} MiB of container {container}"
        elif heap.mib is not None and heap.mib < sizes.get(heap.key, 0) / 2:
            yield f"{where} of container {container} is less than half of what it was"


def _heaps(container: Container, task: Mapping[str, Any]) -> set[tuple[Heap, int]]:
    """Return the heaps that the variables set, each with the memory that there is for it. Return
    nothing where neither the container nor its task has a limit.
    """
    limit = number(container.get("memory")) or number(task.get("memory")) or 0
    variables = {name: str(value) for name, value in pairs(container, "environment").items()}
    return {(heap, int(limit)) for heap in heaps(variables, int(limit)) if limit}


def _lowered(
    name: str, of: str, old: Mapping[str, Any], new: Mapping[str, Any], unset: float
) -> Iterator[str]:
    """Yield a number that becomes smaller. `unset`: its value when it is left out."""
    before, after = (unset if (n := number(v.get(name))) is None else n for v in (old, new))
    if after < before:
        yield f"{name} of {of} from {old.get(name) or 'no limit'} to {new.get(name) or 'nothing'}"
