"""Finds the attributes that a change in place touches, as deep as the table of harmless changes
knows them.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from rollout.guard.rule import Context
from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.plan import AttributeChange, ResourceChange, Verb
from rollout.plans.read import StackPlan
from rollout.plans.values import Path, marks_at, same

_SHOWN_CHARACTERS = 100


@dataclass(frozen=True)
class InPlace:
    """One attribute that changes, and all that a direction may ask about it."""

    attribute: AttributeChange
    resource: ResourceChange
    plan: StackPlan
    context: Context

    @property
    def before(self) -> Any:
        return self.attribute.before

    @property
    def after(self) -> Any:
        return self.attribute.after

    @property
    def in_words(self) -> str:
        """Return the change, as `idle_timeout from 60 to 30`."""
        new = "a value known only after apply" if self.attribute.is_unknown else _shown(self.after)
        return f"{self.attribute.name} from {_shown(self.before)} to {new}"


def is_in_place(change: ResourceChange) -> bool:
    """Return whether what runs stays and gets other values. A replaced task definition is a new
    revision, which its service moves to.
    """
    is_revision = change.type == TASK_DEFINITION and change.verb is Verb.REPLACE
    return change.verb is Verb.UPDATE or is_revision


def table_name(path: Path) -> str:
    """Return the path as the table writes it: `health_check.interval`, without positions."""
    return ".".join(step for step in path if isinstance(step, str))


def changed_attributes(
    change: ResourceChange, known: Collection[str] = ()
) -> Iterator[AttributeChange]:
    """Yield the attributes that differ in meaning. Each entry of `known` is one attribute with all
    that it holds. A block that appears or disappears is compared with an empty one; it differs
    itself where it holds nothing.
    """
    yield from _differences(change, (), change.before, change.after, known)


def _differences(
    change: ResourceChange, path: Path, before: Any, after: Any, known: Collection[str]
) -> Iterator[AttributeChange]:
    marks = marks_at(change.change.after_unknown, path)
    if not change.is_unknown(*path) and same(before, after):
        return
    if marks is not True and table_name(path) not in known:
        old, new = _block(before), _block(after)
        if old is not None and new is not None:
            inside = path if isinstance(before, dict) or isinstance(after, dict) else (*path, 0)
            inner = marks_at(change.change.after_unknown, inside)
            keys = sorted({*old, *new, *(inner if isinstance(inner, dict) else ())})
            deeper = [
                difference
                for key in keys
                for difference in _differences(
                    change, (*inside, key), old.get(key), new.get(key), known
                )
            ]
            yield from deeper
            if deeper or not path:
                return
    yield AttributeChange(path, before, after, change.is_unknown(*path), change.is_sensitive(*path))


def _block(value: Any) -> dict[str, Any] | None:
    """Return an object, the only block of a list, or the empty object for no block. Return None for
    any other value.
    """
    if isinstance(value, list) and len(value) <= 1:
        value = value[0] if value else None
    return {} if value is None else value if isinstance(value, dict) else None


def _shown(value: object) -> str:
    if value in (None, "", [], {}):
        return "not set"
    text = str(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."
