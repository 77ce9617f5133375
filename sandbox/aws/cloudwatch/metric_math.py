"""Metric math: expressions over time series, as far as alarms, dashboards and judges use them.

Source: AWS, CloudWatch user guide, "Using metric math". Its examples are this module's tests.
"""

import ast
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

Series = dict[int, float]
"""The start of a period -> its value; a missing period is left out."""

Value = float | Series | list[Series]

_ARITHMETIC: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_EACH: Mapping[str, Callable[[float], float]] = {"ABS": abs, "CEIL": math.ceil, "FLOOR": math.floor}
_ALL: Mapping[str, Callable[[Sequence[float]], float]] = {
    "SUM": sum,
    "AVG": lambda values: sum(values) / len(values),
    "MIN": min,
    "MAX": max,
}
FUNCTIONS = frozenset(
    {*_EACH, *_ALL, "EPOCH", "FILL", "IF", "METRICS", "PERIOD", "SEARCH", "TIME_SERIES"}
)

Searching = Callable[[str, str, int | None], list[Series]]
"""Returns the series that a search finds, by its text, statistic and period in seconds."""

_SPELLED = {"&&": " and ", "||": " or ", "^": "**", "AND": "and", "OR": "or"}


class BadExpression(ValueError):
    """AWS would refuse the expression, or the sandbox lacks its function; the message says it."""


@dataclass(frozen=True)
class MathExpression:
    """A parsed expression."""

    text: str
    tree: ast.expr

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids of metrics and expressions that it names."""
        functions = {id(node.func) for node in self._calls}
        words = {"REPEAT"}
        return frozenset(
            node.id
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Name) and id(node) not in functions and node.id not in words
        )

    @property
    def functions(self) -> frozenset[str]:
        """Return the functions that it calls."""
        return frozenset(node.func.id for node in self._calls if isinstance(node.func, ast.Name))

    @property
    def _calls(self) -> list[ast.Call]:
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]

    def value(
        self,
        values: Mapping[str, Value],
        times: Sequence[int],
        period_seconds: int,
        search: Searching | None = None,
    ) -> Value:
        """Return the expression's value over the periods that start at `times`; raises
        BadExpression. Without `search`, SEARCH finds nothing.
        """
        return _Evaluation(values, times, period_seconds, search).of(self.tree)

    def series(
        self, values: Mapping[str, Series], times: Sequence[int], period_seconds: int
    ) -> Series:
        """Return the expression's own time series over the periods that start at `times`.

        Raises BadExpression where it is a single number or several series.
        """
        result = self.value(values, times, period_seconds)
        if not isinstance(result, dict):
            kind = "an array of time series" if isinstance(result, list) else "a number"
            raise BadExpression(f"The expression {self.text} is {kind}, not one time series.")
        return result


def parse(text: str) -> MathExpression:
    """Return the expression; raises BadExpression."""
    python = re.sub(r"&&|\|\||\^|\bAND\b|\bOR\b", lambda operator: _SPELLED[operator[0]], text)
    try:
        tree = ast.parse(python.strip(), mode="eval").body
    except SyntaxError:
        raise BadExpression(f"Error in expression: {text}") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else "?"
            if name not in FUNCTIONS:
                raise BadExpression(
                    f"The sandbox has no metric math {name} ({text}): read the metrics themselves."
                )
    return MathExpression(text, tree)


class _Evaluation:
    def __init__(
        self,
        values: Mapping[str, Value],
        times: Sequence[int],
        period_seconds: int,
        search: Searching | None,
    ) -> None:
        self._values, self._times, self._period = values, times, period_seconds
        self._search = search or (lambda text, statistic, period: [])

    def of(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=int(number) | float(number)):
                return float(number)
            case ast.Name(id=id) if id in self._values:
                return self._values[id]
            case ast.List(elts=elements):
                return [series for element in elements for series in _several(self.of(element))]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return _each(self.of(operand), operator.neg)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                return _pairwise(self.of(left), self.of(right), _ARITHMETIC[type(op)])
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
                return _pairwise(self.of(left), self.of(right), _COMPARISONS[type(op)])
            case ast.BoolOp(op=op, values=values):
                both = operator.and_ if isinstance(op, ast.And) else operator.or_
                sides: list[Value] = [self.of(value) for value in values]
                return reduce(
                    lambda left, right: _pairwise(left, right, lambda a, b: both(a != 0, b != 0)),
                    sides,
                )
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._call(name, arguments)
        raise BadExpression(f"Error in expression: {ast.unparse(node)}")

    def _call(self, name: str, arguments: Sequence[ast.expr]) -> Value:
        match name, arguments:
            case "METRICS", []:
                return [series for value in self._values.values() for series in _several(value)]
            case "METRICS", [ast.Constant(value=str(part))]:
                named = (value for id, value in self._values.items() if part in id)
                return [series for value in named for series in _several(value)]
            case "SEARCH", [ast.Constant(value=str(text)), ast.Constant(value=str(statistic)), *at]:
                return self._search(text, statistic, int(_number(self.of(at[0]))) if at else None)
            case "PERIOD", [_]:
                return float(self._period)
            case "EPOCH", [of]:
                return _over(self.of(of), lambda _: {at: float(at) for at in self._times})
            case "TIME_SERIES", [scalar]:
                return dict.fromkeys(self._times, _number(self.of(scalar)))
            case "FILL", [filled, ast.Name(id="REPEAT")]:
                return _over(self.of(filled), self._repeated)
            case "FILL", [filled, filler]:
                other = self.of(filler)
                return _over(self.of(filled), lambda series: self._filled(series, other))
            case "IF", [condition, then, *otherwise] if len(otherwise) < 2:
                last = self.of(otherwise[0]) if otherwise else {}
                return self._if(self.of(condition), self.of(then), last)
            case _, [argument] if name in _EACH:
                return _each(self.of(argument), _EACH[name])
            case _, [argument] if name in _ALL:
                return self._all(self.of(argument), _ALL[name])
        raise BadExpression(f"{name} does not take {len(arguments)} such arguments.")

    def _filled(self, series: Series, filler: Value) -> Series:
        return {
            at: value
            for at in self._times
            if (value := series.get(at, _at(filler, at))) is not None
        }

    def _repeated(self, series: Series) -> Series:
        last: float | None = None
        filled = {}
        for at in self._times:
            last = series.get(at, last)
            if last is not None:
                filled[at] = last
        return filled

    def _if(self, condition: Value, then: Value, otherwise: Value) -> Value:
        if isinstance(condition, float):
            return then if condition else otherwise
        chosen = {}
        for at, holds in _one(condition).items():
            # Where the condition holds, a missing value is 0. Elsewhere it is left out.
            value = _at(then, at) or 0.0 if holds else _at(otherwise, at)
            if value is not None:
                chosen[at] = value
        return chosen

    def _all(self, value: Value, combine: Callable[[Sequence[float]], float]) -> Value:
        if isinstance(value, dict):
            return combine(list(value.values())) if value else 0.0
        several = _several(value)
        times = {at for series in several for at in series}
        return {at: combine([series.get(at, 0.0) for series in several]) for at in sorted(times)}


def _pairwise(left: Value, right: Value, combine: Callable[[float, float], float]) -> Value:
    """Combine period by period: a missing value is 0, and a division by 0 is left out."""
    if isinstance(left, list) or isinstance(right, list):
        lefts, rights = _broadcast(left, right), _broadcast(right, left)
        return [_one(_pairwise(a, b, combine)) for a, b in zip(lefts, rights, strict=True)]
    if isinstance(left, float) and isinstance(right, float):
        return float(combine(left, right))
    times = {at for side in (left, right) if isinstance(side, dict) for at in side}
    combined = {}
    for at in sorted(times):
        try:
            combined[at] = float(combine(_at(left, at) or 0.0, _at(right, at) or 0.0))
        except ZeroDivisionError:
            continue
    return combined


def _broadcast(value: Value, other: Value) -> Sequence[Value]:
    if isinstance(value, list):
        return value
    length = len(other) if isinstance(other, list) else 1
    return [value] * length


def _over(value: Value, change: Callable[[Series], Series]) -> Value:
    return [change(each) for each in value] if isinstance(value, list) else change(_one(value))


def _each(value: Value, change: Callable[[float], float]) -> Value:
    if isinstance(value, float):
        return float(change(value))
    return _over(value, lambda series: {at: float(change(v)) for at, v in series.items()})


def _at(value: Value, at: int) -> float | None:
    return value if isinstance(value, float) else _one(value).get(at)


def _one(value: Value) -> Series:
    if not isinstance(value, dict):
        raise BadExpression("A time series is needed; found a number or several series.")
    return value


def _number(value: Value) -> float:
    if not isinstance(value, float):
        raise BadExpression("A number is needed; found a time series.")
    return value


def _several(value: Value) -> Iterator[Series] | list[Series]:
    return value if isinstance(value, list) else [_one(value)]
