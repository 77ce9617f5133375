"""A part of a judgement as text, and as data."""

from typing import Any

from rich.console import Console
from rich.markup import escape

from pay.model.judging.e_values import FAILS_AT, PASSES_AT
from pay.model.judging.part import Part, Verdict
from rollout.measure.recorded import Recording

SCHEMA = 1
RULES = "2026-11"
"""The version of the rules: what an old verdict was judged by."""

_STYLES = {Verdict.PASS: "green", Verdict.FAIL: "red", Verdict.NOT_ENOUGH_DATA: "yellow"}

_MEANINGS = {
    "e_worse": f"Fargate is worse ({FAILS_AT:g} fails)",
    "e_better": f"Fargate is good enough ({PASSES_AT:g} passes)",
    "e": f"requests are missing ({FAILS_AT:g} fails)",
}


def as_data(recording: Recording, part: Part) -> dict[str, Any]:
    """Return the verdict for programs; e-values stand beside it by their names."""
    return {
        "schema": SCHEMA,
        "rules": RULES,
        "stage": recording.stage,
        "verdict": part.verdict,
        "escalate": part.escalate,
        "reason": part.reason,
        "fail_minute": part.fail_minute,
        **part.e_values,
    }


def print_part(out: Console, recording: Recording, part: Part) -> None:
    """Print the verdict, its reason, and the evidence in words."""
    style = _STYLES[part.verdict]
    out.print(f"[bold {style}]{part.verdict}[/] at {recording.stage}: {escape(part.reason)}.")
    if part.fail_minute:
        out.print(f"It fails from minute {part.fail_minute} on, and never passes again.")
    if part.escalate:
        out.print("Waiting does not end the doubt: a person decides.")
    for name, value in part.e_values.items():
        out.print(f"[dim]evidence that {_MEANINGS[name]}: {value:.4g}[/]")
