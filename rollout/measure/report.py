"""Judgements as text, and as data."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pay.model.judging.e_values import FAILS_AT, PASSES_AT
from pay.model.judging.part import Part, Verdict
from rollout.measure.judgement import RULES, Judgement
from rollout.measure.recorded import Recording
from rollout.terminal.time_text import local, short_moment

SCHEMA = 1

_STYLES = {Verdict.PASS: "green", Verdict.FAIL: "red", Verdict.NOT_ENOUGH_DATA: "yellow"}

_MEANINGS = {
    "e_worse": f"Fargate is worse ({FAILS_AT:g} fails)",
    "e_better": f"Fargate is good enough ({PASSES_AT:g} passes)",
    "e": f"requests are missing ({FAILS_AT:g} fails)",
}

_DECIDE = (
    "Waiting does not end the doubt: a person decides. Wait longer, send requests to the Fargate "
    "load balancer, or accept it with --evidence and --approver."
)


def part_as_data(recording: Recording, part: Part) -> dict[str, Any]:
    """Return a part's verdict for programs; e-values stand beside it by their names."""
    return {"schema": SCHEMA, "rules": RULES, "stage": recording.stage, **_data(part)}


def as_data(judgement: Judgement) -> dict[str, Any]:
    """Return a judgement for programs."""
    return {
        "schema": SCHEMA,
        **judgement.model_dump(mode="json", exclude={"parts"}),
        "escalate": judgement.escalate,
        "parts": [{"name": name, **_data(part)} for name, part in judgement.parts.items()],
    }


def _data(part: Part) -> Mapping[str, Any]:
    return {
        "verdict": part.verdict,
        "escalate": part.escalate,
        "reason": part.reason,
        "fail_minute": part.fail_minute,
        **part.e_values,
    }


def print_part(out: Console, recording: Recording, part: Part) -> None:
    """Print the verdict, its reason, and the evidence in words."""
    out.print(f"{_styled(part.verdict)} at {recording.stage}: {escape(part.reason)}.")
    if part.fail_minute:
        out.print(f"It fails from minute {part.fail_minute} on, and never passes again.")
    if part.escalate:
        out.print(_DECIDE)
    for name, value in part.e_values.items():
        out.print(f"[dim]evidence that {_MEANINGS[name]}: {value:.4g}[/]")


def print_judgement(out: Console, environment: str, judgements: Sequence[Judgement]) -> None:
    """Print each judgement: its window, a line for each part, the verdict."""
    if not judgements:
        out.print(f"No service of {environment} is at a stage whose metrics can be compared.")
    for judgement in judgements:
        minutes = (judgement.end - judgement.start).total_seconds() / 60
        out.print(
            f"[bold]{judgement.service}[/] in {environment}: {judgement.stage}, "
            f"{judgement.weights}, since {local(judgement.since)}; judged "
            f"{short_moment(judgement.start)} to {short_moment(judgement.end)} ({minutes:.0f} min)"
        )
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for name, part in judgement.parts.items():
            table.add_row(f"  {name}", _styled(part.verdict), escape(part.reason))
        out.print(table)
        out.print(f"{_styled(judgement.verdict)} for {judgement.service} at {judgement.stage}.")
        if judgement.escalate:
            out.print(_DECIDE)


def _styled(verdict: Verdict) -> str:
    return f"[bold {_STYLES[verdict]}]{verdict}[/]"
