"""Compares what policies still allow with what is needed, and under which conditions.

A need is a statement, too. Its conditions say what is true of the requests that need it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from pay.iam.document import Statement
from pay.iam.grants import Grant, grants, in_words, principals_of
from pay.iam.patterns import matches

Comparison = tuple[str, str, tuple[str, ...]]
"""Operator, key in lower case, values."""


class _NeededRequest(NamedTuple):
    """One request that a need makes."""

    grant: Grant
    facts: Mapping[str, str]
    """Condition key in lower case -> value."""


def losses(
    before: Collection[Statement], after: Collection[Statement], needs: Iterable[Statement]
) -> list[str]:
    """Return in words what is needed and allowed before, and not allowed, or denied, after."""
    denies = [each for each in after if not each.allows and each not in before]
    lost: dict[tuple[str, str], list[Grant]] = {}
    for request in (request for need in needs for request in _requests(need)):
        gave = [s for s in before if s.allows and _reaches(s, request.grant)]
        if gave and (words := _why_lost(request, gave, after, denies)):
            lost.setdefault(words, []).append(request.grant)
    return [
        f"{verb} {text}{condition}"
        for (verb, condition), together in lost.items()
        for text in in_words(dict.fromkeys(together))
    ]


def _why_lost(
    request: _NeededRequest,
    gave: Iterable[Statement],
    after: Iterable[Statement],
    denies: Iterable[Statement],
) -> tuple[str, str] | None:
    """Return the words before and after the grant; None if it is still allowed."""
    if any(_is_about(s, request.grant, _overlap) and not _spares(s, request.facts) for s in denies):
        return "denies", ""
    former = {comparison for s in gave for comparison in s.comparisons}
    failing: list[Comparison] = []
    for statement in after:
        if statement.allows and _reaches(statement, request.grant):
            unmet = [c for c in statement.comparisons if not _is_met(c, request.facts, former)]
            if not unmet:
                return None
            failing += unmet
    if failing:
        texts = (f"{key} ({operator}) is {', '.join(v)}" for operator, key, v in failing)
        return "allows", f" only where {' and '.join(dict.fromkeys(texts))}"
    return "no longer allows", ""


def given_up(before: Collection[Statement], after: Collection[Statement]) -> Iterator[Grant]:
    """Yield every grant of a statement without a negation that no statement after covers."""
    for statement in before:
        if statement.allows and not statement.negations and statement not in after:
            for grant in grants(statement):
                if not any(s.allows and _reaches(s, grant) for s in after):
                    yield grant


def _requests(need: Statement) -> Iterator[_NeededRequest]:
    keys = [[(key, value) for value in values] for _, key, values in need.comparisons]
    for facts in product(*keys):
        for grant in grants(need):
            yield _NeededRequest(grant, dict(facts))


def _reaches(statement: Statement, grant: Grant) -> bool:
    """Return whether the statement is about all of the grant."""
    return _is_about(statement, grant, matches)


def _is_about(statement: Statement, grant: Grant, compare: Callable[[str, str], bool]) -> bool:
    return all(
        any(compare(pattern, text) for pattern in patterns)
        != (f"Not{element}" in statement.negations)
        for element, patterns, text in (
            ("Principal", _whom(statement), grant.principal),
            ("Action", _lower(_named(statement, "Action")), grant.action.lower()),
            ("Resource", _named(statement, "Resource"), grant.resource),
        )
    )


def _lower(actions: Iterable[str]) -> Iterator[str]:
    return map(str.lower, actions)


def _overlap(one: str, other: str) -> bool:
    """Return whether one pattern covers the other, whichever is the wider."""
    return matches(one, other) or matches(other, one)


def _named(statement: Statement, element: str) -> Sequence[str]:
    """Return the actions or resources that the statement names, or excludes."""
    negated = statement.negations.get(f"Not{element}")
    if negated is not None:
        return [str(each) for each in (negated if isinstance(negated, list) else [negated])]
    listed = statement.actions if element == "Action" else statement.resources
    return listed or ("*",)


def _whom(statement: Statement) -> list[str]:
    negated = statement.negations.get("NotPrincipal")
    if isinstance(negated, Mapping):
        names = {kind: each if isinstance(each, list) else [each] for kind, each in negated.items()}
        return [f"{kind}:{name}" for kind, listed in names.items() for name in listed]
    everybody = ["*"] if negated is not None else []
    return [*everybody, *("*" if p == "AWS:*" else p for p in principals_of(statement))]


def _is_met(
    comparison: Comparison, facts: Mapping[str, str], former: Collection[Comparison]
) -> bool:
    """Return whether a condition holds for the facts, or stood there before."""
    return comparison in former or _holds(comparison, facts) is True


def _spares(statement: Statement, facts: Mapping[str, str]) -> bool:
    """Return whether a denial is known not to apply, as one condition of it does not hold."""
    return any(_holds(comparison, facts) is False for comparison in statement.comparisons)


_FACTS = {"aws:securetransport": "true"}
"""Every request of an AWS service or SDK comes over TLS."""


def _holds(comparison: Comparison, facts: Mapping[str, str]) -> bool | None:
    """Return whether a condition holds for the facts; None if they do not say."""
    operator, key, values = comparison
    fact = {**_FACTS, **facts}.get(key)
    name = operator.removeprefix("ForAnyValue:").removeprefix("ForAllValues:")
    name = name.removesuffix("IfExists")
    if fact is None:
        return None
    if name in ("StringLike", "ArnLike", "ArnEquals"):
        return any(matches(value, fact) for value in values)
    if name == "StringEquals":
        return fact in values
    if name in ("StringEqualsIgnoreCase", "Bool"):
        return fact.lower() in [value.lower() for value in values]
    if name in ("StringNotLike", "ArnNotLike", "ArnNotEquals"):
        return not any(matches(value, fact) for value in values)
    if name == "StringNotEquals":
        return fact not in values
    return None
