"""The result of the PCI gate, as it hands it to other tools: SARIF 2.1.0 (OASIS)."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pay.model.problem import InvalidInput, Problem
from rollout.plans.values import dig


@dataclass(frozen=True)
class PolicyFinding:
    """One rule that a resource breaks."""

    rule: str
    where: str
    message: str


@dataclass(frozen=True)
class PolicyResult:
    """What the gate says: failures, and what waivers cover."""

    failed: tuple[PolicyFinding, ...]
    waived: tuple[PolicyFinding, ...]
    rules: int
    """How many rules looked at the estate."""

    @property
    def is_clean(self) -> bool:
        return not self.failed


def read_policy_result(path: Path) -> PolicyResult:
    """The gate's SARIF file.

    Raises InvalidInput when it is none.
    """
    try:
        document = json.loads(path.read_bytes())
        if not isinstance(document, dict) or not isinstance(document.get("runs"), list):
            raise ValueError("JSON without `runs`")
        return _result(document["runs"])
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInput(
            [
                Problem(
                    where=str(path),
                    found=str(error) or "no file",
                    allowed="the PCI gate's SARIF file",
                    fix="write it with `pay policy`, or leave --policy out",
                )
            ]
        ) from None


def _result(runs: list[Any]) -> PolicyResult:
    failed: list[PolicyFinding] = []
    waived: list[PolicyFinding] = []
    rules = 0
    for run in runs:
        rules += len(dig(run, "tool", "driver", "rules") or ())
        for result in dig(run, "results") or ():
            if not isinstance(result, dict) or result.get("kind", "fail") != "fail":
                continue
            finding = PolicyFinding(
                rule=str(result.get("ruleId") or "?"),
                where=_where(result),
                message=str(dig(result, "message", "text") or ""),
            )
            (waived if result.get("suppressions") else failed).append(finding)
    return PolicyResult(tuple(failed), tuple(waived), rules)


def _where(result: dict[str, Any]) -> str:
    location = dig(result, "locations", 0)
    logical = dig(location, "logicalLocations", 0, "fullyQualifiedName")
    file = dig(location, "physicalLocation", "artifactLocation", "uri")
    line = dig(location, "physicalLocation", "region", "startLine")
    return str(logical or (f"{file}:{line}" if file and line else file) or "")
