"""Detects numbers that become smaller in a plan."""

from collections.abc import Iterable, Iterator

from rollout.plans.plan import ResourceChange, Verb


def decreases(change: ResourceChange, attributes: Iterable[str]) -> Iterator[str]:
    """Yield the attributes that an update or a replacement makes smaller, or that are unknown."""
    if change.verb not in (Verb.UPDATE, Verb.REPLACE):
        return
    for attribute in attributes:
        old, new = number(change.before.get(attribute)), number(change.after.get(attribute))
        if change.is_unknown(attribute):
            yield f"{attribute} from {old} to a number known only after apply"
        elif old is not None and (new is None or new < old):
            yield f"{attribute} from {old} to {'nothing' if new is None else new}"


def number(value: object) -> float | int | None:
    """Return the number, also one that Terraform writes as text; None if it is not a number."""
    if isinstance(value, str):
        try:
            value = float(value) if "." in value else int(value)
        except ValueError:
            return None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
