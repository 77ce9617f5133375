"""The rules of composite alarms: parsed, evaluated, and refused where AWS refuses them.

Sources: AWS, CloudWatch API reference, `PutCompositeAlarm`; user guide, "Creating a composite
alarm".
"""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

LONGEST_RULE = 10_240
"""Characters (API reference, `PutCompositeAlarm`, `AlarmRule`)."""
MOST_CHILDREN = 100
MOST_ELEMENTS = 500
"""User guide, "Creating a composite alarm"."""

_CALL = re.compile(
    r"""\b(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^()"']+?)\s*\)"""
)
_WORDS = {"AND": "and", "OR": "or", "NOT": "not", "TRUE": "True", "FALSE": "False"}


class BadRule(ValueError):
    """AWS would refuse the rule; the message says why."""


@dataclass(frozen=True)
class AlarmRule:
    """A rule: the alarms that it names, and how their states make its own."""

    conditions: tuple[tuple[str, str], ...]
    """Each state with the name of an alarm, in the order of the text."""
    _tree: ast.expr

    @property
    def children(self) -> tuple[str, ...]:
        """Return the names of the alarms, each once."""
        return tuple(dict.fromkeys(name for _, name in self.conditions))

    def holds(self, state_of: Callable[[str], str]) -> bool:
        """Return whether the composite is in ALARM when its children are in these states."""
        return self._evaluate(self._tree, state_of)

    def _evaluate(self, node: ast.expr, state_of: Callable[[str], str]) -> bool:
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                return all(self._evaluate(value, state_of) for value in values)
            case ast.BoolOp(values=values):
                return any(self._evaluate(value, state_of) for value in values)
            case ast.UnaryOp(operand=operand):
                return not self._evaluate(operand, state_of)
            case ast.Constant(value=bool(value)):
                return value
            case ast.Subscript(slice=ast.Constant(value=int(number))):
                state, name = self.conditions[number]
                return state_of(name) == state
        raise AssertionError(ast.dump(node))


@lru_cache(maxsize=1000)
def parse_rule(text: str) -> AlarmRule:
    """Return the rule; raises BadRule."""
    if not 1 <= len(text) <= LONGEST_RULE:
        raise BadRule(f"AlarmRule must have 1 to {LONGEST_RULE} characters; found {len(text)}.")
    conditions = list[tuple[str, str]]()

    def remember(call: re.Match[str]) -> str:
        conditions.append((call[1], _alarm_name(call[2])))
        return f"_[{len(conditions) - 1}]"

    marked = _CALL.sub(remember, text)
    if "_" in _CALL.sub("", text) or re.search(r"[^\sA-Z()_\[\]0-9]", marked):
        raise BadRule(f"AlarmRule is not an expression of alarm states: {text[:80]}")
    python = re.sub(r"[A-Z]+", lambda word: _WORDS.get(word[0], word[0]), marked)
    try:
        tree = ast.parse(" ".join(python.split()), mode="eval").body
    except SyntaxError:
        raise BadRule(f"AlarmRule is not an expression of alarm states: {text[:80]}") from None
    _check(tree, text)
    rule = AlarmRule(tuple(conditions), tree)
    if len(rule.children) > MOST_CHILDREN:
        raise BadRule(f"AlarmRule names {len(rule.children)} alarms; at most {MOST_CHILDREN}.")
    elements = len(conditions) + len(re.findall(r"\b(?:AND|OR|NOT|TRUE|FALSE)\b", marked))
    if elements > MOST_ELEMENTS:
        raise BadRule(f"AlarmRule has {elements} elements; at most {MOST_ELEMENTS}.")
    return rule


def _check(node: ast.expr, text: str) -> None:
    """Raise BadRule for Python that is not a rule."""
    match node:
        case ast.BoolOp(values=values):
            for value in values:
                _check(value, text)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            _check(operand, text)
        case ast.Constant(value=bool()):
            pass
        case ast.Subscript(value=ast.Name(id="_"), slice=ast.Constant(value=int())):
            pass
        case _:
            raise BadRule(f"AlarmRule is not an expression of alarm states: {text[:80]}")


def _alarm_name(written: str) -> str:
    """Return the name in a call: quoted or not, by name or by ARN."""
    name = written.strip()
    if name[0] in "\"'":
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return name.partition(":alarm:")[2] if name.startswith("arn:") else name
