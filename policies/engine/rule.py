"""A rule of our own: a function of one block, with three answers.

The file's docstring is the rule's message: its first line says what must hold, the rest says why.
"""

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pay.unread import Unread
from policies.engine.stack import Block, Stack

Problems = list[str] | None
"""What is wrong with a block; an empty list: it complies; None: the rule does not apply to it."""

Judge = Callable[[Block], Problems]
EstateJudge = Callable[[list[Stack]], Iterable[tuple[Block, list[str]]]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that is a check of checkov: it sees one block at a time."""

    id: str
    what: str
    why: str
    types: tuple[str, ...]
    """Resource types; a leading `data.` stands for a data source."""
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
    """Declares the function below it as the rule of its file, for blocks of `types`."""

    def declare(judge: Judge) -> Judge:
        id_, what, why = _message(judge)
        RULES[id_] = Rule(id_, what, why, types, judge)
        return judge

    return declare


def estate_rule(judge: EstateJudge) -> EstateJudge:
    """Declares the function below it as the rule of its file, over the whole estate."""
    id_, what, why = _message(judge)
    ESTATE_RULES[id_] = EstateRule(id_, what, why, judge)
    return judge


def judged(
    blocks: Iterator[Block], judge: Callable[[Block], list[str]]
) -> Iterator[tuple[Block, list[str]]]:
    """Each block with what `judge` finds wrong with it; what cannot be read is wrong."""
    for block in blocks:
        try:
            yield block, judge(block)
        except Unread as unread:
            yield block, [f"cannot be read: {unread}"]


def _message(judge: Callable[..., object]) -> tuple[str, str, str]:
    module = sys.modules[judge.__module__]
    text = inspect.cleandoc(module.__doc__ or "")
    what, _, why = text.partition("\n\n")
    id_ = Path(module.__file__ or "").stem
    if not what or not why:
        raise TypeError(f"{id_}: the docstring must say what must hold, and below it why")
    return id_, what.replace("\n", " ").rstrip("."), " ".join(why.split())
