"""Compares what policies grant: action by action, resource by resource, principal by principal.

A changed statement with a negation, or under another condition, always counts as wider.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product, starmap

from pay.iam.document import Statement
from pay.iam.patterns import includes, matches

NOBODY = "-"
NOWHERE = "-"


@dataclass(frozen=True)
class Grant:
    """One combination of a statement: a principal, an action and a resource."""

    principal: str
    """`Service:ecs-tasks.amazonaws.com`; NOBODY: the policy belongs to one."""
    action: str
    resource: str
    """NOWHERE: the policy belongs to one."""


def grants(statement: Statement) -> Iterator[Grant]:
    """Yield every combination of the statement's principals, actions and resources."""
    resources = statement.resources or (NOWHERE,)
    return starmap(Grant, product(principals_of(statement), statement.actions, resources))


def widenings(before: Iterable[Statement], after: Iterable[Statement]) -> list[str]:
    """Return in words what the statements after allow and those before do not."""
    return _changed(before, after, allow="allows {}", deny="no longer denies {}")


def narrowings(before: Iterable[Statement], after: Iterable[Statement]) -> list[str]:
    """Return in words what the statements before allow and those after do not."""
    return _changed(after, before, allow="no longer allows {}", deny="denies {}")


def _changed(
    narrower: Iterable[Statement], wider: Iterable[Statement], *, allow: str, deny: str
) -> list[str]:
    """Return in words what `wider` allows more, and what `narrower` denies more."""
    texts = []
    for effect, wide, narrow, words in (
        ("Allow", wider, narrower, allow),
        ("Deny", narrower, wider, deny),
    ):
        others = [other for other in narrow if other.effect == effect]
        for statement in wide:
            if statement.effect != effect or statement in others:
                continue
            if statement.negations:
                texts.append(words.format(all_but(statement)))
                continue
            uncovered = [
                grant
                for grant in grants(statement)
                if not any(_covers(other, grant, statement) for other in others)
            ]
            condition = _condition(statement, others)
            texts += [words.format(text) + condition for text in in_words(uncovered)]
    return texts


def _condition(statement: Statement, others: Iterable[Statement]) -> str:
    """Return the statement's condition in words. If only the condition of another statement
    differs, return the old and the new one.
    """
    for other in others:
        if replace(other, conditions={}) == replace(statement, conditions={}):
            was, becomes = (
                {(key, operator): values for operator, key, values in each.comparisons}
                for each in (other, statement)
            )
            changes = (
                f"{key} ({operator}) was {_listed(was.get((key, operator)))} "
                f"and is {_listed(becomes.get((key, operator)))}"
                for key, operator in sorted(was.keys() | becomes.keys())
                if was.get((key, operator)) != becomes.get((key, operator))
            )
            return f" under another condition: {'; '.join(changes)}"
    return " under a condition" if statement.conditions else ""


def _listed(values: tuple[str, ...] | None) -> str:
    return ", ".join(values) if values else "not there"


def in_words(uncovered: Iterable[Grant]) -> list[str]:
    """Return the grants in words, with actions on equal resources for equal principals together."""
    targets: dict[str, list[tuple[str, str]]] = {}
    for grant in uncovered:
        targets.setdefault(grant.action, []).append((grant.resource, grant.principal))
    actions: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for action, where in targets.items():
        actions.setdefault(tuple(sorted(set(where))), []).append(action)
    texts = []
    for pairs, together in actions.items():
        resources = sorted({resource for resource, _ in pairs} - {NOWHERE})
        principals = sorted({principal for _, principal in pairs} - {NOBODY})
        texts.append(
            ", ".join(sorted(set(together)))
            + (f" on {', '.join(resources)}" if resources else "")
            + (f" for {', '.join(principals)}" if principals else "")
        )
    return texts


def all_but(statement: Statement) -> str:
    """Return a statement with a negation in words."""
    document = replace(statement, sid="").as_document()
    return f"all but what it names: {json.dumps(document, sort_keys=True)}"


def _covers(statement: Statement, grant: Grant, other: Statement) -> bool:
    """Return whether the statement allows, or denies, at least `grant` of the other one."""
    return (
        not statement.negations
        and _is_no_stricter(statement, other)
        and any(matches(each, grant.principal) for each in principals_of(statement))
        and includes(statement.actions, grant.action)
        and any(matches(each, grant.resource) for each in statement.resources or (NOWHERE,))
    )


def principals_of(statement: Statement) -> list[str]:
    """Return the principals as grants name them."""
    if statement.principal is None:
        return [NOBODY]
    return [f"{kind}:{name}" for kind, name in statement.principals]


def _is_no_stricter(statement: Statement, other: Statement) -> bool:
    """Return whether the other statement has every condition of this one."""
    return all(
        other.conditions.get(operator, {}).get(key) == values
        for operator, tests in statement.conditions.items()
        for key, values in tests.items()
    )
