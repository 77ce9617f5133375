"""The planned moves as Markdown, with a Gantt chart that GitHub and GitLab draw (Mermaid)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from pay.model import Environment, Stage
from pay.model.stage.dwell import LOCAL_ZONE
from pay.pages import templates
from rollout.schedule.timetable import PlannedWave
from rollout.terminal.time_text import local

_PHASES = (
    ("dark", Stage.DARK, Stage.CANARY),
    ("weights", Stage.CANARY, Stage.CUTOVER),
    ("soak", Stage.CUTOVER, Stage.DETACHED),
)
"""The bars of a service. Each goes from the first stage to the second."""


def as_markdown(environment: Environment, plan: Sequence[PlannedWave], rules: str) -> str:
    """Return a heading, the rules, the chart and a table of every move for each wave."""
    return (
        templates("rollout.schedule")
        .get_template("moves.md.j2")
        .render(
            environment=environment,
            plan=plan,
            rules=rules,
            bars=partial(_bars, plan),
            local=local,
        )
    )


def _bars(plan: Sequence[PlannedWave], wave: PlannedWave) -> Iterator[str]:
    """Draw a bar a phase that ends in the plan, from its start or the plan's, and a milestone."""
    begin = min(each.start for each in plan)
    for service in wave.services:
        at = {move.after: move.at for move in wave.moves if move.service == service}
        for label, first, last in _PHASES:
            start = at.get(first, begin)
            if last in at and start < at[last]:
                yield f"{service} {label} :{_when(start)}, {_when(at[last])}"
        yield f"{service} retired :milestone, {_when(at[Stage.RETIRED])}, 0d"


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(LOCAL_ZONE):%Y-%m-%d %H:%M}"
