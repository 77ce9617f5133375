"""Container definitions compared field by field, as a reader of a release wants them."""

from collections.abc import Iterator
from typing import Any

from pay.containers.definitions import Container, pairs
from pay.unread import Unread
from rollout.plans.containers import TASK_DEFINITION, containers_of
from rollout.plans.plan import ResourceChange
from rollout.plans.values import is_marked, same
from rollout.review.redact import SENSITIVE, UNSET, shown
from rollout.review.view_models import ContainerLines, Line

_FIRST = ("image", "cpu", "memory", "memoryReservation")
_BY_NAME = ("environment", "secrets")

_DEFAULTS: Container = {
    "cpu": 0,
    "essential": True,
    "mountPoints": [],
    "volumesFrom": [],
    "portMappings": [],
    "environment": [],
    "secrets": [],
    "systemControls": [],
}
"""What ECS adds when it registers a definition (AWS: ECS API, `ContainerDefinition`)."""

_PORT_DEFAULTS = {"protocol": "tcp", "hostPort": 0}


def container_changes(change: ResourceChange) -> tuple[ContainerLines, ...]:
    """The containers that a changed task definition changes; none for another type, a new or a
    deleted task definition.
    """
    if change.type != TASK_DEFINITION or not (change.change.before and change.change.after):
        return ()
    key = "container_definitions"
    if is_marked(change.change.before_sensitive, key) or is_marked(
        change.change.after_sensitive, key
    ):
        if same(change.change.before.get(key), change.change.after.get(key)):
            return ()
        return (ContainerLines("all", "changed", (Line(key, SENSITIVE, SENSITIVE),)),)
    try:
        before = {c["name"]: c for c in containers_of(change.change.before)}
        after = {
            c["name"]: c for c in containers_of(change.change.after, change.change.after_unknown)
        }
        return tuple(_compared(before, after))
    except Unread as error:
        return (ContainerLines("all", "changed", (Line(key, "", f"not comparable: {error}"),)),)


def new_containers(change: ResourceChange) -> tuple[ContainerLines, ...]:
    """All that a new task definition says of its task and of its containers; none for another type,
    or where a task definition was before.
    """
    values = change.change.after
    if change.type != TASK_DEFINITION or change.change.before is not None or values is None:
        return ()
    key = "container_definitions"
    task = ContainerLines(
        change.address,
        "task",
        tuple(
            Line(name, UNSET, shown(name, values.get(name)))
            for name in ("cpu", "memory", "network_mode", "requires_compatibilities")
            if values.get(name) and not is_marked(change.change.after_sensitive, name)
        ),
    )
    if is_marked(change.change.after_sensitive, key):
        return (task, ContainerLines("all", "containers", (Line(key, UNSET, SENSITIVE),)))
    try:
        found = containers_of(values, change.change.after_unknown)
        return (
            task,
            *(
                ContainerLines(
                    each["name"], "container", tuple(_fields({"name": each["name"]}, each))
                )
                for each in found
            ),
        )
    except Unread as error:
        return (
            task,
            ContainerLines("all", "containers", (Line(key, UNSET, f"not readable: {error}"),)),
        )


def images(change: ResourceChange) -> dict[str, tuple[str, str]]:
    """Container -> image before and after, where it changes."""
    return {
        container.container: (line.before, line.after)
        for container in container_changes(change)
        for line in container.lines
        if line.what == "image" and container.how == "changed"
    }


def _compared(
    before: dict[str, Container], after: dict[str, Container]
) -> Iterator[ContainerLines]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old is None and new is not None:
            yield ContainerLines(name, "added", tuple(_fields({"name": name}, new)))
        elif old is not None and new is None:
            yield ContainerLines(name, "removed", tuple(_fields(old, {"name": name}))[:1])
        elif old is not None and new is not None:
            if lines := tuple(_fields(_with_defaults(old), _with_defaults(new))):
                yield ContainerLines(name, "changed", lines)


def _with_defaults(container: Container) -> Container:
    """The container as ECS reads it back, so that an added default is not a change."""
    full = {**_DEFAULTS, **{key: value for key, value in container.items() if value is not None}}
    mappings = full["portMappings"]
    if not isinstance(mappings, list) or not all(isinstance(each, dict) for each in mappings):
        raise Unread(f"container {container['name']}: portMappings is not a list of objects")
    return {**full, "portMappings": [{**_PORT_DEFAULTS, **each} for each in mappings]}


def _fields(before: Container, after: Container) -> Iterator[Line]:
    keys = (before.keys() | after.keys()) - set(_FIRST) - set(_BY_NAME)
    for key in (*_FIRST, *sorted(keys)):
        if not same(before.get(key), after.get(key)):
            yield Line(key, shown(key, before.get(key)), shown(key, after.get(key)))
    yield from _variables(pairs(before, "environment"), pairs(after, "environment"))
    yield from _secrets(pairs(before, "secrets"), pairs(after, "secrets"))


def _variables(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Line]:
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield Line(
                f"variable {name}", shown(name, before.get(name)), shown(name, after.get(name))
            )


def _secrets(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Line]:
    """By name only: where a secret lies is nobody's business here, what it is nobody's at all."""
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield Line(f"secret {name}", "given", UNSET)
        elif name not in before:
            yield Line(f"secret {name}", UNSET, "given")
        elif before[name] != after[name]:
            yield Line(f"secret {name}", "from one place", "from another place")
