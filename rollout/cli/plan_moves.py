"""Show when each move can happen.

Waves follow the call graph; each move gets its earliest date. No two neighbours move in one wave,
called services move before their callers, the cardholder data environment moves last. Moves are
made on working days, before or after the daily peak.

Example: `pay plan-moves production-2 --start 2026-12-01 --markdown moves.md --ics moves.ics`
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from rollout.moves.standings import load_standings
from rollout.schedule.calendar import as_calendar
from rollout.schedule.markdown import as_markdown
from rollout.schedule.table import as_data, as_table, rules
from rollout.schedule.timetable import timetable
from rollout.terminal.arguments import EnvironmentName, Json, environments_folder, now
from rollout.terminal.console import choose, console, print_json
from rollout.terminal.output_files import STANDARD_OUTPUT, writable, write_output
from rollout.terminal.tables import print_table

FURTHEST_YEARS = 20
"""Beyond it nobody plans, and bank holidays are not known."""


def plan_moves(
    environment: EnvironmentName,
    start: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The first day; default: today."),
    ] = None,
    markdown: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write Markdown with a Gantt chart; - prints it.",
            callback=writable,
        ),
    ] = None,
    ics: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a calendar file; - prints it.", callback=writable),
    ] = None,
    as_json: Json = False,
) -> None:
    asked = (("--markdown -", markdown), ("--ics -", ics))
    printed = [name for name, path in asked if path == STANDARD_OUTPUT] + ["--json"] * as_json
    if len(printed) > 1:
        message = "only one of them can be printed; give one."
        raise typer.BadParameter(message, param_hint=" and ".join(printed))
    standings = load_standings(environments_folder(), now(), environment)
    if start and abs(start.year - standings.now.year) > FURTHEST_YEARS:
        message = f"found {start.date()}; give a day within {FURTHEST_YEARS} years from today."
        raise typer.BadParameter(message, param_hint="--start")
    target = choose(environment, standings.environments, "ENV")
    plan = timetable(standings, environment, (start or standings.now).date())
    sentences = rules(standings, target)
    if markdown is not None:
        write_output(markdown, as_markdown(target, plan, sentences).encode())
    if ics is not None:
        write_output(ics, as_calendar(target, plan, standings.now))
    if as_json:
        print_json(as_data(target, plan))
    elif not printed:
        table = as_table(standings, target, plan, sentences)
        print_table(console(), table, heading=1)
