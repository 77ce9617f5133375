"""Judgements as text, and as data."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import floor, log10
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pay.model.judging.e_values import FAILS_AT, PASSES_AT
from pay.model.judging.part import Part, Verdict
from rollout.measure.explain import E_VALUES, explain
from rollout.measure.judgement import RULES, Judgement
from rollout.measure.recorded import Recording
from rollout.terminal.time_text import local, short_moment, span, weekday_moment

SCHEMA = 1

_STYLES = {Verdict.PASS: "green", Verdict.FAIL: "red", Verdict.NOT_ENOUGH_DATA: "yellow"}

_MEANINGS = {
    "e_worse": f"for worse ({FAILS_AT:g} fails)",
    "e_better": f"for good enough ({PASSES_AT:g} passes)",
    "e": f"for a dip ({FAILS_AT:g} fails)",
}

DECIDE = (
    "Waiting does not end the doubt: a person decides. Wait longer, send requests to the Fargate "
    "load balancer, or accept it with --evidence and --approver."
)


def part_as_data(recording: Recording, part: Part) -> dict[str, Any]:
    """Return a part's verdict for programs; e-values stand beside it by their names."""
    return {"schema": SCHEMA, "rule": RULES, "stage": recording.stage, **_data(part)}


def as_data(judgement: Judgement) -> dict[str, Any]:
    """Return a judgement for programs."""
    data = judgement.model_dump(mode="json", exclude={"parts"})
    return {
        "schema": SCHEMA,
        "rule": data.pop("rules"),
        "window": {name: data.pop(name) for name in ("start", "end")},
        **data,
        "escalate": judgement.escalate,
        "needs": [
            {"part": name, "what": part.needs, "at": at and at.isoformat()}
            for name, part in judgement.parts.items()
            if part.needs
            for at in [judgement.enough_at(part)]
        ],
        "would_have_seen": sight(judgement),
        "parts": [
            {"name": name, **_data(part), "explanation": explain(name, part)}
            for name, part in judgement.parts.items()
        ],
    }


def _data(part: Part) -> Mapping[str, Any]:
    return {
        "verdict": part.verdict,
        "escalate": part.escalate,
        "reason": part.reason,
        "needs": part.needs,
        "wait_minutes": part.wait_minutes,
        "fail_minute": part.fail_minute,
        **part.e_values,
        "numbers": part.numbers,
    }


def sight(judgement: Judgement) -> str | None:
    """Return what the parts would have seen, and what they cannot see; None if they see nothing."""
    seen = [part.sees for part in judgement.parts.values() if part.sees]
    if not seen:
        return None
    length = span(judgement.end - judgement.start, units=1)
    return f"Would have seen {', '.join(seen)}; not bursts rarer than one in {length}."


def evidence(part: Part) -> str:
    """Return the e-values in words, empty without any: `e 10^28 for good enough (20 passes)`."""
    texts = [f"{_magnitude(value)} {_MEANINGS[name]}" for name, value in part.e_values.items()]
    return f"e {', '.join(texts)}" if texts else ""


def _magnitude(value: float) -> str:
    return f"10^{floor(log10(value))}" if value >= 10_000 else f"{value:.1f}"


def print_part(out: Console, recording: Recording, part: Part, *, explained: bool = False) -> None:
    """Print the verdict, its reason, and the evidence in words."""
    out.print(f"{_styled(part.verdict)} at {recording.stage}: {escape(part.reason)}.")
    if part.fail_minute:
        out.print(f"It fails from minute {part.fail_minute} on, and never passes again.")
    if part.needs:
        wait = part.wait_minutes
        when = "" if wait is None else f", in about {span(timedelta(minutes=max(1, wait)))}"
        out.print(f"Missing: {escape(part.needs)}{when}.")
    if part.escalate:
        out.print(DECIDE)
    if text := evidence(part):
        out.print(f"[dim]{text}[/]")
    if explained:
        _print_explanation(out, [E_VALUES, *explain(recording.part, part)])


def print_judgements(
    out: Console,
    environment: str,
    judgements: Sequence[Judgement],
    failures: Mapping[str, str],
    *,
    explained: bool = False,
) -> None:
    """Print each judgement: its window, a line for each part, the verdict. Then the services that
    could not be judged, and why.
    """
    if not judgements and not failures:
        out.print(f"No service of {environment} is at a stage whose metrics can be compared.")
    for judgement in judgements:
        _print_judgement(out, judgement, explained)
    for service, text in failures.items():
        out.print(f"[bold red]No verdict[/] on {service}: {escape(text)}")


def _print_judgement(out: Console, judgement: Judgement, explained: bool) -> None:
    minutes = (judgement.end - judgement.start).total_seconds() / 60
    out.print(
        f"[bold]{judgement.service}[/] in {judgement.environment}: {judgement.stage}, "
        f"{judgement.weights}, since {local(judgement.since)}; judged "
        f"{short_moment(judgement.start)} to {short_moment(judgement.end)} ({minutes:.0f} min)"
    )
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, part in judgement.parts.items():
        text = "; ".join(filter(None, (part.reason, evidence(part))))
        table.add_row(f"  {name}", _styled(part.verdict), escape(text))
    out.print(table)
    for name, part in judgement.parts.items():
        if part.needs:
            out.print(f"Missing for {name}: {escape(_needs(judgement, part))}.")
    out.print(
        f"{_styled(judgement.verdict)} for {judgement.service} at {judgement.stage}. "
        f"{sight(judgement) or ''}".strip()
    )
    if judgement.escalate:
        out.print(DECIDE)
    if explained:
        _print_explanations(out, judgement)


def _needs(judgement: Judgement, part: Part) -> str:
    at = judgement.enough_at(part)
    return f"{part.needs}{f', about {weekday_moment(at)}' if at else ''}"


def _print_explanations(out: Console, judgement: Judgement) -> None:
    out.print(
        "[bold]How the numbers came to be[/]. The window begins when clients had followed the last "
        "move, or with the newest deployment. The newest 5 minutes are left out, because load "
        f"balancers send them late. {E_VALUES}"
    )
    for name, part in judgement.parts.items():
        out.print(f"  [bold]{name}[/]")
        _print_explanation(out, explain(name, part))


def _print_explanation(out: Console, sentences: Sequence[str]) -> None:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for sentence in sentences:
        table.add_row("   -", escape(sentence))
    out.print(table)


def _styled(verdict: Verdict) -> str:
    return f"[bold {_STYLES[verdict]}]{verdict}[/]"
