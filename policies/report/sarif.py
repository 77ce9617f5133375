"""SARIF 2.1.0 (OASIS), the format that code hosts show beside the lines of a pull request."""

import json
import os
from pathlib import Path
from typing import Any

from policies.engine.results import Problem, Result
from policies.engine.verdict import Verdict

_PROBLEMS = {
    "unread": "The gate must read everything that Terraform would apply",
    "skip": "The code must not skip a check",
    "waiver": "Every waiver must be in use and must not have expired",
    "plan": "Every judged plan must belong to a stack and be readable",
}


def as_sarif(verdicts: list[Verdict]) -> str:
    rules: dict[str, dict[str, Any]] = {}
    results = []
    for verdict in verdicts:
        for text in verdict.rules.values():
            rules[text.id] = _rule(text.id, text.what, text.why or text.what, text.requirements)
        results += [_result(verdict, r) for r in (*verdict.failed, *verdict.waived)]
        results += [_problem(verdict, each) for each in verdict.problems]
    for id_, what in _PROBLEMS.items():
        rules[id_] = _rule(id_, what, what, ())
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "pci-gate", "rules": list(rules.values())}},
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }
    return json.dumps(document, indent=1)


def _rule(id_: str, what: str, why: str, requirements: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id": id_,
        "shortDescription": {"text": what},
        "fullDescription": {"text": why},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": [f"PCI DSS v4.0.1 {each}" for each in requirements]},
    }


def _result(verdict: Verdict, result: Result) -> dict[str, Any]:
    entry = {
        "ruleId": result.rule,
        "level": "error",
        "message": {"text": f"{result.stack} {result.address}: {verdict.message(result)}"},
        "locations": [_location(verdict.root, result.file, result.first_line, result.last_line)],
        "partialFingerprints": {"rule/v1": f"{result.rule}:{result.stack}:{result.address}"},
    }
    if result.outcome == "waived":
        entry["suppressions"] = [{"kind": "external", "justification": result.waiver}]
    return entry


def _problem(verdict: Verdict, problem: Problem) -> dict[str, Any]:
    file = problem.where.split(": ")[0]
    return {
        "ruleId": problem.kind,
        "level": "error",
        "message": {"text": f"{problem.where}: {problem.what}"},
        "locations": [_location(verdict.root, file, problem.line, problem.line)],
    }


def _location(root: Path, file: str, first_line: int, last_line: int) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": Path(os.path.relpath(root / file)).as_posix()},
            "region": {"startLine": first_line, "endLine": last_line},
        }
    }
