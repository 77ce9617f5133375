"""The result of the PCI gate, as `pay policy` writes it: `pci.json` among its reports."""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pay.model.problem import InvalidInput, Problem


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Finding(_Read):
    rule: str
    stack: str
    address: str
    outcome: str
    message: str
    requirements: tuple[str, ...] = ()
    waiver: str | None = None


class _Problem(_Read):
    kind: str
    where: str
    what: str


class _Root(_Read):
    refused: bool
    rules: tuple[str, ...]
    findings: tuple[_Finding, ...]
    problems: tuple[_Problem, ...]


class _Result(_Read):
    roots: tuple[_Root, ...]


@dataclass(frozen=True)
class PolicyFinding:
    """One rule that a resource breaks, or one thing that the gate could not read."""

    rule: str
    stack: str
    where: str
    message: str


@dataclass(frozen=True)
class PolicyResult:
    """What the gate says: failures, and what waivers cover."""

    is_clean: bool
    failed: tuple[PolicyFinding, ...]
    waived: tuple[PolicyFinding, ...]
    rules: int
    """How many rules looked at the estate."""

    def about(self, stacks: Collection[str]) -> "PolicyResult":
        """The same with every failure, and the waivers of these stacks only."""
        waived = tuple(finding for finding in self.waived if finding.stack in stacks)
        return replace(self, waived=waived)


def read_policy_result(path: Path) -> PolicyResult:
    """The gate's JSON file.

    Raises InvalidInput when it is none.
    """
    try:
        result = _Result.model_validate(json.loads(path.read_bytes()))
    except (OSError, ValidationError, ValueError, RecursionError) as error:
        found = error.strerror if isinstance(error, OSError) else "something else"
        raise InvalidInput(
            [
                Problem(
                    where=str(path),
                    found=found or "no file",
                    allowed="the PCI gate's result",
                    fix="run `pay policy`: it writes .cache/policy/pci.json; or leave --policy out",
                )
            ]
        ) from None
    findings = [finding for root in result.roots for finding in root.findings]
    problems = [
        PolicyFinding(problem.kind, "", problem.where, problem.what)
        for root in result.roots
        for problem in root.problems
    ]
    failed = [_told(finding) for finding in findings if finding.outcome != "waived"]
    return PolicyResult(
        is_clean=not any(root.refused for root in result.roots) and not failed and not problems,
        failed=tuple(failed + problems),
        waived=tuple(_told(finding) for finding in findings if finding.outcome == "waived"),
        rules=len({rule for root in result.roots for rule in root.rules}),
    )


def _told(finding: _Finding) -> PolicyFinding:
    waiver = f" Waived: {finding.waiver}" if finding.waiver else ""
    where = f"{finding.stack} {finding.address}".strip()
    return PolicyFinding(finding.rule, finding.stack, where, finding.message + waiver)
