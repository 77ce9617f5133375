"""Filter patterns of CloudWatch Logs: terms, JSON selectors, and fields between spaces.

Source: AWS, CloudWatch Logs user guide, "Filter and pattern syntax". Its examples are this module's
tests.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

LONGEST = 1024
"""Characters (CloudWatch Logs API reference, `PutMetricFilter`, `filterPattern`)."""

Extracted = Mapping[str, str]
"""The texts that a metric filter may use as its value, by `$name` or `$.path`."""

Matcher = Callable[[str], Extracted | None]
"""Returns what a message holds, or None for a message that does not match."""


class BadPattern(ValueError):
    """AWS would refuse the pattern; the message says why."""


@dataclass(frozen=True)
class Pattern:
    """A parsed pattern."""

    match: Matcher
    selectors: Callable[[str], bool]
    """Returns whether a metric filter may take a value or a dimension from this selector."""


def parse(text: str) -> Pattern:
    """Return the pattern; raises BadPattern."""
    if len(text) > LONGEST:
        raise BadPattern(f"a pattern has at most {LONGEST} characters")
    stripped = text.strip()
    if stripped.startswith("["):
        return _fields(stripped)
    if stripped.startswith("{"):
        return _json(stripped)
    return Pattern(_terms(stripped), lambda selector: False)


# Terms: `ERROR -Exiting "a phrase" ?this ?that %regular expression%`.

_TERM = re.compile(r'([-?]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|([\w]+))(?=\s|$)')


_Holds = Callable[[str], bool]


def _terms(text: str) -> Matcher:
    required, excluded, any_of = list[_Holds](), list[_Holds](), list[_Holds]()
    rest = text
    while rest:
        term = _TERM.match(rest)
        if not term:
            raise BadPattern(f"{rest[:40]} is not a term: quote what is not letters and digits")
        sign, quoted, regex, word = term.groups()
        test = _contains(_unescaped(quoted) if quoted is not None else word, regex)
        {"": required, "-": excluded, "?": any_of}[sign].append(test)
        rest = rest[term.end() :].lstrip()

    def match(message: str) -> Extracted | None:
        holds = (
            all(test(message) for test in required)
            and not any(test(message) for test in excluded)
            and (not any_of or any(test(message) for test in any_of))
        )
        return {} if holds else None

    return match


def _contains(word: str | None, regex: str | None) -> _Holds:
    if regex is not None:
        compiled = _regex(regex)
        return lambda message: compiled.search(message) is not None
    return lambda message: word is not None and word in message


def _regex(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise BadPattern(f"%{text}% is not a regular expression: {error}") from None


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


# Comparisons: both other kinds of pattern have them.

_OPERATORS = r"!=|<=|>=|=|<|>"
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
Test = Callable[[Any], bool]


def _comparison(operator: str, written: str) -> Test:
    """Return the test of a value: by wildcards and numbers, as AWS compares."""
    if written.startswith("%"):
        compiled = _regex(written.strip("%"))
        return lambda value: (compiled.search(_text(value)) is not None) is (operator != "!=")
    quoted = written.startswith('"')
    text = _unescaped(written[1:-1]) if quoted else written
    is_number = not quoted and _NUMBER.fullmatch(text) is not None
    if operator in ("=", "!="):
        return lambda value: _equals(value, text, is_number=is_number) is (operator == "=")
    if not is_number:
        raise BadPattern(f"{operator} compares with a number, not with {written}")
    limit = float(text)
    compare: Mapping[str, Callable[[float], bool]] = {
        "<": lambda number: number < limit,
        "<=": lambda number: number <= limit,
        ">": lambda number: number > limit,
        ">=": lambda number: number >= limit,
    }
    return lambda value: (number := _number(value)) is not None and compare[operator](number)


def _equals(value: Any, text: str, *, is_number: bool) -> bool:
    if is_number and (number := _number(value)) is not None:
        return number == float(text)
    # Only the asterisk is a wildcard.
    return fnmatchcase(_text(value), text.replace("[", "[[]").replace("?", "[?]"))


def _number(value: Any) -> float | None:
    text = _text(value)
    return float(text) if _NUMBER.fullmatch(text) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


# Fields between spaces: `[ip, user, ..., status = 4* && status != 404, bytes]`.

_FIELD = re.compile(r"(?:\w[\w.-]*)?")
_CONDITION = re.compile(
    rf'\s*(\w[\w.-]*)?\s*({_OPERATORS})\s*("(?:[^"\\]|\\.)*"|%[^%]+%|[^\s&|,"]+)\s*'
)
_LINE = re.compile(r'"([^"]*)"|\[([^\]]*)\]|(\S+)')


@dataclass(frozen=True)
class _Field:
    name: str
    holds: Test


def _fields(text: str) -> Pattern:
    if not text.endswith("]"):
        raise BadPattern("a pattern of fields ends with ]")
    written = _split(text[1:-1], ",")
    dots = [position for position, field in enumerate(written) if field.strip() == "..."]
    if len(dots) > 1:
        raise BadPattern("... stands at one place")
    fields = [_field(each) for each in written]
    at = dots[0] if dots else None

    def match(message: str) -> Extracted | None:
        values = [
            next(g for g in groups if g is not None) for groups in map(_groups, _found(message))
        ]
        named = _aligned(fields, at, len(values))
        if named is None:
            return None
        extracted = {}
        for position, (value, field) in enumerate(zip(values, named, strict=True), start=1):
            if field is not None and not field.holds(value):
                return None
            name = field.name if field is not None and field.name else str(position)
            extracted[f"${name}"] = value
        return extracted

    known = {f"${field.name}" for field in fields if field.name}
    return Pattern(match, lambda selector: selector in known or selector[1:].isdigit())


def _found(message: str) -> Iterator[re.Match[str]]:
    return _LINE.finditer(message)


def _groups(match: re.Match[str]) -> Sequence[str | None]:
    return match.groups()


def _aligned(fields: Sequence[_Field], dots: int | None, count: int) -> list[_Field | None] | None:
    """Return the field of each value; None where the line has another number of them."""
    if dots is None:
        return list(fields) if len(fields) == count else None
    left, right = list(fields[:dots]), list(fields[dots + 1 :])
    between = count - len(left) - len(right)
    return None if between < 0 else [*left, *[None] * between, *right]


def _field(text: str) -> _Field:
    text = text.strip()
    if _FIELD.fullmatch(text) or text == "...":
        return _Field("" if text == "..." else text, lambda value: True)
    any_of = [[_condition(part) for part in _split(each, "&&")] for each in _split(text, "||")]
    names = {name for group in any_of for name, _ in group if name}
    if len(names) > 1:
        raise BadPattern(f"{text} names several fields")
    name = names.pop() if names else ""
    return _Field(
        name, lambda value: any(all(test(value) for _, test in group) for group in any_of)
    )


def _condition(text: str) -> tuple[str, Test]:
    match = _CONDITION.fullmatch(text)
    if not match:
        raise BadPattern(f"{text.strip()} is not a condition of a field")
    return match[1] or "", _comparison(match[2], match[3])


def _split(text: str, separator: str) -> list[str]:
    """Split where the separator is not quoted."""
    parts, start, quoted = [], 0, False
    for position, letter in enumerate(text):
        quoted ^= letter == '"'
        if not quoted and text.startswith(separator, position) and position >= start:
            parts.append(text[start:position])
            start = position + len(separator)
    return [*parts, text[start:]]


# JSON: `{ ($.user.id = 1 || $.a[0] = "b*") && $.flag IS TRUE }`.

_SELECTOR = r'\$(?:\.[\w-]+|\["[^"]+"\]|\[\d+\])+'
_JSON_TOKEN = re.compile(
    rf"""\s*(?:
      (?P<open>\() | (?P<close>\)) | (?P<and>&&) | (?P<or>\|\|) |
      (?P<path>{_SELECTOR})\s*(?:
        (?P<is>IS\s+(?:TRUE|FALSE|NULL)|NOT\s+EXISTS|EXISTS) |
        (?P<operator>{_OPERATORS})\s*(?P<value>"(?:[^"\\]|\\.)*"|%[^%]+%|[^\s()&|"]+)
      )
    )""",
    re.VERBOSE,
)
_MISSING = object()
_IS: Mapping[str, Test] = {
    "IS TRUE": lambda value: value is True,
    "IS FALSE": lambda value: value is False,
    "IS NULL": lambda value: value is None,
    "NOT EXISTS": lambda value: value is _MISSING,
    "EXISTS": lambda value: value is not _MISSING,
}


def _json(text: str) -> Pattern:
    if not text.endswith("}"):
        raise BadPattern("a pattern of JSON ends with }")
    holds = _JsonParser(text[1:-1]).parse()

    def match(message: str) -> Extracted | None:
        try:
            document = json.loads(message)
        except ValueError:
            return None
        if not isinstance(document, dict) or not holds(document):
            return None
        return _Leaves(document)

    return Pattern(match, lambda selector: re.fullmatch(_SELECTOR, selector) is not None)


class _Leaves(dict[str, str]):
    """The values of a document by their selectors, looked up when asked for."""

    def __init__(self, document: Any) -> None:
        super().__init__()
        self._document = document

    def get(self, selector: str, default: Any = None) -> Any:
        value = _at(self._document, selector)
        is_leaf = value is not _MISSING and not isinstance(value, dict | list)
        return _text(value) if is_leaf else default


class _JsonParser:
    def __init__(self, text: str) -> None:
        self._text, self._position = text, 0
        self._token = self._next()

    def parse(self) -> Test:
        test = self._any()
        if self._token is not None:
            raise BadPattern(f"an operator is missing before {self._token[0].strip()}")
        return test

    def _next(self) -> re.Match[str] | None:
        if not self._text[self._position :].strip():
            return None
        token = _JSON_TOKEN.match(self._text, self._position)
        if not token:
            raise BadPattern(f"{self._text[self._position :].strip()[:40]} is not a condition")
        self._position = token.end()
        return token

    def _takes(self, kind: str) -> bool:
        if self._token is None or self._token[kind] is None:
            return False
        self._token = self._next()
        return True

    def _any(self) -> Test:
        tests = [self._all()]
        while self._takes("or"):
            tests.append(self._all())
        return lambda document: any(test(document) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._takes("and"):
            tests.append(self._one())
        return lambda document: all(test(document) for test in tests)

    def _one(self) -> Test:
        if self._takes("open"):
            test = self._any()
            if not self._takes("close"):
                raise BadPattern("a parenthesis is not closed")
            return test
        token = self._token
        if token is None or token["path"] is None:
            raise BadPattern("a condition is missing")
        self._token = self._next()
        path = token["path"]
        if token["is"]:
            asked = _IS[" ".join(token["is"].split())]
            return lambda document: asked(_at(document, path))
        compares = _comparison(token["operator"], token["value"])
        return lambda document: _compares(_at(document, path), compares)


def _compares(value: Any, compares: Test) -> bool:
    """Return whether the value of a selector fits. One that leads to nothing, to a list or to an
    object does not match, whatever the operator.
    """
    return value is not _MISSING and not isinstance(value, dict | list) and compares(value)


def _at(document: Any, path: str) -> Any:
    for key, quoted, index in re.findall(r'\.([\w-]+)|\["([^"]+)"\]|\[(\d+)\]', path):
        if index:
            if not isinstance(document, list) or int(index) >= len(document):
                return _MISSING
            document = document[int(index)]
        else:
            if not isinstance(document, dict) or (key or quoted) not in document:
                return _MISSING
            document = document[key or quoted]
    return document
