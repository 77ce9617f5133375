"""The gate's verdict on one root, with everything that a report needs."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pay.model.accepted import Accepted
from pay.model.watching.suppressions import Suppression
from policies.engine.requirements import Requirements
from policies.engine.waivers import Waiver
from policies.reading.stack import SynthesisedStack
from policies.results import GateProblem, Result, RuleText


@dataclass(slots=True)
class GateVerdict:
    """The gate's verdict on one root."""

    root: Path
    requirements: Requirements
    rules: dict[str, RuleText]
    types: dict[str, frozenset[str]]
    """The block types that each rule judges."""
    stacks: list[SynthesisedStack] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    problems: list[GateProblem] = field(default_factory=list)
    waivers: tuple[Waiver, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    not_known: list[str] = field(default_factory=list)
    """Settings of the HCL whose values the plans do not know before the apply."""
    judged_on: date = field(default_factory=date.today)

    @property
    def failed(self) -> list[Result]:
        return [each for each in self.results if each.outcome == "failed"]

    @property
    def waived(self) -> list[Result]:
        return [each for each in self.results if each.outcome == "waived"]

    @property
    def accepted(self) -> list[tuple[Accepted, int | None]]:
        """Return each waiver and each suppression with the findings here that it covers."""
        counts = [
            sum(result.waiver == each.reason and each.covers(result) for result in self.waived)
            for each in self.waivers
        ]
        suppressed = [(each, None) for each in self.suppressions]
        return [*zip(self.waivers, counts, strict=True), *suppressed]

    @property
    def no_answer(self) -> dict[str, int]:
        """Return by rule the number of blocks of its types without a result.

        The rule does not apply to them, or a check of checkov could not read them.
        """
        asked: Counter[str] = Counter()
        for stack in self.stacks:
            for block in stack.blocks:
                asked.update(rule for rule, types in self.types.items() if block.full_type in types)
        answered = Counter(each.rule for each in self.results if each.source == "hcl")
        return {rule: n for rule in sorted(asked) if (n := asked[rule] - answered[rule])}

    @property
    def refused(self) -> bool:
        return bool(self.failed or self.problems)

    def message(self, result: Result) -> str:
        return self.rules[result.rule].message(result.details)
