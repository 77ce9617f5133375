"""Every finding as JSON, for other programs."""

import json
from collections import Counter
from typing import Any

from policies.engine.results import Result
from policies.engine.verdict import Verdict


def as_json(verdicts: list[Verdict]) -> str:
    return json.dumps({"roots": [_root(each) for each in verdicts]}, indent=1, sort_keys=True)


def _root(verdict: Verdict) -> dict[str, Any]:
    outcomes = {
        outcome: dict(Counter(r.rule for r in verdict.results if r.outcome == outcome))
        for outcome in ("passed", "failed", "waived")
    }
    return {
        "root": str(verdict.root),
        "refused": verdict.refused,
        "judged_on": verdict.judged_on.isoformat(),
        "stacks": sorted(stack.name for stack in verdict.stacks),
        "blocks": sum(len(stack.blocks) for stack in verdict.stacks),
        "rules": sorted(verdict.rules),
        "outcomes": outcomes,
        "findings": [_finding(verdict, r) for r in (*verdict.failed, *verdict.waived)],
        "problems": [
            {"kind": each.kind, "where": each.where, "line": each.line, "what": each.what}
            for each in verdict.problems
        ],
        "no_answer": verdict.no_answer,
        "not_known_before_apply": verdict.not_known,
    }


def _finding(verdict: Verdict, result: Result) -> dict[str, Any]:
    return {
        "rule": result.rule,
        "stack": result.stack,
        "address": result.address,
        "file": result.file,
        "line": result.first_line,
        "outcome": result.outcome,
        "source": result.source,
        "message": verdict.message(result),
        "requirements": list(verdict.rules[result.rule].requirements),
        "waiver": result.waiver,
    }
