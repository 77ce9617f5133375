"""Numbers that become smaller in a plan."""

from collections.abc import Iterable, Iterator

from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.values import AttributeChange, is_marked, is_unset


def decreases(change: ResourceChange, attributes: Iterable[str]) -> Iterator[str]:
    """The attributes that an update or a replacement makes smaller, or that nobody can tell."""
    if change.verb not in (Verb.UPDATE, Verb.REPLACE):
        return
    before, after = change.change.before or {}, change.change.after or {}
    for attribute in attributes:
        old, new = number(before.get(attribute)), number(after.get(attribute))
        if is_marked(change.change.after_unknown, attribute):
            yield f"{attribute} from {old} to a number known only after apply"
        elif old is not None and (new is None or new < old):
            yield f"{attribute} from {old} to {'nothing' if new is None else new}"


def number(value: object) -> float | int | None:
    """The number that the value is, Terraform's numbers in text included; None: it is none."""
    if isinstance(value, str):
        try:
            value = float(value) if "." in value else int(value)
        except ValueError:
            return None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def newly_set(attribute: AttributeChange) -> bool:
    """Whether the attribute had no value before: a switch that is turned on takes nothing away."""
    return is_unset(attribute.before)
