"""Reading values out of a plan whose shape only the provider knows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pay.json_text import parsed
from rollout.plans.plan import Change

Path = tuple[str | int, ...]


def dig(value: object, *path: str | int) -> Any:
    """What lies at `path`, or None where the path leads nowhere."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def is_marked(marks: object, *path: str | int) -> bool:
    """Whether `after_unknown` or a `_sensitive` tree marks the value at `path`, anything that holds
    it or anything inside it.
    """
    for step in path:
        if marks is True:
            return True
        marks = dig(marks, step)
    return _any_true(marks)


def is_sensitive(change: Change) -> bool:
    """Whether Terraform marks any value of the resource as sensitive."""
    return is_marked(change.before_sensitive) or is_marked(change.after_sensitive)


def _any_true(marks: object) -> bool:
    if isinstance(marks, dict):
        return any(_any_true(mark) for mark in marks.values())
    if isinstance(marks, list):
        return any(_any_true(mark) for mark in marks)
    return marks is True


def is_unset(value: object) -> bool:
    """Whether the provider may write the value as null, empty, zero or false alike."""
    return (
        value is None or value == "" or value == [] or value == {} or value is False or value == 0
    )


def same(before: object, after: object) -> bool:
    """Whether two values mean the same: the provider reads back null as empty, and a JSON document
    in another order.
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


@dataclass(frozen=True)
class AttributeChange:
    """One attribute that a change touches."""

    path: Path
    before: Any
    after: Any
    is_unknown: bool
    """Known only after apply."""
    is_sensitive: bool

    @property
    def name(self) -> str:
        """`alias[0].name`, as Terraform writes it."""
        text = ""
        for step in self.path:
            text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
        return text


def attribute_changes(change: Change) -> Iterator[AttributeChange]:
    """The attributes that differ in meaning, as deep as both sides have the same shape."""
    yield from _differences(change, (), change.before or {}, change.after or {})


def _differences(change: Change, path: Path, before: Any, after: Any) -> Iterator[AttributeChange]:
    unknown = is_marked(change.after_unknown, *path)
    if not unknown and same(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        marks = _marks_at(change.after_unknown, path)
        keys = before.keys() | after.keys() | (marks.keys() if isinstance(marks, dict) else set())
        for key in sorted(keys):
            yield from _differences(change, (*path, key), before.get(key), after.get(key))
        return
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after) > 0:
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _differences(change, (*path, index), old, new)
        return
    yield AttributeChange(
        path,
        before,
        after,
        unknown,
        is_marked(change.before_sensitive, *path) or is_marked(change.after_sensitive, *path),
    )


def _marks_at(marks: object, path: Path) -> object:
    for step in path:
        if marks is True:
            return True
        marks = dig(marks, step)
    return marks
