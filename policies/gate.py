"""The gate: reads the whole estate, judges it and applies the waivers."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pay.model.watching.suppressions import WrittenSuppression
from pay.processes import in_processes, processes_for
from policies.catalogue import block_types, covered_types
from policies.engine import plan
from policies.engine import suppressions as suppressing
from policies.engine import waivers as waiving
from policies.engine.requirements import Requirements
from policies.engine.rule import ESTATE_RULES
from policies.engine.scan import Scanned, Scanner
from policies.engine.verdict import GateVerdict
from policies.engine.waivers import Waiver
from policies.reading.stack import Block, SynthesisedStack
from policies.reading.synth_output import missing, stack_folders
from policies.reading.unread import unread, without_rules
from policies.results import GateProblem, Result, RuleText

STACKS_WORTH_A_PROCESS = 40
"""They take about two seconds; another process saves less for fewer."""


class Gate:
    """Judges roots against the table of requirements; loads the rules once."""

    def __init__(
        self,
        requirements: Requirements,
        rules: dict[str, RuleText],
        waivers: tuple[Waiver, ...],
        suppressions: tuple[WrittenSuppression, ...] = (),
    ) -> None:
        """Raise UnknownRule if the table and the rules disagree."""
        self._requirements = requirements
        self._rules = rules
        self._waivers = waivers
        self._suppressions = suppressions
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
    ) -> GateVerdict:
        """Judge one root with its plans.

        With `partial`, the root holds only some stacks, so unused waivers are not reported. Expired
        suppressions are not reported either: they end by themselves, and no deploy waits for them.
        Raises NothingToJudge if the root holds no Terraform.
        """
        folders = stack_folders(root)
        verdict = GateVerdict(
            root,
            self._requirements,
            self._rules,
            self._types,
            waivers=self._waivers,
            suppressions=tuple(each.value for each in self._suppressions),
            judged_on=today,
        )
        for stack, results, problems in self._scanned(folders, root):
            verdict.stacks.append(stack)
            verdict.results += results
            verdict.problems += [*problems, *unread(stack, root)]
            verdict.problems += without_rules(stack, self._covered)
        verdict.problems += missing(root, folders)
        results, problems = _over_the_estate(verdict.stacks, str(root))
        verdict.results += results
        verdict.problems += problems
        seen = {(each.rule, each.stack, each.address) for each in verdict.failed}
        for file, document in plans.items():
            planned, results, problems, not_known = plan.judge(
                file, document, verdict.stacks, self._block_rules
            )
            if planned is not None:
                more, wrong = _over_the_estate(verdict.stacks, str(file), planned)
                results += more
                problems += wrong
            verdict.results += [r for r in results if (r.rule, r.stack, r.address) not in seen]
            verdict.problems += problems
            verdict.not_known += not_known
        verdict.results, problems = waiving.apply(
            self._waivers, verdict.results, today=today, rules=self._rules, partial=partial
        )
        verdict.problems += problems
        if not partial:
            verdict.problems += suppressing.problems(self._suppressions, today)
        return verdict

    def _scanned(self, folders: list[Path], root: Path) -> list[Scanned]:
        """Return each stack in the order of its folder. Processes share a whole estate."""
        count = processes_for(len(folders), at_least_each=STACKS_WORTH_A_PROCESS)
        shares = [folders[first::count] for first in range(count)]
        dealt = in_processes(
            lambda share: [self._scanner.scan(folder, root) for folder in share], shares
        )
        return [dealt[index % count][index // count] for index in range(len(folders))]


def _over_the_estate(
    stacks: list[SynthesisedStack], where: str, planned: SynthesisedStack | None = None
) -> tuple[list[Result], list[GateProblem]]:
    """Return the results of the rules over the estate. With a planned stack, return those of its
    blocks, together with all others as they are written.
    """
    results, problems = [], []
    judged = [*stacks, planned] if planned else stacks
    for name, rule in ESTATE_RULES.items():
        if planned and not rule.of_plans:
            continue
        try:
            results += [
                _result(name, block, mistakes)
                for block, mistakes in rule.judge(judged)
                if planned is None or block.stack is planned
            ]
        except Exception as error:
            # A form of a value that the rule does not expect: refused, and no traceback.
            what = f"{name} cannot be judged: {error!r:.200}"
            problems.append(GateProblem("unread", where, what))
    return results, problems


def _result(rule: str, block: Block, problems: list[str]) -> Result:
    return Result(
        rule,
        block.stack.name,
        block.address,
        block.file,
        block.first_line,
        block.last_line,
        "failed" if problems else "passed",
        tuple(problems),
        "plan" if block.stack.from_plan else "hcl",
    )
