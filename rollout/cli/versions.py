"""Show what is pinned, what is newer and what has ended.

Technologies without fixes from their maker need a plan (PCI DSS v4.0.1, 12.3.4). The newest known
versions are in rollout/versions/known.toml, each with a day and a source. It only reads, but for
`--refresh`.

Exit codes: 0 fine or planned, 1 something has lost its support or is not known, 2 wrong use.

Example: `pay versions --check-age 90d`
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from pay.files import read_text, replace_file
from rollout.terminal.arguments import Json, duration
from rollout.terminal.console import console, print_findings, print_json
from rollout.versions.known import KNOWN, load
from rollout.versions.pinned import pinned
from rollout.versions.refresh import newest, with_newest
from rollout.versions.report import as_data, findings, lines, print_report


def versions(
    check_age: Annotated[
        timedelta | None,
        typer.Option(
            "--check-age",
            metavar="TIME",
            parser=duration,
            help="Refuse what was checked longer ago: `90d`.",
        ),
    ] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Ask PyPI and npm, and write known.toml first.")
    ] = False,
    as_json: Json = False,
) -> None:
    today = datetime.now(UTC).date()
    pins = pinned()
    if refresh:
        text = read_text(KNOWN)
        replace_file(KNOWN, with_newest(text, newest(pins), today).encode())
    current = lines(pins, load())
    listed = findings(current, today, check_age)
    if as_json:
        print_json(as_data(current, today, listed))
    else:
        out = console()
        print_report(out, current, today)
        print_findings(out, listed)
    if any(each.refuses for each in listed):
        raise typer.Exit(1)
