"""Every finding as JSON, for other programs."""

import json
from collections import Counter
from dataclasses import asdict
from typing import Any

from policies.engine.verdict import GateVerdict
from policies.results import Result


def as_json(verdicts: list[GateVerdict]) -> str:
    return json.dumps({"roots": [_root(each) for each in verdicts]}, indent=1, sort_keys=True)


def _root(verdict: GateVerdict) -> dict[str, Any]:
    return {
        "root": str(verdict.root),
        "refused": verdict.refused,
        "judged_on": verdict.judged_on.isoformat(),
        "stacks": sorted(stack.name for stack in verdict.stacks),
        "blocks": sum(len(stack.blocks) for stack in verdict.stacks),
        "rules": sorted(verdict.rules),
        "outcomes": {
            outcome: Counter(r.rule for r in verdict.results if r.outcome == outcome)
            for outcome in ("passed", "failed", "waived")
        },
        "findings": [_finding(verdict, r) for r in (*verdict.failed, *verdict.waived)],
        "problems": [asdict(each) for each in verdict.problems],
        "no_answer": verdict.no_answer,
        "not_known_before_apply": verdict.not_known,
    }


def _finding(verdict: GateVerdict, result: Result) -> dict[str, Any]:
    keys = ("rule", "stack", "address", "file", "outcome", "source", "waiver")
    return {
        **{key: getattr(result, key) for key in keys},
        "line": result.first_line,
        "message": verdict.message(result),
        "requirements": verdict.rules[result.rule].requirements,
    }
