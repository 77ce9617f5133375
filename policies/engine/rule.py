"""Declares a rule of our own: a function that judges one block or the whole estate.

The file's docstring is the rule's message: its first line states the requirement, the rest the
reason.
"""

import inspect
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from policies.engine.stack import Block, Stack

Problems = list[str] | None
"""The mistakes in a block: empty if it complies, None if the rule does not apply."""

Judge = Callable[[Block], Problems]
EstateJudge = Callable[[list[Stack]], Iterable[tuple[Block, list[str]]]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule over one block at a time, registered as a check of checkov."""

    id: str
    what: str
    why: str
    types: tuple[str, ...]
    """Resource types; a leading `data.` marks a data source."""
    judge: Judge


@dataclass(frozen=True, slots=True)
class EstateRule:
    """A rule over all stacks at once."""

    id: str
    what: str
    why: str
    judge: EstateJudge


RULES: dict[str, Rule] = {}
ESTATE_RULES: dict[str, EstateRule] = {}


def rule(*types: str) -> Callable[[Judge], Judge]:
    """Declare the decorated function as the rule of its file, for blocks of `types`."""

    def declare(judge: Judge) -> Judge:
        id_, what, why = _message(judge)
        RULES[id_] = Rule(id_, what, why, types, judge)
        return judge

    return declare


def estate_rule(judge: EstateJudge) -> EstateJudge:
    """Declare the decorated function as the rule of its file, over the whole estate."""
    id_, what, why = _message(judge)
    ESTATE_RULES[id_] = EstateRule(id_, what, why, judge)
    return judge


def _message(judge: Callable[..., object]) -> tuple[str, str, str]:
    module = sys.modules[judge.__module__]
    text = inspect.cleandoc(module.__doc__ or "")
    what, _, why = text.partition("\n\n")
    id_ = Path(module.__file__ or "").stem
    if not what or not why:
        raise TypeError(f"{id_}: the docstring must state the requirement, and below it the reason")
    return id_, what.replace("\n", " ").rstrip("."), " ".join(why.split())
