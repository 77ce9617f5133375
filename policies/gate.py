"""The gate: reads a whole estate, judges it, applies the waivers."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from policies import plan
from policies import waivers as waiving
from policies.catalogue import block_types
from policies.reading import unread
from policies.requirements import Requirements
from policies.results import Problem, Result, RuleText
from policies.rule import ESTATE_RULES
from policies.scan import Scanner
from policies.stack import Stack
from policies.waivers import Waiver


class NothingToJudge(ValueError):
    """A root holds no Terraform."""


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


class Gate:
    """Judges roots by the table of requirements; loads the rules once."""

    def __init__(
        self, requirements: Requirements, rules: dict[str, RuleText], waivers: tuple[Waiver, ...]
    ) -> None:
        self._requirements = requirements
        self._rules = rules
        self._waivers = waivers
        self._block_rules = frozenset(rules) - frozenset(ESTATE_RULES)
        self._scanner = Scanner(self._block_rules)
        self._types = block_types(self._block_rules)

    def judge(
        self, root: Path, *, today: date, plans: Sequence[Path] = (), partial: bool = False
    ) -> Verdict:
        """Raises NothingToJudge, NotAPlan."""
        documents = {file: plan.read(file) for file in plans}
        folders = stack_folders(root)
        if not folders:
            raise NothingToJudge(f"{root}: holds no Terraform (*.tf); run `cdktf synth` first")
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
        verdict.problems += _missing(root, folders)
        verdict.results += over_the_estate(verdict.stacks)
        for file, document in documents.items():
            self._second_net(verdict, file, document)
        self._waive(verdict, today=today, partial=partial)
        return verdict

    def _second_net(self, verdict: Verdict, file: Path, document: dict[str, Any]) -> None:
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
    """The answers of the rules that look at all stacks at once."""
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


def stack_folders(root: Path) -> list[Path]:
    """Every folder below `root` that holds Terraform; Terraform's own working folders left out."""
    found = {
        file.parent
        for pattern in ("*.tf", "*.tf.json")
        for file in root.rglob(pattern)
        if ".terraform" not in file.relative_to(root).parts
    }
    return sorted(found)


def _missing(root: Path, folders: Iterable[Path]) -> list[Problem]:
    """Compares what was judged with the manifest that cdktf writes beside the stacks."""
    manifest = next(
        (m for m in (root / "manifest.json", root.parent / "manifest.json") if m.exists()), None
    )
    if manifest is None:
        return []
    stacks = json.loads(manifest.read_text(encoding="utf-8"))["stacks"].values()
    expected = {
        (manifest.parent / each["synthesizedStackPath"]).parent.resolve() for each in stacks
    }
    judged = {folder.resolve() for folder in folders}
    return [
        Problem("unread", each.name, "the manifest names this stack, but it was not judged")
        for each in sorted(expected - judged)
    ] + [
        Problem("unread", each.name, "judged, but the manifest does not name it: synthesise anew")
        for each in sorted(judged - expected)
    ]
