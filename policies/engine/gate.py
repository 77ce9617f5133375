"""The gate: reads the whole estate, judges it and applies the waivers."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from policies.engine import plan
from policies.engine import waivers as waiving
from policies.engine.catalogue import block_types, covered_types
from policies.engine.requirements import Requirements
from policies.engine.results import Result, RuleText
from policies.engine.rule import ESTATE_RULES
from policies.engine.scan import Scanner
from policies.engine.stack import Stack
from policies.engine.synth_output import missing, stack_folders
from policies.engine.unread import unread, without_rules
from policies.engine.verdict import Verdict
from policies.engine.waivers import Waiver


class Gate:
    """Judges roots against the table of requirements; loads the rules once."""

    def __init__(
        self, requirements: Requirements, rules: dict[str, RuleText], waivers: tuple[Waiver, ...]
    ) -> None:
        """Raises UnknownRule if the table and the rules disagree."""
        self._requirements = requirements
        self._rules = rules
        self._waivers = waivers
        self._block_rules = frozenset(rules) - frozenset(ESTATE_RULES)
        self._scanner = Scanner(self._block_rules)
        self._types = block_types(self._block_rules)
        self._covered = covered_types(requirements, self._block_rules)

    def judge(
        self,
        root: Path,
        *,
        today: date,
        plans: Mapping[Path, plan.Document],
        partial: bool = False,
    ) -> Verdict:
        """Judge one root with its plans.

        With `partial`, the root holds only some stacks, so unused waivers are not reported.

        Raises NothingToJudge if the root holds no Terraform.
        """
        folders = stack_folders(root)
        verdict = Verdict(
            root,
            self._requirements,
            self._rules,
            self._types,
            waivers=self._waivers,
            judged_on=today,
        )
        for folder in folders:
            scan = self._scanner.scan(folder, root)
            verdict.stacks.append(scan.stack)
            verdict.results += scan.results
            verdict.problems += scan.problems
            verdict.problems += unread(scan.stack, root)
            verdict.problems += without_rules(scan.stack, self._covered)
        verdict.problems += missing(root, folders)
        verdict.results += over_the_estate(verdict.stacks)
        for file, document in plans.items():
            self._judge_plan(verdict, file, document)
        self._waive(verdict, today=today, partial=partial)
        return verdict

    def _judge_plan(self, verdict: Verdict, file: Path, document: plan.Document) -> None:
        results, problems, not_known = plan.judge(file, document, verdict.stacks, self._block_rules)
        seen = {(each.rule, each.stack, each.address) for each in verdict.failed}
        verdict.results += [
            each for each in results if (each.rule, each.stack, each.address) not in seen
        ]
        verdict.problems += problems
        verdict.not_known += not_known

    def _waive(self, verdict: Verdict, *, today: date, partial: bool) -> None:
        verdict.results, problems = waiving.apply(
            self._waivers,
            verdict.results,
            today=today,
            rules=self._rules,
            partial=partial,
        )
        verdict.problems += problems


def over_the_estate(stacks: list[Stack]) -> list[Result]:
    """Return the results of the rules that judge all stacks at once."""
    return [
        Result(
            rule=rule.id,
            stack=block.stack.name,
            address=block.address,
            file=block.file,
            first_line=block.first_line,
            last_line=block.last_line,
            outcome="failed" if problems else "passed",
            details=tuple(problems),
        )
        for rule in ESTATE_RULES.values()
        for block, problems in rule.judge(stacks)
    ]
