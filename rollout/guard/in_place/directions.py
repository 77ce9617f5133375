"""Pure functions for the directions in which a value changes safely, whatever the environment."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pay.model.environment.instance_types import room_of
from rollout.guard.in_place.attribute import InPlace
from rollout.guard.numbers import number
from rollout.plans.values import is_unset


@dataclass(frozen=True)
class SafeDirection:
    """The changes of an attribute that are safe."""

    words: str
    """Completes "safe is ..."."""
    is_safe: Callable[[InPlace], bool]
    """Asked about values that are not known, too, unless it minds them."""
    rules: tuple[str, ...] = ()
    """The rules that judge the attribute instead; empty where this direction does."""
    minds_unknown: bool = True
    """True when a value known only after apply is refused."""

    def lets(self, change: InPlace) -> bool:
        """Return whether the change has this direction."""
        is_minded = change.attribute.is_unknown and self.minds_unknown
        return not is_minded and self.is_safe(change)


_ECS_TAG = "AmazonECSManaged"


def of_values(words: str, is_safe: Callable[[Any, Any], bool]) -> SafeDirection:
    """Return a direction that only the two values decide."""
    return SafeDirection(words, lambda change: is_safe(change.before, change.after))


def _compared(is_safe: Callable[[float, float], bool]) -> Callable[[Any, Any], bool]:
    def check(before: Any, after: Any) -> bool:
        old, new = number(before), number(after)
        return old is not None and new is not None and is_safe(old, new)

    return check


def _is_on(value: object) -> bool:
    return str(value).lower() in ("true", "enabled")


def _is_off(value: object) -> bool:
    return is_unset(value) or str(value).lower() in ("false", "disabled")


def gains(before: Any, after: Any) -> bool:
    return isinstance(after, list) and all(member in after for member in before or ())


def _loses(before: Any, after: Any) -> bool:
    return gains(after or [], before or [])


def _keeps_the_tag_of_ecs(before: Any, after: Any) -> bool:
    """Return whether a group keeps the tag of ECS. Only by it ECS scales a group and protects its
    instances. Source: ECS developer guide, "Capacity providers", Auto Scaling group considerations.
    """
    was_there, is_there = (_ECS_TAG in _tag_keys(tags) for tags in (before, after))
    return is_there or not was_there


def _tag_keys(tags: object) -> list[object]:
    """Return the keys; a plan that Terraform did not write may hold anything."""
    listed = tags if isinstance(tags, list) else []
    return [tag.get("key") for tag in listed if isinstance(tag, dict)]


def _is_larger_of_its_family(before: Any, after: Any) -> bool:
    old, new = room_of(str(before)), room_of(str(after))
    families = {str(value).partition(".")[0] for value in (before, after)}
    return len(families) == 1 and old is not None and new is not None and new >= old


ANYTHING = SafeDirection("any value", lambda change: True, minds_unknown=False)
HIGHER = of_values("a higher number", _compared(lambda old, new: new >= old))
LOWER = of_values("a lower number", _compared(lambda old, new: new <= old))
ON = of_values("to turn it on", lambda before, after: _is_on(after))
OFF = of_values("to turn it off", lambda before, after: _is_off(after))
MORE_MEMBERS = of_values("to add members, and to keep all others", gains)
FEWER_MEMBERS = of_values("to remove members, and to add none", _loses)
TAGS_WITH_THAT_OF_ECS = of_values(f"to keep the tag {_ECS_TAG}", _keeps_the_tag_of_ecs)
LARGER_OF_ITS_FAMILY = of_values(
    "a larger instance type of the same family", _is_larger_of_its_family
)


def becomes(*values: object) -> SafeDirection:
    """Return the direction towards one of these values."""
    return of_values(
        f"to make it {' or '.join(map(str, values))}", lambda before, after: after in values
    )


def either(first: SafeDirection, second: SafeDirection) -> SafeDirection:
    """Return the direction of both."""
    return SafeDirection(
        f"{first.words}; or {second.words}",
        lambda change: first.is_safe(change) or second.is_safe(change),
    )


def judged_by(*rules: str) -> SafeDirection:
    """Return the direction of an attribute that other rules judge completely."""
    return SafeDirection(
        f"what {' and '.join(rules)} let pass", lambda change: True, rules, minds_unknown=False
    )
