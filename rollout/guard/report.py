"""Prints the guard's verdict on every stack, and below it the findings, rule by rule."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from pay.model.problem import InvalidInput
from rollout.guard.by_rule import RuleFindings, by_rule
from rollout.guard.rule import Context
from rollout.guard.rules import REASONS, RULES
from rollout.guard.sleeping import sleeping
from rollout.guard.verdict import GuardVerdict, Refusal
from rollout.terminal.console import print_json, print_problems


def as_data(context: Context, verdict: GuardVerdict) -> dict[str, Any]:
    """Return the verdict for programs. The digests identify the files that were judged."""
    return {
        "verdict": "clean" if verdict.is_clean else "refused",
        "plans": [
            {"stack": plan.stack.id, "file": str(plan.path), "sha256": plan.sha256}
            for plan in context.plans
        ],
        "asleep": list(sleeping(context)),
        "findings": [_as_data(refusal) for refusal in verdict.refusals],
        "allowed": dict(verdict.allowances),
        "unused_allowances": list(verdict.unused),
    }


def print_verdict(out: Console, context: Context, verdict: GuardVerdict) -> None:
    """Print a line for each stack, then each rule once, with all that it saw and what to do."""
    for plan in context.plans:
        here = [refusal for refusal in verdict.refusals if refusal.stack == plan.stack.id]
        count = f"  {_count(here, 'finding')}" if here else ""
        out.print(f"{_mark(here)} [bold]{plan.stack.id}[/]{count}")
    if asleep := [*sleeping(context)]:
        out.print(f"[blue]zz[/] asleep, without a task: {', '.join(asleep)}")
    for findings in by_rule(verdict.refusals):
        _print_findings(out, findings)
    for rule in verdict.unused:
        out.print(f"[yellow]![/] --allow {rule} was not needed: it refuses nothing here")
    plans = _count(context.plans, "plan")
    if verdict.is_clean:
        allowed = _count(verdict.allowed, "finding")
        passed = f", {allowed} by break-glass" if verdict.allowed else ""
        out.print(f"[green]Clean:[/] {plans} by {len(RULES)} rules{passed}.")
    else:
        refused = _count(verdict.refused, "finding")
        stacks = len({refusal.stack for refusal in verdict.refused})
        out.print(f"[red]Refused:[/] {refused} in {stacks} of {plans}.")


def print_rules(out: Console) -> None:
    """Print every rule: what it protects, and why."""
    for rule, reason in REASONS.items():
        out.print(f"[bold]{rule}[/]")
        out.print(Padding(escape(" ".join(reason.split())), (0, 0, 1, 2)))


def print_mistakes(mistakes: InvalidInput, *, as_json: bool) -> None:
    """Print the mistakes that kept the guard from judging at all."""
    if as_json:
        print_json({"verdict": "not judged", "invalid": list(map(str, mistakes.problems))})
        return
    print_problems("[bold red]Not judged:[/] do not apply these plans.", mistakes)


def _print_findings(out: Console, findings: RuleFindings) -> None:
    because = findings.allowed_because
    style, mark = ("red", "x") if because is None else ("yellow", "!")
    out.print(f"  [{style}]{mark} {findings.rule}[/]")
    if because is not None:
        out.print(Padding(f"[yellow]allowed by break-glass:[/] {escape(because)}", (0, 0, 0, 4)))
    for advice in findings.advices:
        for place in advice.places:
            where = ", ".join((*place.stacks, *place.addresses))
            out.print(Padding(f"[bold]{escape(where)}[/]: {escape(place.text)}", (0, 0, 0, 4)))
        if because is None:
            out.print(Padding(f"[dim]->[/] {escape(advice.do)}", (0, 0, 0, 4)))


def _as_data(refusal: Refusal) -> dict[str, Any]:
    """Return the parts of a refusal and of its finding, side by side."""
    data = asdict(refusal)
    return {**data, **data.pop("finding")}


def _mark(refusals: Sequence[Refusal]) -> str:
    if any(refusal.allowed_because is None for refusal in refusals):
        return "[red]x[/]"
    return "[yellow]![/]" if refusals else "[green]ok[/]"


def _count(items: Sequence[object], noun: str) -> str:
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"
