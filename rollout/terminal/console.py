"""Prints refusals, mistakes, findings and JSON the same way for every command."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from typer.core import TyperCommand, TyperGroup

from pay.model.problem import InvalidInput
from pay.model.pydantic_errors import to_problems
from pay.shown_text import printable
from rollout.terminal.refusal import Failed, Finding, Refused

Value = TypeVar("Value")


class Command(TyperCommand):
    """Reports every refusal, mistake and failure of a command, as JSON where it has `--json`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter as error:
            if isinstance(error.__cause__, ValidationError):
                error.message = _in_words(error.__cause__)
            raise

    def invoke(self, ctx: Any) -> Any:
        with reporting(as_json=bool(ctx.params.get("as_json"))):
            return super().invoke(ctx)


def _in_words(error: ValidationError) -> str:
    """Return the mistake in an argument as other messages say it, where typer repeats pydantic."""
    [details, *_] = error.errors(include_url=False)
    if details["type"] == "value_error":
        return str(details["ctx"]["error"])
    return str(to_problems(error)[0])


class ShowsFirst(TyperGroup):
    """Runs `show` for arguments that begin with no command: `pay images test-12`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = args and args[0] in (*self.commands, "--help")
        return super().parse_args(ctx, args if named else ["show", *args])


class PrintableConsole(Console):
    """Shows control and invisible characters as escapes, wherever a text comes from."""

    def on_broken_pipe(self) -> None:
        raise  # the command ends as `toolchain.streams` says

    def render_str(self, text: str, **style: Any) -> Text:
        return super().render_str(printable(text), **style)


def console() -> Console:
    """Return the console of standard output, for tables and sentences."""
    out = PrintableConsole(highlight=False)
    if out.width < 1:  # some pipelines set COLUMNS=0, with which Rich prints nothing
        out.width = 80
    return out


def print_json(value: Any) -> None:
    """Print JSON for programs, the same whatever the terminal."""
    typer.echo(printable(json.dumps(value, indent=2, default=str, ensure_ascii=False)))


@contextmanager
def reporting(as_json: bool = False, exit_code: int = 1) -> Iterator[None]:
    """Turn a refusal, a mistake in a file or a failure into text or JSON and an exit code."""
    try:
        yield
    except Refused as refusal:
        if as_json:
            findings = [_as_data(finding) for finding in refusal.findings]
            print_json({"refused": refusal.what, "findings": findings})
        else:
            out = _error_console()
            out.print(f"[bold red]Refused:[/] {escape(refusal.what)}. Nothing was written.")
            print_findings(out, refusal.findings)
        raise typer.Exit(exit_code) from None
    except BrokenPipeError:
        raise
    except (InvalidInput, Failed, OSError) as error:
        if as_json:
            problems = error.problems if isinstance(error, InvalidInput) else [error]
            print_json({"invalid": list(map(str, problems))})
        elif isinstance(error, InvalidInput):
            print_problems("[bold red]Invalid input.[/] Nothing was written.", error)
        else:
            _error_console().print(f"[bold red]Failed.[/] {escape(str(error))}")
        raise typer.Exit(exit_code) from None


def print_problems(heading: str, mistakes: InvalidInput) -> None:
    """Print a heading in Rich's markup, then each problem on its own line."""
    out = _error_console()
    out.print(heading)
    for problem in mistakes.problems:
        out.print(Padding(escape(str(problem)), (0, 0, 0, 2)))


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


def _error_console() -> Console:
    return PrintableConsole(stderr=True, highlight=False)


def _as_data(finding: Finding) -> dict[str, str | bool]:
    return {key: getattr(finding, key) for key in ("gate", "refuses", "reason", "fix")}


def warnings_as_data(findings: Sequence[Finding]) -> list[dict[str, str | bool]]:
    """Return the findings that only warn, for JSON."""
    return [_as_data(finding) for finding in findings if not finding.refuses]


def choose(name: str, allowed: Mapping[str, Value], parameter: str) -> Value:
    """Return the value of a name. Raises typer.BadParameter, which lists the names, for another."""
    if name in allowed:
        return allowed[name]
    names = ", ".join(allowed) or "none"
    raise typer.BadParameter(f"{name!r} is not one of {names}.", param_hint=parameter)
