"""SEARCH: the series that a search expression finds.

A term in quotes is a whole name or value. Any other term is a list of tokens, which must follow
each other in a name or value.

Source: AWS, CloudWatch user guide, "CloudWatch search expression syntax". Its examples are this
module's test.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.aws.cloudwatch.metric_store import StoredSeries

LONGEST = 1024
"""Characters (ibid., "Search expression limits")."""

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_TERM = re.compile(
    rf"\s*(?:([()])|(AND|OR|NOT)\b|(?:([\w:.-]+|{_QUOTED})\s*=\s*)?({_QUOTED}|[^\s(){{}}\"=]+))"
)
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
"""A token: capitals and numbers begin a new one."""
_SCHEMA = re.compile(r"\s*\{([^{}]*)\}")

Finds = Callable[[StoredSeries], bool]


class BadSearch(ValueError):
    """AWS would refuse the search; the message says why."""


@dataclass(frozen=True)
class Search:
    """A parsed search."""

    namespace: str | None
    dimensions: frozenset[str]
    """The names of all dimensions, where a schema gives any."""
    holds: Finds

    def finds(self, series: StoredSeries) -> bool:
        if self.namespace not in (None, series.namespace):
            return False
        own = {name for name, _ in series.dimensions}
        return (not self.dimensions or self.dimensions == own) and self.holds(series)


def parse_search(text: str) -> Search:
    """Return the search; raises BadSearch."""
    if not text.strip() or len(text) > LONGEST:
        raise BadSearch(f"A search has a schema or a term, and at most {LONGEST} characters.")
    schema = _SCHEMA.match(text)
    names = [_bare(name.strip()) for name in schema[1].split(",")] if schema else []
    rest = text[schema.end() :] if schema else text
    terms = _Terms(rest.lstrip(" ,"))
    return Search(names[0] if names else None, frozenset(names[1:]), terms.parsed())


class _Terms:
    """Reads terms: NOT binds most, AND (written or not) more than OR."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text.rstrip(), 0
        self._next = self._read()

    def parsed(self) -> Finds:
        if self._next is None:
            return lambda series: True
        condition = self._any()
        if self._next is not None:
            raise BadSearch(f"Error in search: {self._text}")
        return condition

    def _read(self) -> re.Match[str] | None:
        if self._at == len(self._text):
            return None
        token = _TERM.match(self._text, self._at)
        if token is None:
            raise BadSearch(f"Error in search: {self._text}")
        self._at = token.end()
        return token

    def _take(self) -> re.Match[str]:
        if self._next is None:
            raise BadSearch(f"Error in search: {self._text}")
        token, self._next = self._next, self._read()
        return token

    def _is(self, *words: str) -> bool:
        return self._next is not None and (self._next[1] or self._next[2]) in words

    def _any(self) -> Finds:
        parts = [self._all()]
        while self._is("OR"):
            self._take()
            parts.append(self._all())
        return lambda series: any(part(series) for part in parts)

    def _all(self) -> Finds:
        parts = [self._one()]
        while self._next is not None and not self._is("OR", ")"):
            if self._is("AND"):
                self._take()
            parts.append(self._one())
        return lambda series: all(part(series) for part in parts)

    def _one(self) -> Finds:
        token = self._take()
        if token[2] == "NOT":
            negated = self._one()
            return lambda series: not negated(series)
        if token[1] == "(":
            inner = self._any()
            if self._take()[1] != ")":
                raise BadSearch(f"Error in search: {self._text}")
            return inner
        if token[4] is None:
            raise BadSearch(f"Error in search: {self._text}")
        return _term(token[3], token[4])


def _term(where: str | None, what: str) -> Finds:
    name = where and _bare(where)

    def looks_at(series: StoredSeries) -> list[str]:
        values = {"MetricName": series.name, "Namespace": series.namespace}
        values |= dict(series.dimensions)
        if name:
            return [values[name]] if name in values else []
        return [*values.values(), *(key for key, _ in series.dimensions)]

    if what.startswith('"'):
        return lambda series: _bare(what) in looks_at(series)
    return lambda series: any(_is_in(what, text) for text in looks_at(series))


def _bare(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


def _is_in(term: str, text: str) -> bool:
    """Return whether the term is the whole text, or its tokens follow each other in it.

    Capitals count in a term of several tokens without a separator: `Count1`, not `count1`.
    """
    if _whole(term) == _whole(text):
        return True
    wanted = [
        (part if len(parts) > 1 else part.lower(), len(parts) > 1)
        for piece in re.findall("[A-Za-z0-9]+", term)
        for parts in [_PART.findall(piece)]
        for part in parts
    ]
    there = _PART.findall(text)
    return any(
        all(
            part == (has if counts else has.lower())
            for (part, counts), has in zip(wanted, there[at:], strict=False)
        )
        for at in range(len(there) - len(wanted) + 1)
        if wanted
    )


def _whole(text: str) -> str:
    return re.sub("[^A-Za-z0-9]", "", text).lower()
