"""SARIF 2.1.0 (OASIS), the format that code hosts show beside the lines of a pull request."""

import json
import os
from pathlib import Path
from typing import Any

from policies.engine.verdict import GateVerdict
from policies.results import GateProblem, Result, RuleText

_PROBLEMS = {
    "unread": "The gate must read everything that Terraform would apply",
    "skip": "The code must not skip a check",
    "waiver": "Every waiver must be in use and must not have expired",
    "plan": "Every judged plan must belong to a stack and be readable",
}


def as_sarif(verdicts: list[GateVerdict]) -> str:
    rules = {id_: RuleText(id_, what, "", "ours") for id_, what in _PROBLEMS.items()}
    results = []
    for verdict in verdicts:
        rules |= verdict.rules
        results += [_result(verdict, r) for r in (*verdict.failed, *verdict.waived)]
        results += [_problem(verdict, each) for each in verdict.problems]
    run = {
        "tool": {"driver": {"name": "pci-gate", "rules": [*map(_rule, rules.values())]}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=1)


def _rule(text: RuleText) -> dict[str, Any]:
    return {
        "id": text.id,
        "shortDescription": {"text": text.what},
        "fullDescription": {"text": text.why or text.what},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": [f"PCI DSS v4.0.1 {each}" for each in text.requirements]},
    }


def _result(verdict: GateVerdict, result: Result) -> dict[str, Any]:
    text = f"{result.stack} {result.address}: {verdict.message(result)}"
    lines = result.first_line, result.last_line
    entry = _entry(result.rule, text, verdict.root / result.file, *lines)
    entry["partialFingerprints"] = {"rule/v1": f"{result.rule}:{result.stack}:{result.address}"}
    if result.outcome == "waived":
        entry["suppressions"] = [{"kind": "external", "justification": result.waiver}]
    return entry


def _problem(verdict: GateVerdict, problem: GateProblem) -> dict[str, Any]:
    file = verdict.root / problem.where.split(": ")[0]
    text = f"{problem.where}: {problem.what}"
    return _entry(problem.kind, text, file, problem.line, problem.line)


def _entry(rule: str, text: str, file: Path, first_line: int, last_line: int) -> dict[str, Any]:
    location = {
        "artifactLocation": {"uri": Path(os.path.relpath(file)).as_posix()},
        "region": {"startLine": first_line, "endLine": last_line},
    }
    return {
        "ruleId": rule,
        "level": "error",
        "message": {"text": text},
        "locations": [{"physicalLocation": location}],
    }
