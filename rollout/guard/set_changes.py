"""What a change does to one attribute of a resource."""

from rollout.plans.plan import ResourceChange
from rollout.plans.values import is_marked, is_unset


def is_in(attribute: str, name: str) -> bool:
    """Whether the attribute, as `alias[0].name`, is the named one, a part of it, or holds it."""
    return (
        attribute == name
        or attribute.startswith((f"{name}[", f"{name}."))
        or name.startswith((f"{attribute}[", f"{attribute}."))
    )


def loses_members(change: ResourceChange, name: str) -> bool:
    """Whether a set loses a member, or nobody can tell."""
    before, after = change.change.before or {}, change.change.after or {}
    if is_marked(change.change.after_unknown, name):
        return True
    return not (is_unset(before.get(name)) or _holds(after.get(name), before.get(name)))


def gains_members(change: ResourceChange, name: str) -> bool:
    """Whether a set gets a new member, or nobody can tell."""
    before, after = change.change.before or {}, change.change.after or {}
    if is_marked(change.change.after_unknown, name):
        return True
    return not (is_unset(after.get(name)) or _holds(before.get(name) or [], after.get(name)))


def _holds(whole: object, part: object) -> bool:
    """Whether every member of `part` is one of `whole`."""
    if not isinstance(whole, list) or not isinstance(part, list):
        return False
    return all(member in whole for member in part)
