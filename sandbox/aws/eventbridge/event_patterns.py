"""Event patterns, as EventBridge matches them.

moto 5.2 does not look into lists of objects, compares 1 with True, and accepts any filter. Source:
AWS, EventBridge user guide, "Creating event patterns" and "Comparison operators for use in event
patterns".
"""

import json
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network
from operator import eq, ge, gt, le, lt
from typing import Any

_NUMERIC: Mapping[str, Callable[[float, float], bool]] = {
    "<": lt,
    "<=": le,
    "=": eq,
    ">": gt,
    ">=": ge,
}
_IGNORING_CASE = "equals-ignore-case"
_INSIDE_ANYTHING_BUT = frozenset({"prefix", "suffix", _IGNORING_CASE, "wildcard"})
_OR = "$or"


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    """Return whether an event matches each key of the pattern by one of its values. Of a list of
    objects one object has to match everything.
    """
    if isinstance(event, list):
        return any(matches(pattern, each) for each in event)
    fields = event if isinstance(event, dict) else {}
    return all(
        any(matches(branch, event) for branch in wanted)
        if key == _OR
        else matches(wanted, fields.get(key))
        if isinstance(wanted, dict)
        else _has_one(wanted, [*_leaves(fields.get(key))] if key in fields else [])
        for key, wanted in pattern.items()
    )


def problems(text: str) -> Iterator[str]:
    """Yield what is wrong with a pattern, in AWS's words as far as they are known."""
    try:
        pattern = json.loads(text)
    except ValueError:
        yield "Invalid JSON"
        return
    if not isinstance(pattern, dict) or not pattern:
        yield "Filter is not an object"
        return
    yield from _problems(pattern)


def _leaves(value: Any) -> Iterator[Any]:
    """Yield the values that filters compare: `exists` and all others see leaves only."""
    if isinstance(value, list):
        for each in value:
            yield from _leaves(each)
    elif not isinstance(value, dict):
        yield value


def _has_one(filters: list[Any], leaves: list[Any]) -> bool:
    return any(_passes(each, leaves) for each in filters)


def _passes(wanted: Any, leaves: list[Any]) -> bool:
    if not isinstance(wanted, dict):
        return any(_equal(wanted, leaf) for leaf in leaves)
    [(name, value)] = wanted.items()
    if name == "exists":
        return bool(leaves) is value
    return any(_FILTERS[name](value, leaf) for leaf in leaves)


def _equal(one: Any, other: Any) -> bool:
    """Return whether two values of JSON are the same: true is not 1."""
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def _is_within(bounds: list[Any], leaf: Any) -> bool:
    if isinstance(leaf, bool) or not isinstance(leaf, int | float):
        return False
    pairs = zip(bounds[::2], bounds[1::2], strict=True)
    return all(_NUMERIC[operator](leaf, bound) for operator, bound in pairs)


def _is_text(check: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    """Return a filter of texts; one of `{"equals-ignore-case": text}` compares without case."""

    def passes(value: Any, leaf: Any) -> bool:
        if not isinstance(leaf, str):
            return False
        if isinstance(value, dict):
            return check(leaf.lower(), str(value[_IGNORING_CASE]).lower())
        return any(check(leaf, each) for each in _listed(value))

    return passes


def _is_something_else(value: Any, leaf: Any) -> bool:
    if isinstance(value, dict):
        return not _passes(value, [leaf])
    return not any(_equal(each, leaf) for each in _listed(value))


def _is_in_network(value: Any, leaf: Any) -> bool:
    try:
        return ip_address(leaf) in ip_network(value)
    except ValueError:
        return False


def _fits(leaf: str, pattern: str) -> bool:
    """Match a text with a pattern whose only wildcard is `*`."""
    return fnmatchcase(leaf, pattern.replace("[", "[[]").replace("?", "[?]"))


_FILTERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "anything-but": _is_something_else,
    "cidr": _is_in_network,
    _IGNORING_CASE: _is_text(lambda leaf, value: leaf.lower() == value.lower()),
    "numeric": _is_within,
    "prefix": _is_text(str.startswith),
    "suffix": _is_text(str.endswith),
    "wildcard": _is_text(_fits),
}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _problems(pattern: Mapping[str, Any]) -> Iterator[str]:
    for key, wanted in pattern.items():
        if key == _OR and isinstance(wanted, list) and len(wanted) > 1:
            for branch in wanted:
                yield from _problems(branch)
        elif isinstance(wanted, dict) and wanted:
            yield from _problems(wanted)
        elif not isinstance(wanted, list):
            yield f'"{key}" must be an object or an array'
        elif not wanted:
            yield "Empty arrays are not allowed"
        else:
            for each in wanted:
                yield from _filter_problems(each)


def _filter_problems(wanted: Any) -> Iterator[str]:
    if not isinstance(wanted, dict):
        return
    if len(wanted) != 1:
        yield "Only one key allowed in match expression"
        return
    [(name, value)] = wanted.items()
    if name == "exists":
        if not isinstance(value, bool):
            yield "exists match pattern must be either true or false."
    elif name not in _FILTERS:
        yield f"Unrecognized match type {name}"
    elif name == "numeric":
        yield from _numeric_problems(value)
    elif name == "anything-but" and isinstance(value, dict):
        if not (len(value) == 1 and value.keys() <= _INSIDE_ANYTHING_BUT):
            yield "Unsupported anything-but pattern"


def _numeric_problems(value: Any) -> Iterator[str]:
    if not isinstance(value, list) or not value or len(value) % 2:
        yield "Value of numeric must be an array of operators and numbers."
        return
    for operator, bound in zip(value[::2], value[1::2], strict=True):
        if operator not in _NUMERIC:
            yield f"Unrecognized numeric range operator: {operator}"
        if isinstance(bound, bool) or not isinstance(bound, int | float):
            yield "Value of numeric must be numeric"
