"""Compares a container before and after, field by field: which may change under traffic, and in
which direction. A field that is not in the tables stays as it is.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from pay.containers.definitions import Container
from pay.containers.images import repository_of
from pay.model.side import STEADY_STATE_SECONDS
from pay.secrets.values import masked
from rollout.guard.numbers import number
from rollout.plans.values import dig, is_unset, same

_JUDGED_BY_OTHERS = frozenset(
    {
        *("cpu", "memory", "memoryReservation"),  # keeps-the-size-of-its-tasks
        *("environment", "secrets"),  # keeps-its-variables
    }
)
_HARMLESS = frozenset({"dockerLabels"})
"""Fields of a container that no process reads."""

_DEFAULT_SECONDS = {"startTimeout": 180, "stopTimeout": 30}
"""AWS: ECS API reference, `ContainerDefinition`."""
_MOST_SECONDS = {"startTimeout": STEADY_STATE_SECONDS // 2, "stopTimeout": 120}
"""A task that starts more slowly outlasts the deployment. Fargate stops one after 120 s at most
(the same page), and an instance has the same limit here (`pay.platform.capacity`)."""


class Task(NamedTuple):
    """The task of a container."""

    network_mode: str
    hardened: Container
    """The settings by which the catalogue hardens the container."""
    is_essential: bool
    """True when the task ends with the container."""


def field_changes(old: Container, new: Container, task: Task) -> Iterator[str]:
    """Yield in words what a container of a running task must not change, all as ECS stores it."""
    for key in sorted((old.keys() | new.keys()) - _JUDGED_BY_OTHERS - _HARMLESS):
        before, after = old.get(key), new.get(key)
        if same(before, after):
            continue
        if key in _JUDGES:
            yield from _JUDGES[key](before, after, task)
        elif not (is_unset(before) and same(after, task.hardened.get(key))):
            yield _changed(key, before, after)


def _changed(key: str, before: Any, after: Any) -> str:
    return f"{key} was {shown(key, before)} and is {shown(key, after)}"


def shown(name: str, value: object) -> str:
    """Return a value of JSON's types in words, without the secrets in it."""
    return "not set" if value in (None, "", [], {}) else str(masked(name, value))


_Judge = Callable[[Any, Any, Task], Iterator[str]]


def _image(before: Any, after: Any, task: Task) -> Iterator[str]:
    old, new = repository_of(before), repository_of(after)
    if new is not None and old != new:  # `pins-every-image` refuses what is not pinned.
        yield f"image was {before} and is {after}, which is another repository"


def _longer(key: str) -> _Judge:
    def judge(before: Any, after: Any, task: Task) -> Iterator[str]:
        default = _DEFAULT_SECONDS[key]
        old, new = (default if v is None else number(v) for v in (before, after))
        if old is None or new is None or not old <= new <= max(old, _MOST_SECONDS[key]):
            yield f"{key} was {old} s and is {new} s"

    return judge


def _ports(before: Any, after: Any, task: Task) -> Iterator[str]:
    old, new = (_by_port(mappings) for mappings in (before, after))
    for port in sorted(old.keys() | new.keys()):
        if port not in new:
            yield f"port {port} is removed"
        elif port in old and not same(old[port], new[port]):
            yield f"port {port} was {shown(port, old[port])} and is {shown(port, new[port])}"
        elif port not in old and new[port].get("hostPort") and task.network_mode != "awsvpc":
            yield f"port {port} takes the fixed port {new[port]['hostPort']} of its host"


def _by_port(mappings: Any) -> dict[str, Mapping[str, Any]]:
    return {
        f"{m.get('containerPort', m.get('containerPortRange'))}/{m.get('protocol')}": m
        for m in mappings or ()
    }


def _log(before: Any, after: Any, task: Task) -> Iterator[str]:
    old, new = (_flat(value) for value in (before, after))
    for key in sorted(old.keys() | new.keys()):
        earlier, later = old.get(key), new.get(key)
        is_better = (key == "mode" and later == "non-blocking") or (
            key == "max-buffer-size" and _is_larger(earlier, later)
        )
        # Non-blocking: the program continues when logging does not.
        if not same(earlier, later) and not (old and is_better):
            yield _changed(f"logConfiguration {key}", earlier, later)


def _flat(log: Any) -> dict[str, Any]:
    if not isinstance(log, dict):
        return {}
    options = log.get("options")
    return {**log, "options": None, **(options if isinstance(options, dict) else {})}


_UNITS = {"": 1, "b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


def _is_larger(before: Any, after: Any) -> bool:
    """Return whether a size as `25m` grows; left out, it is 1m (Docker: `awslogs`)."""
    sizes = [
        _UNITS.get(str(size).lstrip("0123456789").lower(), 0)
        * int("".join(filter(str.isdigit, str(size))) or 0)
        for size in (before or "1m", after or "1m")
    ]
    return sizes[1] >= sizes[0] > 0


_LEAST_PATIENCE = {"interval": 10, "retries": 3, "timeout": 5}
"""Seconds and failures. ECS's own values are 30, 3 and 5 (ECS API reference, `HealthCheck`). A new
check with less could end a container that is only busy.
"""
_ALWAYS_FAILS = re.compile(r"(?:CMD(?:-SHELL)? )?(?:exit [1-9]\d*|(?:/bin/)?false)")


def _is_sane(check: Mapping[str, Any]) -> bool:
    """Return whether a new check asks something, and waits long enough for an answer."""
    command = check.get("command")
    if not isinstance(command, list) or _ALWAYS_FAILS.fullmatch(" ".join(map(str, command))):
        return False
    given = {key: number(check.get(key) or least) for key, least in _LEAST_PATIENCE.items()}
    return all((given[key] or 0) >= least for key, least in _LEAST_PATIENCE.items())


def _health_check(before: Any, after: Any, task: Task) -> Iterator[str]:
    """Yield each difference that may stop running tasks. A check that is more patient passes. A
    first one passes with sane numbers, and anyway where the task continues without the container.
    """
    old, new = (value if isinstance(value, dict) else {} for value in (before, after))
    if not old and new and (not task.is_essential or _is_sane(new)):
        return
    for key in sorted(old.keys() | new.keys()):
        earlier, later = number(old.get(key) or 0), number(new.get(key) or 0)
        is_patient = key in ("startPeriod", "timeout", "retries") and old and new
        if not same(old.get(key), new.get(key)) and not (
            is_patient and earlier is not None and later is not None and later > earlier
        ):
            yield _changed(f"healthCheck {key}", old.get(key), new.get(key))


_UNLIMITED = -1
_DEFAULT_OPEN_FILES = 65_535
"""Soft and hard, of a container on Fargate that sets none (AWS: ECS API reference, `Ulimit`)."""


def _limits(before: Any, after: Any, task: Task) -> Iterator[str]:
    """Yield each lower limit. Core dumps, which hold what was in memory, take no higher one."""
    old, new = (_by_name(limits) for limits in (before, after))
    for name in sorted(old.keys() | new.keys()):
        first = {"softLimit": _DEFAULT_OPEN_FILES, "hardLimit": _DEFAULT_OPEN_FILES}
        earlier = old.get(name, first if name == "nofile" else {})
        if name not in new:
            yield f"ulimit {name} is removed"
        elif not same(old.get(name), new[name]) and (
            name == "core"
            or not all(_is_raised(dig(earlier, key), dig(new[name], key)) for key in first)
        ):
            yield _changed(f"ulimit {name}", old.get(name), new[name])


def _by_name(limits: Any) -> dict[str, Mapping[str, Any]]:
    return {str(dig(limit, "name")): limit for limit in limits or ()}


def _is_raised(before: Any, after: Any) -> bool:
    old, new = number(before), number(after)
    if new == _UNLIMITED or old == _UNLIMITED:
        return new == _UNLIMITED
    return old is not None and new is not None and new >= old


def _mounts(before: Any, after: Any, task: Task) -> Iterator[str]:
    old, new = (value if isinstance(value, list) else [] for value in (before, after))
    wanted = task.hardened.get("mountPoints", ())
    for mount in (m for m in old if not any(same(m, n) for n in new)):
        yield f"mount {dig(mount, 'containerPath')} is removed or changes"
    for mount in (m for m in new if not any(same(m, n) for n in (*old, *wanted))):
        yield f"mount {dig(mount, 'containerPath')} hides what the image has there"


_JUDGES: Mapping[str, _Judge] = {
    "healthCheck": _health_check,
    "image": _image,
    "logConfiguration": _log,
    "mountPoints": _mounts,
    "portMappings": _ports,
    "startTimeout": _longer("startTimeout"),
    "stopTimeout": _longer("stopTimeout"),
    "ulimits": _limits,
}
"""Fields that may change in one direction. Every other field stays, or gets the catalogue's
hardening in a container that was not hardened.
"""
