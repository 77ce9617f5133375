"""Prints refusals, mistakes, findings and JSON the same way for every command."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from pay.model.problem import InvalidInput
from rollout.terminal.refusal import Failed, Finding, Refused


def console() -> Console:
    """Return the console of standard output, for tables and sentences."""
    return Console(highlight=False)


def error_console() -> Console:
    """Return the console of standard error, for refusals, mistakes and progress."""
    return Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """Print JSON for programs, the same whatever the terminal."""
    typer.echo(json.dumps(value, indent=2, default=str, ensure_ascii=False))


@contextmanager
def reporting(as_json: bool = False) -> Iterator[None]:
    """Turn a refusal, a mistake in a file or a failure into text or JSON and exit code 1."""
    try:
        yield
    except Refused as refusal:
        if as_json:
            print_json(
                {"refused": refusal.what, "findings": [_as_data(f) for f in refusal.findings]}
            )
        else:
            error = error_console()
            error.print(f"[bold red]Refused:[/] {escape(refusal.what)}. Nothing was written.")
            print_findings(error, refusal.findings)
        raise typer.Exit(1) from None
    except InvalidInput as mistakes:
        if as_json:
            print_json({"invalid": [str(problem) for problem in mistakes.problems]})
        else:
            print_problems("[bold red]Invalid input.[/] Nothing was written.", mistakes)
        raise typer.Exit(1) from None
    except (Failed, OSError) as error:
        if as_json:
            print_json({"invalid": [str(error)]})
        else:
            error_console().print(f"[bold red]Failed.[/] {escape(str(error))}")
        raise typer.Exit(1) from None


def print_problems(heading: str, mistakes: InvalidInput) -> None:
    """Print a heading in Rich's markup, then each problem on its own line."""
    error = error_console()
    error.print(heading)
    for problem in mistakes.problems:
        error.print(Padding(escape(str(problem)), (0, 0, 0, 2)))


def print_findings(out: Console, findings: Sequence[Finding]) -> None:
    """Print each finding with its reason, and below it what to do."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(overflow="fold")  # a path or a line of JSON is not cut
    for finding in findings:
        style, mark = ("red", "x") if finding.refuses else ("yellow", "!")
        table.add_row(f"[{style}]{mark} {finding.gate}[/]", escape(finding.reason))
        table.add_row("", f"[dim]->[/] {escape(finding.fix)}")
    if findings:
        out.print(table)


def _as_data(finding: Finding) -> dict[str, str | bool]:
    return {
        "gate": finding.gate,
        "refuses": finding.refuses,
        "reason": finding.reason,
        "fix": finding.fix,
    }


def warnings_as_data(findings: Sequence[Finding]) -> list[dict[str, str | bool]]:
    """Return the findings that only warn, for JSON."""
    return [_as_data(finding) for finding in findings if not finding.refuses]


def wrong_use(message: str, parameter: str) -> typer.BadParameter:
    """Return the exception that prints the usage line and ends with exit code 2."""
    return typer.BadParameter(message, param_hint=parameter)


def choose(name: str, allowed: Sequence[str], parameter: str) -> str:
    """Return `name` when it is one of `allowed`.

    Raises typer.BadParameter that lists them otherwise.
    """
    if name in allowed:
        return name
    raise wrong_use(f"{name!r} is not one of {', '.join(allowed) or 'none'}.", parameter)
