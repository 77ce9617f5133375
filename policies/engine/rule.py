"""Declares a rule of our own: a function that judges one block or the whole estate.

The file's docstring is the rule's message: its first line states the requirement, the rest the
reason.
"""

import inspect
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from policies.reading.stack import Block, SynthesisedStack
from policies.results import Origin, RuleText

Problems = list[str] | None
"""The mistakes in a block: empty if it complies, None if the rule does not apply."""

Judge = Callable[[Block], Problems]
Findings = Iterable[tuple[Block, list[str]]]
"""The blocks that a rule over the estate judges, each with its mistakes."""

EstateJudge = Callable[[list[SynthesisedStack]], Findings]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule over one block at a time, registered as a check of checkov."""

    text: RuleText
    types: tuple[str, ...]
    """Resource types; a leading `data.` marks a data source."""
    judge: Judge


@dataclass(frozen=True, slots=True)
class EstateRule:
    """A rule over all stacks at once."""

    text: RuleText
    judge: EstateJudge
    of_plans: bool
    """It also judges a stack as it is planned, beside all as they are written."""


RULES: list[Rule] = []
ESTATE_RULES: dict[str, EstateRule] = {}


def rule(*types: str) -> Callable[[Judge], Judge]:
    """Declare the decorated function as the rule of its file, for blocks of `types`."""

    def declare(judge: Judge) -> Judge:
        RULES.append(Rule(_text(judge, "ours"), types, judge))
        return judge

    return declare


def estate_rule(judge: EstateJudge) -> EstateJudge:
    """Declare the decorated function as the rule of its file, over the whole estate."""
    return _declared(judge, of_plans=False)


def estate_rule_of_plans(judge: EstateJudge) -> EstateJudge:
    """Declare the same, for stacks as they are planned as well: it needs no reference, which a plan
    has resolved.
    """
    return _declared(judge, of_plans=True)


def _declared(judge: EstateJudge, *, of_plans: bool) -> EstateJudge:
    text = _text(judge, "ours, over the estate")
    ESTATE_RULES[text.id] = EstateRule(text, judge, of_plans)
    return judge


def _text(judge: Callable[..., object], origin: Origin) -> RuleText:
    module = sys.modules[judge.__module__]
    what, _, why = inspect.cleandoc(module.__doc__ or "").partition("\n\n")
    id_ = Path(module.__file__ or "").stem
    if not what or not why:
        raise TypeError(f"{id_}: the docstring must state the requirement, and below it the reason")
    return RuleText(id_, what.replace("\n", " ").rstrip("."), " ".join(why.split()), origin)
