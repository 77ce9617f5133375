"""A verdict of smoke tests as text, and as data."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rollout.smoke.verdict import Outcome, ScenarioOutcome, SmokeVerdict
from rollout.terminal.tables import print_table

SCHEMA = 1

_STYLES = {Outcome.PASSED: "green", Outcome.FAILED: "red", Outcome.NOT_KNOWN: "yellow"}


def as_data(verdict: SmokeVerdict) -> dict[str, Any]:
    """Return a verdict for programs."""
    data = verdict.model_dump(mode="json")
    return {"schema": SCHEMA, "verdict": verdict.outcome.value, **data}


def print_verdict(out: Console, verdict: SmokeVerdict) -> None:
    """Print the verdict, then each scenario with what it showed."""
    style = _STYLES[verdict.outcome]
    out.print(
        f"[bold]{verdict.environment}[/] on [bold]{verdict.side}[/]: "
        f"[bold {style}]{verdict.outcome}[/]"
    )
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("scenario", "shows", "seconds", "why"):
        table.add_column(heading, overflow="fold")
    for each in verdict.outcomes:
        style = _STYLES[each.outcome] if each.quarantine is None else "dim"
        table.add_row(
            each.scenario,
            f"[{style}]{each.outcome}[/]",
            f"{each.seconds:g}",
            escape("; ".join(filter(None, (_quarantine(each), each.reason)))),
        )
    print_table(out, table)
    if verdict.outcome is not Outcome.PASSED:
        out.print(f"[dim]->[/] {_next(verdict)}")


def _quarantine(each: ScenarioOutcome) -> str:
    return f"does not count, in quarantine by {each.quarantine}" if each.quarantine else ""


def _next(verdict: SmokeVerdict) -> str:
    if verdict.outcome is Outcome.FAILED:
        return (
            "look at the screenshots of the run in CloudWatch Synthetics, or run the scenario with "
            "--local. Move nothing to this side"
        )
    if any(each.third_party for each in verdict.counted):
        return (
            "look at the status page of the third party and run it again. If it stays down, put "
            "the scenario in quarantine in constructs/pay/catalogue/scenarios.py"
        )
    return "a test that did not run has not passed: repair what is named above and run it again"
