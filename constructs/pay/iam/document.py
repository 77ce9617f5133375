"""IAM policy documents (AWS: IAM user guide, "Policy grammar"): statements to JSON and back."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pay.unread import Unread

_EFFECTS = ("Allow", "Deny")
_NEGATIONS = ("NotAction", "NotPrincipal", "NotResource")
_ELEMENTS = {"Sid", "Effect", "Action", "Resource", "Principal", "Condition", *_NEGATIONS}

_LIMITING = frozenset(
    {"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"}
)
"""Operators that allow only what they name. `...Not...` allows the rest; `...IfExists` and
`ForAllValues:` also allow a request without the key. Of keys with one value, AWS asks for no set
operator at all (IAM user guide, "Single-valued vs. multivalued context keys").
"""
_LIMITING_MANY = frozenset({"ForAnyValue:StringEquals", "ForAnyValue:StringLike"})
_OF_MANY_VALUES = frozenset({"aws:principalorgpaths"})
"""Keys of several values, which need a set operator (the same page)."""


@dataclass(frozen=True)
class Statement:
    """One statement; equality ignores its name."""

    sid: str = field(compare=False)
    actions: Sequence[str] = ()
    resources: Sequence[str] = ()
    principal: Mapping[str, str | Sequence[str]] | None = None
    """Kind -> names: `{"Service": "ecs-tasks.amazonaws.com"}`; `{"AWS": "*"}` is everybody."""
    conditions: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Operator -> key -> value or values, as AWS writes it."""
    effect: str = "Allow"
    negations: Mapping[str, object] = field(default_factory=dict)
    """`NotAction`, `NotPrincipal` and `NotResource`, which mean all but what they name."""

    @property
    def allows(self) -> bool:
        return self.effect == "Allow"

    @property
    def principals(self) -> tuple[tuple[str, str], ...]:
        """Return pairs such as ("Service", "ecs-tasks.amazonaws.com"), by kind."""
        return tuple(
            (kind, name)
            for kind, names in sorted((self.principal or {}).items())
            for name in ([names] if isinstance(names, str) else names)
        )

    @property
    def comparisons(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """Yield operator, key in lower case, and the values to compare with."""
        for operator, tests in self.conditions.items():
            for key, values in tests.items():
                yield operator, key.lower(), _values(values)

    def limited_to(self, key: str) -> tuple[str, ...]:
        """Return the only values that conditions allow for `key`; empty if they allow any."""
        return tuple(
            value
            for operator, name, values in self.comparisons
            if name == key.lower()
            and operator in (_LIMITING_MANY if name in _OF_MANY_VALUES else _LIMITING)
            for value in values
        )

    def is_bound_to(self, key: str) -> bool:
        """Return whether a condition allows only values of `key` without wildcards."""
        values = self.limited_to(key)
        return bool(values) and not any(set(value) & set("*?") for value in values)

    def as_document(self) -> dict[str, object]:
        """Return the statement in JSON's types."""
        document: dict[str, object] = {"Effect": self.effect, **self.negations}
        if self.sid:
            document["Sid"] = self.sid
        if self.actions:
            document["Action"] = sorted(self.actions)
        if self.resources:
            # In the order given, because a reference is a token here. Sorting by a token's number
            # would change the text with everything else that the same run builds.
            document["Resource"] = list(self.resources)
        if self.principal:
            document["Principal"] = dict(self.principal)
        if self.conditions:
            document["Condition"] = {op: dict(keys) for op, keys in self.conditions.items()}
        return document


def read_policy(document: object) -> tuple[Statement, ...]:
    """Return the statements of a decoded policy document, with tuples for one value or several.

    Raises Unread for anything that is not a policy document.
    """
    if not isinstance(document, Mapping) or "Statement" not in document:
        raise Unread(f"{document!r:.80} is not a policy document")
    listed = document["Statement"]
    return tuple(map(_statement, listed if isinstance(listed, list) else [listed]))


def _statement(document: object) -> Statement:
    if not isinstance(document, Mapping):
        raise Unread(f"a statement is {document!r:.80}, not an object")
    if unknown := sorted(set(document) - _ELEMENTS):
        raise Unread(f"a statement has {', '.join(unknown)}, which policies do not know")
    if document.get("Effect") not in _EFFECTS:
        raise Unread(f"a statement has the effect {document.get('Effect')!r}")
    if "Action" not in document and "NotAction" not in document:
        raise Unread("a statement has neither Action nor NotAction")
    conditions = document.get("Condition") or {}
    if not isinstance(conditions, Mapping) or not all(
        isinstance(tests, Mapping) for tests in conditions.values()
    ):
        raise Unread(f"a condition is {conditions!r:.80}, not an object of objects")
    return Statement(
        sid=str(document.get("Sid") or ""),
        effect=document["Effect"],
        actions=_texts(document.get("Action")),
        resources=_texts(document.get("Resource")),
        principal=_principal(document.get("Principal")),
        conditions={
            operator: {key.lower(): _values(values) for key, values in tests.items()}
            for operator, tests in conditions.items()
        },
        negations={key: document[key] for key in _NEGATIONS if key in document},
    )


def _principal(principal: object) -> Mapping[str, Sequence[str]] | None:
    if principal is None:
        return None
    if isinstance(principal, str):
        return {"AWS": (principal,)}
    if not isinstance(principal, Mapping):
        raise Unread(f"a principal is {principal!r:.80}, neither text nor an object")
    return {kind: _texts(names) for kind, names in principal.items()}


def _texts(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [] if value is None else [value]
    if not all(isinstance(item, str) for item in items):
        raise Unread(f"a list of a statement is {value!r:.80}, which holds more than text")
    return tuple(items)


def _values(value: Any) -> tuple[str, ...]:
    """Return the values of a condition as text: to AWS `false` and `"false"` are equal."""
    items = value if isinstance(value, list | tuple) else [value]
    if not all(isinstance(item, str | int | float) for item in items):
        raise Unread(f"a condition compares with {value!r:.80}, which holds more than text")
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in items)


def policy_document(*statements: Statement) -> str:
    """Return the JSON text of a policy of these statements."""
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [s.as_document() for s in statements]},
        sort_keys=True,
    )
