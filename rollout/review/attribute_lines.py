"""Shows the attributes that a change touches; of a set only the members that come and go."""

from collections.abc import Iterator
from typing import Any

from rollout.plans.plan import AttributeChange, ResourceChange, Values
from rollout.plans.values import dig, same
from rollout.review.redact import before_and_after
from rollout.review.view_models import ReviewLine

_KEYS = ("id", "name", "key")
"""The attributes that identify the members of a set of objects."""


def attribute_changes(change: ResourceChange) -> Iterator[AttributeChange]:
    """Yield the attributes that differ in meaning. Terraform sorts sets, so that one new member
    moves all that follow. So a list of texts is one attribute, and equal objects stand side by
    side.
    """
    lists = set()
    change = _aligned(change)
    for attribute in change.attributes():
        path = attribute.path[:-1]
        before, after = dig(change.before, *path), dig(change.after, *path)
        is_member = isinstance(attribute.path[-1], int) and _is_texts(before) and _is_texts(after)
        if not is_member:
            yield attribute
        elif path not in lists:
            lists.add(path)
            is_sensitive = change.is_sensitive(*path)
            yield AttributeChange(path, before, after, attribute.is_unknown, is_sensitive)


def line(attribute: AttributeChange) -> ReviewLine:
    """Return the attribute with both values, as anybody may read them."""
    before, after = attribute.before, attribute.after
    if attribute.is_unknown or not (_is_texts(before) and _is_texts(after)):
        return ReviewLine(attribute.name, *before_and_after(attribute))
    gone = [member for member in before if member not in after]
    new = [member for member in after if member not in before]
    stay = len(before) - len(gone)
    if not stay or not (gone or new):
        return ReviewLine(attribute.name, *before_and_after(attribute))
    part = AttributeChange(attribute.path, gone, new, False, attribute.is_sensitive)
    stays = "stays" if stay == 1 else "stay"
    return ReviewLine(f"{attribute.name} ({stay} {stays})", *before_and_after(part))


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)


def _aligned(change: ResourceChange) -> ResourceChange:
    """Return the change with the objects of each list before in the order of the list after."""
    old, new = change.change.before, change.change.after
    if old is None or new is None:
        return change
    before: Values = {}
    for key, value in old.items():
        is_hidden = change.is_sensitive(key)  # its marks have the order of the list before
        before[key] = value if is_hidden else _in_order_of(new.get(key), value)
    return change.model_copy(update={"change": change.change.model_copy(update={"before": before})})


def _in_order_of(after: Any, before: Any) -> Any:
    lists = isinstance(before, list) and isinstance(after, list) and len(before) == len(after)
    if not lists or not all(isinstance(member, dict) for member in (*before, *after)):
        return before
    rest, places = list(before), [None] * len(after)
    for matches in (same, _have_one_key, lambda one, other: True):
        for index, member in enumerate(after):
            if places[index] is None:
                index_of_old = next((i for i, old in enumerate(rest) if matches(old, member)), None)
                places[index] = None if index_of_old is None else rest.pop(index_of_old)
    return places


def _have_one_key(one: Values, other: Values) -> bool:
    return any(one.get(key) and one.get(key) == other.get(key) for key in _KEYS)
