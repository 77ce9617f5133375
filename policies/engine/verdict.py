"""What the gate says about one root; everything that a report needs."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from policies.engine.requirements import Requirements
from policies.engine.results import Problem, Result, RuleText
from policies.engine.stack import Stack
from policies.engine.waivers import Waiver


@dataclass(slots=True)
class Verdict:
    """What the gate says about one root."""

    root: Path
    requirements: Requirements
    rules: dict[str, RuleText]
    types: dict[str, frozenset[str]]
    """The types of blocks that each rule answers about."""
    stacks: list[Stack] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    waivers: tuple[Waiver, ...] = ()
    not_known: list[str] = field(default_factory=list)
    """What the plans leave open until the apply, of what the HCL sets."""
    judged_on: date = field(default_factory=date.today)

    @property
    def failed(self) -> list[Result]:
        return [each for each in self.results if each.outcome == "failed"]

    @property
    def waived(self) -> list[Result]:
        return [each for each in self.results if each.outcome == "waived"]

    @property
    def no_answer(self) -> dict[str, int]:
        """By rule, the blocks of its types that it said nothing about: it does not apply to them,
        or, for a check of checkov, it found nothing that it could read.
        """
        asked: Counter[str] = Counter()
        for stack in self.stacks:
            for block in stack.blocks:
                name = f"data.{block.type}" if block.kind == "data" else block.type
                asked.update(rule for rule, types in self.types.items() if name in types)
        answered = Counter(each.rule for each in self.results if each.source == "hcl")
        return {rule: n for rule in sorted(asked) if (n := asked[rule] - answered[rule])}

    @property
    def refused(self) -> bool:
        return bool(self.failed or self.problems)

    def message(self, result: Result) -> str:
        return self.rules[result.rule].message(result.details)
