"""IAM policy documents in a plan: what they grant, and whether one grants more than another.

A grant is compared action by action, resource by resource and principal by principal. What cannot
be compared (`NotAction`, `NotResource`, `NotPrincipal`, another condition) must be there word for
word, or it counts as wider.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from rollout.plans.values import parse_json

_ELEMENTS = ("Principal", "Action", "Resource")


class UnreadablePolicy(Exception):
    """The document is no IAM policy; the message says why."""


@dataclass(frozen=True)
class Grant:
    """One combination of a statement: who may do what on which resource."""

    principal: str
    action: str
    resource: str


_NOBODY = "-"
_NOWHERE = "-"


class Statement:
    """One statement of a policy."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.effect = document.get("Effect")
        if self.effect not in ("Allow", "Deny"):
            raise UnreadablePolicy(f"a statement with the effect {self.effect!r}")
        self.condition: dict[str, Any] = document.get("Condition") or {}
        self.exact = json.dumps({k: v for k, v in document.items() if k != "Sid"}, sort_keys=True)
        self.is_opaque = any(f"Not{element}" in document for element in _ELEMENTS)
        if not (isinstance(self.condition, dict)):
            raise UnreadablePolicy("a condition that is no object")
        if not self.is_opaque and "Action" not in document:
            raise UnreadablePolicy("a statement without an action")
        self.principals = _principals(document.get("Principal"))
        self.actions = _texts(document.get("Action"))
        self.resources = _texts(document.get("Resource")) or [_NOWHERE]

    def grants(self) -> Iterator[Grant]:
        for principal, action, resource in product(self.principals, self.actions, self.resources):
            yield Grant(principal, action, resource)

    def covers(self, grant: Grant, other: "Statement") -> bool:
        """Whether this statement gives, or denies, at least `grant` of the other one."""
        if self.is_opaque or not _is_no_stricter(self.condition, other.condition):
            return False
        return (
            any(matches(p, grant.principal) for p in self.principals)
            and any(matches(a.lower(), grant.action.lower()) for a in self.actions)
            and any(matches(r, grant.resource) for r in self.resources)
        )


def statements_of(policy: object) -> list[Statement]:
    """The statements of a policy's JSON text; none for no text.

    Raises UnreadablePolicy.
    """
    if policy is None or policy == "":
        return []
    document = parse_json(policy)
    if not isinstance(document, dict) or "Statement" not in document:
        raise UnreadablePolicy("no policy document")
    listed = document["Statement"]
    statements = listed if isinstance(listed, list) else [listed]
    if not all(isinstance(statement, dict) for statement in statements):
        raise UnreadablePolicy("a statement that is no object")
    return [Statement(statement) for statement in statements]


def widenings(before: list[Statement], after: list[Statement]) -> list[str]:
    """What the statements after allow that those before do not, in words."""
    found = []
    for effect, wide, narrow, words in (
        ("Allow", after, before, "allows {}"),
        ("Deny", before, after, "no longer denies {}"),
    ):
        for statement in wide:
            if statement.effect != effect:
                continue
            others = [other for other in narrow if other.effect == effect]
            if any(other.exact == statement.exact for other in others):
                continue
            if statement.is_opaque:
                found.append(words.format(f"all but what it names: {statement.exact}"))
                continue
            uncovered = [
                grant
                for grant in statement.grants()
                if not any(other.covers(grant, statement) for other in others)
            ]
            condition = " under a condition" if statement.condition else ""
            found += [words.format(text) + condition for text in in_words(uncovered)]
    return found


def in_words(grants: list[Grant]) -> list[str]:
    """The grants in words: actions that share their resources and principals together."""
    targets: dict[str, list[tuple[str, str]]] = {}
    for grant in grants:
        targets.setdefault(grant.action, []).append((grant.resource, grant.principal))
    actions: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for action, where in targets.items():
        actions.setdefault(tuple(sorted(set(where))), []).append(action)
    found = []
    for pairs, together in actions.items():
        resources = sorted({resource for resource, _ in pairs} - {_NOWHERE})
        principals = sorted({principal for _, principal in pairs} - {_NOBODY})
        found.append(
            ", ".join(sorted(set(together)))
            + (f" on {', '.join(resources)}" if resources else "")
            + (f" for {', '.join(principals)}" if principals else "")
        )
    return found


def _principals(principal: object) -> list[str]:
    if principal is None:
        return [_NOBODY]
    if isinstance(principal, str):
        return [f"AWS:{principal}"]
    if not isinstance(principal, dict):
        raise UnreadablePolicy("a principal that is neither text nor an object")
    return [f"{kind}:{name}" for kind in sorted(principal) for name in _texts(principal[kind])]


def _texts(value: object) -> list[str]:
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    texts = [item for item in items if isinstance(item, str)]
    if len(texts) < len(items):
        raise UnreadablePolicy("a list that holds more than text")
    return texts


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern covers the text, which may be a pattern itself: its own wildcards are
    only covered by `*`.
    """
    parts = (".*" if c == "*" else "[^*]" if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def _is_no_stricter(condition: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether everything that `condition` asks for, `other` asks for too."""
    return all(
        isinstance(keys, dict)
        and isinstance(other.get(operator), dict)
        and all(other[operator].get(key) == value for key, value in keys.items())
        for operator, keys in condition.items()
    )
