"""Reading values out of a plan whose shape only the provider knows."""

from typing import Any

from pay.json_text import parsed

Path = tuple[str | int, ...]

MINIMUM_HEALTHY = (
    *("target_group_health", 0),
    *("dns_failover", 0),
    "minimum_healthy_targets_count",
)
"""The settings of a target group for the number of healthy targets that DNS asks for."""


def dig(value: object, *path: str | int) -> Any:
    """Return what lies at `path`, or None where the path leads nowhere."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def marks_at(marks: object, path: Path) -> object:
    """Return the part of an `after_unknown` or `_sensitive` tree that is about `path`."""
    for step in path:
        if marks is True:
            return True
        marks = dig(marks, step)
    return marks


def is_marked(marks: object, *path: str | int) -> bool:
    """Return whether an `after_unknown` or `_sensitive` tree marks the value at `path`, anything
    that holds it or anything inside it.
    """
    return _any_true(marks_at(marks, path))


def _any_true(marks: object) -> bool:
    if isinstance(marks, dict | list):
        return any(map(_any_true, marks.values() if isinstance(marks, dict) else marks))
    return marks is True


def is_unset(value: object) -> bool:
    """Return whether the provider may write the value as null, empty, zero or false alike."""
    return value in (None, "", [], {}, False, 0)


def same(before: object, after: object) -> bool:
    """Return whether two values mean the same. The provider reads back null as empty, and a JSON
    document in another order.
    """
    if is_unset(before) and is_unset(after):
        return True
    if isinstance(before, dict) and isinstance(after, dict):
        return all(same(before.get(key), after.get(key)) for key in before.keys() | after.keys())
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(same, before, after))
    if isinstance(before, str) and isinstance(after, str) and before[:1] in ("{", "["):
        documents = parsed(before), parsed(after)
        return before == after or (None not in documents and documents[0] == documents[1])
    return type(before) is type(after) and before == after
