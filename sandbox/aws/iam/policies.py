"""Judges what policies let somebody do: moto 5.2 asks hardly any.

`pay.iam.document` reads the statements. Only this module decides what fits a call. It uses nothing
of the guard and the gate, so that the sandbox shows their mistakes instead of sharing them.
Source: AWS, IAM user guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition
operators".
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from fnmatch import fnmatchcase
from operator import eq

from pay.iam.document import Statement, read_policy

Principal = tuple[str, str]
"""Kind and name, such as ("Service", "events.amazonaws.com")."""
EVERYBODY: Principal = ("AWS", "*")


def is_allowed(
    policies: Iterable[str | bytes | None],
    action: str,
    *,
    by: Collection[Principal] = (),
    on: str | None = None,
    context: Mapping[str, str] | None = None,
) -> bool:
    """Return whether a statement allows the call and none denies it.

    - `policies`: JSON text; None: there is none.
    - `by`: the principals that a statement may name; empty: the policies belong to the caller.
    - `on`: the ARN of the resource; None: any.
    - `context`: condition key in lower case -> value. None: nothing is known. Conditions then
      restrict no statement that allows, and a statement that denies under one does not count.

    Raises Unread for text that is not a policy.
    """
    fitting = [
        statement
        for policy in policies
        if policy
        for statement in read_policy(json.loads(policy))
        if _fits(statement, action, by, on) and _holds(statement, context)
    ]
    return bool(fitting) and all(statement.allows for statement in fitting)


def _fits(statement: Statement, action: str, by: Collection[Principal], on: str | None) -> bool:
    """Return whether a statement is about a call.

    By the strictest reading, one with `NotAction` and the like denies every call, and allows none.
    """
    if statement.negations:
        return not statement.allows
    named = not set(by).isdisjoint(statement.principals) if by else statement.principal is None
    return (
        named
        and any(_like(each.lower(), action.lower()) for each in statement.actions)
        and (on is None or any(_like(each, on) for each in statement.resources))
    )


def _holds(statement: Statement, context: Mapping[str, str] | None) -> bool:
    if context is None:
        return statement.allows or not statement.conditions
    return all(
        key in context and any(_OPERATORS[operator](value, context[key]) for value in values)
        if operator in _OPERATORS
        else not statement.allows  # The stricter answer, as the operator is unknown.
        for operator, key, values in statement.comparisons
    )


def _like(pattern: str, text: str) -> bool:
    """Return whether a pattern with `*` and `?` covers a text; no other character is special."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def _like_arn(pattern: str, arn: str) -> bool:
    """Return the same of two ARNs, whose six parts are each compared by themselves."""
    patterns, parts = pattern.split(":", 5), arn.split(":", 5)
    return len(patterns) == len(parts) and all(map(_like, patterns, parts))


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    **dict.fromkeys(("Bool", "StringEquals"), eq),
    "StringLike": _like,
    **dict.fromkeys(("ArnEquals", "ArnLike"), _like_arn),
}
