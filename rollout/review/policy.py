"""Reads the result of the PCI gate that `pay policy` writes, `pci.json` among its reports."""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pay.model.problem import InvalidInput, Problem


class _FromVerdict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _VerdictFinding(_FromVerdict):
    rule: str
    stack: str
    address: str
    outcome: str
    message: str
    waiver: str | None = None


class _VerdictProblem(_FromVerdict):
    kind: str
    where: str
    what: str


class _Root(_FromVerdict):
    refused: bool
    judged_on: date
    stacks: tuple[str, ...] = Field(min_length=1)
    rules: tuple[str, ...]
    findings: tuple[_VerdictFinding, ...]
    problems: tuple[_VerdictProblem, ...]


class _VerdictFile(_FromVerdict):
    roots: tuple[_Root, ...] = Field(min_length=1)


@dataclass(frozen=True)
class PolicyFinding:
    """One rule that a resource breaks, or one thing that the gate could not read."""

    rule: str
    stack: str
    where: str
    message: str


@dataclass(frozen=True)
class PolicyResult:
    """The gate's result: failures, and what waivers cover."""

    has_passed: bool
    """True when the gate refuses nothing of all that it saw."""
    failed: tuple[PolicyFinding, ...]
    waived: tuple[PolicyFinding, ...]
    rules: int
    """The number of rules that looked at the estate."""
    judged_on: date
    stacks: frozenset[str]
    """Ids of the stacks that the gate saw."""
    not_judged: tuple[str, ...] = ()
    """Stacks of this review that it did not see."""

    @property
    def is_clean(self) -> bool:
        return self.has_passed and not self.not_judged

    def about(self, stacks: Collection[str]) -> "PolicyResult":
        """Return the same with every failure, and with the waivers of these stacks only. It names
        those of the stacks that the gate did not see.
        """
        waived = tuple(finding for finding in self.waived if finding.stack in stacks)
        return replace(self, waived=waived, not_judged=tuple(sorted(set(stacks) - self.stacks)))


def read_policy_result(path: Path) -> PolicyResult:
    """Return the result in the gate's JSON file.

    Raises InvalidInput for a file that is not a result, or judged nothing.
    """
    try:
        result = _VerdictFile.model_validate(json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError) as error:
        problem = Problem(
            where=str(path),
            found=_in_words(error),
            allowed="the PCI gate's result over at least one stack",
            fix="run `pay policy`: it writes .cache/policy/pci.json; or leave --policy out",
        )
        raise InvalidInput([problem]) from None
    shown: dict[bool, list[PolicyFinding]] = {True: [], False: []}
    for finding in (finding for root in result.roots for finding in root.findings):
        waiver = f" Waived: {finding.waiver}" if finding.waiver else ""
        where = f"{finding.stack} {finding.address}".strip()
        shown[finding.outcome == "waived"].append(
            PolicyFinding(finding.rule, finding.stack, where, finding.message + waiver)
        )
    problems = [
        PolicyFinding(problem.kind, "", problem.where, problem.what)
        for root in result.roots
        for problem in root.problems
    ]
    failed = (*shown[False], *problems)
    return PolicyResult(
        has_passed=not failed and not any(root.refused for root in result.roots),
        failed=failed,
        waived=tuple(shown[True]),
        rules=len({rule for root in result.roots for rule in root.rules}),
        judged_on=min(root.judged_on for root in result.roots),
        stacks=frozenset(stack for root in result.roots for stack in root.stacks),
    )


def _in_words(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(
            f"{'.'.join(map(str, each['loc'])) or 'the file'}: {each['msg']}"
            for each in error.errors()[:3]
        )
    return (error.strerror or "no file") if isinstance(error, OSError) else "no JSON"
