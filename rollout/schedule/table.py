"""The planned moves as a table in the terminal, and as data."""

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.table import Column, Table
from rich.text import Text

from pay.model import Environment, Scope, Stage, Timing
from pay.model.stage.dwell import PEAK_END, PEAK_START, shortest_dwell
from rollout.moves.standings import Standings
from rollout.schedule.timetable import PlannedWave
from rollout.terminal.time_text import short_date, span

MILESTONES = (Stage.DARK, Stage.CANARY, Stage.CUTOVER, Stage.DETACHED, Stage.RETIRED)
"""The stages that people are shown: where a service begins, first serves, has moved, is over."""


def rules(standings: Standings, environment: Environment) -> str:
    """Return the sentences that explain the dates."""
    slowest = max(s.timing.longest_request_seconds for s in standings.catalogue.values())
    timing = Timing(longest_request_seconds=slowest)
    dwells = ", ".join(
        f"{stage} {span(dwell)}"
        for stage in environment.ladder.stages
        if (dwell := shortest_dwell(stage, timing))
    )
    follows = f" Nothing is before {environment.follows}." if environment.follows else ""
    return (
        f"Earliest dates. Shortest stays: {dwells}. Moves are made on working days at 09:00 or "
        f"{PEAK_END:%H:%M} local time, outside the daily peak ({PEAK_START:%H:%M} to "
        f"{PEAK_END:%H:%M}). One stage from quarter to most spans a whole peak.{follows}"
    )


def as_table(
    standings: Standings, environment: Environment, plan: Sequence[PlannedWave], rules: str
) -> Table:
    """Return a service a row, with the dates of some stages as columns."""
    title = Text(f"Planned moves in {environment.name}")
    if environment.frozen:
        title.append(f"  frozen: {environment.frozen}")
    table = Table(
        Column("wave", no_wrap=True),
        Column("service", no_wrap=True),
        *(Column(stage.value, no_wrap=True, justify="right") for stage in MILESTONES),
        title=title,
        title_justify="left",
        caption=rules if plan else "Every service has moved.",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1),
    )
    for wave in plan:
        for number, service in enumerate(wave.services):
            at = {move.after: move.at for move in wave.moves if move.service == service}
            cells = [short_date(at[stage]) if stage in at else "" for stage in MILESTONES]
            is_inside = standings.catalogue[service].scope is Scope.INSIDE
            inside = " [magenta]CDE[/]" if is_inside else ""
            table.add_row("" if number else wave.title, service + inside, *cells)
        table.add_section()
    return table


def as_data(environment: Environment, plan: Sequence[PlannedWave]) -> dict[str, Any]:
    """Return every move, for programs."""
    return {
        "environment": environment.name,
        "frozen": environment.frozen,
        "waves": [
            {
                "title": wave.title,
                "services": list(wave.services),
                "moves": [
                    {
                        "service": move.service,
                        "from": move.before.value,
                        "to": move.after.value,
                        "weights": move.weights,
                        "earliest": move.at.isoformat(),
                    }
                    for move in wave.moves
                ],
            }
            for wave in plan
        ],
    }
