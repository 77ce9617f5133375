"""Detects what a change does to one attribute of a resource."""

from rollout.plans.plan import ResourceChange
from rollout.plans.values import is_unset


def is_in(attribute: str, name: str) -> bool:
    """Return whether the attribute, as `alias[0].name`, is the named one, a part of it, or holds
    it.
    """
    return (
        attribute == name
        or attribute.startswith((f"{name}[", f"{name}."))
        or name.startswith((f"{attribute}[", f"{attribute}."))
    )


def loses_members(change: ResourceChange, name: str) -> bool:
    """Return whether a set loses a member, or may: it is known only after apply."""
    before = change.before.get(name)
    return change.is_unknown(name) or not (
        is_unset(before) or _holds(change.after.get(name), before)
    )


def gains_members(change: ResourceChange, name: str) -> bool:
    """Return whether a set gains a member, or may: it is known only after apply."""
    after = change.after.get(name)
    return change.is_unknown(name) or not (
        is_unset(after) or _holds(change.before.get(name) or [], after)
    )


def _holds(whole: object, part: object) -> bool:
    return (
        isinstance(whole, list)
        and isinstance(part, list)
        and all(member in whole for member in part)
    )
