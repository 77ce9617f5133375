"""The lines of what watches an environment, as data and for a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from rollout.contracts.seen import SeenState
from rollout.terminal.tables import print_table
from rollout.watching.line import WatchingLine, is_all_on

_STYLES = {SeenState.ON: "green", SeenState.OFF: "red", SeenState.NOT_OURS: "yellow"}


def as_data(environment: str, at: str, lines: Sequence[WatchingLine]) -> Mapping[str, Any]:
    """Return the lines for programs, and as evidence; `at` is when AWS was asked, in UTC."""
    return {
        "environment": environment,
        "at": at,
        "all_on": is_all_on(lines),
        "lines": [line.as_data() for line in lines],
    }


def print_report(out: Console, environment: str, lines: Sequence[WatchingLine]) -> None:
    """Print a row for each line, and their sum."""
    table = Table(
        Column("thing", overflow="fold"),
        Column("state", no_wrap=True),
        Column("AWS says", overflow="fold"),
        Column("PCI DSS", no_wrap=True),
    )
    for line in lines:
        state = f"[{_STYLES[line.state]}]{line.state}[/]"
        shown = escape(line.shown) + (f"\n[dim]->[/] {escape(line.fix)}" if line.fix else "")
        table.add_row(escape(line.thing), state, shown, "\n".join(line.requirements))
    print_table(out, table)
    off = sum(line.state is SeenState.OFF for line in lines)
    unseen = sum(line.state is SeenState.NOT_OURS for line in lines)
    hidden = f" Not ours to see: {unseen}." if unseen else ""
    if off:
        out.print(f"{escape(environment)}: {off} of {len(lines)} are off.{hidden}")
    else:
        out.print(f"{escape(environment)}: nothing is off.{hidden}")
