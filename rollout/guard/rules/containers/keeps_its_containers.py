"""On a side that can receive traffic, a new revision of a task definition is a release. It has
another image of the same repository, in the containers that ran before. These stay as they were, or
change in a direction that removes nothing: program, user, processor, ports, logs, stop time.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pay.catalogue import CATALOGUE
from pay.containers.definitions import Container
from pay.containers.stored import as_stored
from pay.model import Environment
from pay.model.hardening import hardening, volumes
from pay.unread import Unread
from rollout.guard.container_fields import Task, field_changes, shown
from rollout.guard.may_receive_traffic import why_reached
from rollout.guard.numbers import number
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.containers import TASK_DEFINITION, containers_by_name, former_values
from rollout.plans.plan import Plan, ResourceChange, Values
from rollout.plans.read import StackPlan
from rollout.plans.references import is_left_to_provider
from rollout.plans.values import dig, is_unset, same

DO = (
    "keep it as it was until the side cannot receive traffic. Where it is right to change it under "
    "traffic, allow this rule with the reason"
)

_OF_THE_TASK = frozenset(
    {
        *("container_definitions", "cpu", "memory"),  # Judged by container, and by their own rule.
        *("arn", "arn_without_revision", "id", "revision"),  # Another revision has others.
        *("tags", "tags_all", "track_latest"),  # No process reads them.
    }
)
"""Attributes of a task definition that may differ."""

_ROLES = ("execution_role_arn", "task_role_arn")
"""Judged by `runs-under-its-own-role`, unless the new revision has none."""

_DEFAULT_STORAGE_GIB = 20
"""Of a Fargate task (AWS: ECS developer guide, "Fargate task ephemeral storage")."""


def check(plan: StackPlan, context: Context) -> Findings:
    where = why_reached(plan, context)
    if where is None:
        return
    environment, service = context.environment(plan), plan.stack.service
    for change in plan.plan.written(TASK_DEFINITION):
        former = former_values(plan.plan, change)
        if former is None:
            continue
        texts = [*_of_the_task(plan.plan, change, former, environment, service)]
        try:
            texts += _of_its_containers(change, former, service)
        except Unread as error:
            texts.append(f"cannot be compared with the revision before: {error}")
        for text in texts:
            yield GuardFinding(change.address, f"{where}: {text}", DO)


def _of_the_task(
    plan: Plan,
    change: ResourceChange,
    former: Values,
    environment: Environment,
    service: str | None,
) -> Iterator[str]:
    for name in sorted((former.keys() | change.after.keys()) - _OF_THE_TASK):
        old, new = former.get(name), change.after.get(name)
        if name == "volume":
            yield from _of_volumes(old, new, service)
        elif change.is_unknown(name):
            if name not in _ROLES and not is_left_to_provider(plan, change, name):
                yield f"{name} is known only after apply"
        elif not same(old, new) and not _may_change(name, old, new, environment):
            yield f"{name} was {shown(name, old)} and is {shown(name, new)}"


def _may_change(name: str, old: Any, new: Any, environment: Environment) -> bool:
    if name in _ROLES:
        return not is_unset(new)
    if name == "runtime_platform":
        return is_unset(old) and _is_platform(new, environment)
    return name == "ephemeral_storage" and _grows(old, new)


def _is_platform(value: Any, environment: Environment) -> bool:
    wanted = {
        "cpu_architecture": environment.architecture.value,
        "operating_system_family": "LINUX",
    }
    return same(value, [wanted])


def _grows(old: Any, new: Any) -> bool:
    before, after = (number(dig(value, 0, "size_in_gib")) for value in (old, new))
    return after is not None and after >= (before or _DEFAULT_STORAGE_GIB)


def _of_volumes(old: Any, new: Any, service: str | None) -> Iterator[str]:
    before, after = (
        {str(dig(v, "name")): v for v in (each if isinstance(each, list) else ())}
        for each in (old, new)
    )
    named = {v for part in _parts(service).values() for v in volumes(part)}
    for name in sorted(before.keys() | after.keys()):
        plain = {"name": name}
        if name not in after:
            yield f"volume {name} is removed"
        elif name in before and not same(before[name], after[name]):
            yield f"volume {name} changes"
        elif name not in before and not (name in named and same(after[name], plain)):
            yield f"volume {name} is new, and the catalogue does not name it"


def _parts(service: str | None) -> Mapping[str, Any]:
    """Return the parts of a service by the names of their containers."""
    microservice = CATALOGUE.get(service or "")
    return {part.name: part for part in microservice.containers} if microservice else {}


def _of_its_containers(
    change: ResourceChange, former: Values, service: str | None
) -> Iterator[str]:
    before, after = containers_by_name(change, former)
    old_mode, new_mode = (str(v.get("network_mode")) for v in (former, change.after))
    parts = _parts(service)
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield f"container {name} is removed"
        elif name not in before:
            if name not in parts:
                yield f"container {name} is new, and the catalogue does not name it"
        else:
            old, new = as_stored(before[name], old_mode), as_stored(after[name], new_mode)
            hardened = _hardened(name, parts, service, new_mode)
            task = Task(new_mode, hardened, is_essential=new.get("essential") is not False)
            yield from (f"container {name}: {text}" for text in field_changes(old, new, task))


def _hardened(
    name: str, parts: Mapping[str, Any], service: str | None, network_mode: str
) -> Container:
    """Return what the catalogue hardens a container with, as ECS stores it."""
    if name not in parts:
        return {}
    fields = hardening(CATALOGUE[str(service)], parts[name])
    stored = as_stored({"name": name, **fields}, network_mode)
    return {key: stored[key] for key in fields}
