"""What the guard prints: a verdict a stack, and under it what it saw and what to do."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from pay.model.problem import InvalidInput
from rollout.guard.context import Context
from rollout.guard.finding import Refusal
from rollout.guard.rules import REASONS, RULES
from rollout.guard.verdict import Verdict
from rollout.terminal.console import print_json, print_problems


def as_data(context: Context, verdict: Verdict) -> dict[str, Any]:
    """The verdict for programs. The digests say which files were judged."""
    return {
        "verdict": "clean" if verdict.is_clean else "refused",
        "plans": [
            {"stack": plan.stack.id, "file": str(plan.path), "sha256": plan.sha256}
            for plan in context.plans
        ],
        "findings": [_finding(refusal) for refusal in verdict.refusals],
        "allowed": dict(verdict.allowances),
        "unused_allowances": list(verdict.unused),
    }


def print_verdict(out: Console, context: Context, verdict: Verdict) -> None:
    """One paragraph a finding, stack by stack."""
    for plan in context.plans:
        here = [refusal for refusal in verdict.refusals if refusal.stack == plan.stack.id]
        out.print(f"{_mark(here)} [bold]{plan.stack.id}[/]")
        for refusal in here:
            _print_finding(out, refusal)
    for rule in verdict.unused:
        out.print(f"[yellow]![/] --allow {rule} was not needed: it refuses nothing here")
    stacks = len({refusal.stack for refusal in verdict.refused})
    if verdict.is_clean:
        passed = f", {_findings(verdict.allowed)} by break-glass" if verdict.allowed else ""
        out.print(f"[green]Clean:[/] {_count(context)} by {len(RULES)} rules{passed}.")
    else:
        out.print(
            f"[red]Refused:[/] {_findings(verdict.refused)} in {stacks} of {_count(context)}."
        )


def print_rules(out: Console) -> None:
    """Every rule: what it protects, and why."""
    for rule, reason in REASONS.items():
        out.print(f"[bold]{rule}[/]")
        out.print(Padding(escape(" ".join(reason.split())), (0, 0, 1, 2)))


def print_mistakes(mistakes: InvalidInput, *, as_json: bool) -> None:
    """What kept the guard from judging at all."""
    if as_json:
        print_json({"verdict": "not judged", "invalid": list(map(str, mistakes.problems))})
        return
    print_problems("[bold red]Not judged.[/] Nothing of it may be applied.", mistakes)


def _print_finding(out: Console, refusal: Refusal) -> None:
    style, mark = ("yellow", "!") if refusal.is_allowed else ("red", "x")
    finding = refusal.finding
    out.print(f"  [{style}]{mark} {refusal.rule}[/]  {escape(finding.address)}")
    out.print(Padding(escape(finding.saw), (0, 0, 0, 4)))
    if refusal.allowed_because is not None:
        why = f"[yellow]allowed by break-glass:[/] {escape(refusal.allowed_because)}"
        out.print(Padding(why, (0, 0, 0, 4)))
    else:
        out.print(Padding(f"[dim]->[/] {escape(finding.do)}", (0, 0, 0, 4)))


def _finding(refusal: Refusal) -> dict[str, Any]:
    return {
        "rule": refusal.rule,
        "stack": refusal.stack,
        "address": refusal.finding.address,
        "saw": refusal.finding.saw,
        "do": refusal.finding.do,
        "allowed_because": refusal.allowed_because,
    }


def _mark(refusals: Sequence[Refusal]) -> str:
    if any(not refusal.is_allowed for refusal in refusals):
        return "[red]x[/]"
    return "[yellow]![/]" if refusals else "[green]ok[/]"


def _findings(refusals: Sequence[Refusal]) -> str:
    return f"{len(refusals)} finding{'' if len(refusals) == 1 else 's'}"


def _count(context: Context) -> str:
    return f"{len(context.plans)} plan{'' if len(context.plans) == 1 else 's'}"
