"""What every command prints the same way: refusals, mistakes, JSON."""

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
from rollout.moves.gates import Finding


class Refused(Exception):
    """A command does not do what it was asked for; nothing was written."""

    def __init__(self, what: str, findings: Sequence[Finding]) -> None:
        self.what = what
        self.findings = tuple(findings)
        super().__init__(what)


def console() -> Console:
    """Where tables and sentences go."""
    return Console(highlight=False)


def print_json(value: Any) -> None:
    """JSON for programs, the same whatever the terminal."""
    typer.echo(json.dumps(value, indent=2, default=str, ensure_ascii=False))


@contextmanager
def reporting(as_json: bool) -> Iterator[None]:
    """Turns a refusal or a mistake in a file into text or JSON and exit code 1."""
    try:
        yield
    except Refused as refusal:
        if as_json:
            print_json(
                {"refused": refusal.what, "findings": [_as_data(f) for f in refusal.findings]}
            )
        else:
            error = Console(stderr=True, highlight=False)
            error.print(f"[bold red]Refused:[/] {escape(refusal.what)}. Nothing was written.")
            print_findings(error, refusal.findings)
        raise typer.Exit(1) from None
    except InvalidInput as mistakes:
        if as_json:
            print_json({"invalid": [str(problem) for problem in mistakes.problems]})
        else:
            error = Console(stderr=True, highlight=False)
            error.print("[bold red]Invalid input.[/] Nothing was written.")
            for problem in mistakes.problems:
                error.print(Padding(escape(str(problem)), (0, 0, 0, 2)))
        raise typer.Exit(1) from None
    except OSError as error:
        if as_json:
            print_json({"invalid": [str(error)]})
        else:
            Console(stderr=True, highlight=False).print(
                f"[bold red]Failed.[/] {escape(str(error))}"
            )
        raise typer.Exit(1) from None


def print_findings(out: Console, findings: Sequence[Finding]) -> None:
    """Each finding with its reason, and below it what to do."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(overflow="fold")  # a path or a line of JSON is no word to be cut
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
    """The findings that only warn, for JSON."""
    return [_as_data(finding) for finding in findings if not finding.refuses]


def wrong_use(message: str, parameter: str) -> typer.BadParameter:
    """Exit code 2, with the usage line."""
    return typer.BadParameter(message, param_hint=parameter)


def choose(name: str, allowed: Sequence[str], parameter: str) -> str:
    """`name` when it is one of `allowed`, else wrong use that names them."""
    if name in allowed:
        return name
    raise wrong_use(f"{name!r} is not one of {', '.join(allowed) or 'none'}.", parameter)
