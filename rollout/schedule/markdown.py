"""The planned moves as Markdown, with a Gantt chart that GitHub and GitLab draw (Mermaid)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from pay.model import Environment, Stage
from pay.model.stage.dwell import LOCAL_ZONE
from rollout.schedule.timetable import PlannedMove, PlannedWave
from rollout.terminal.time_text import local

_PHASES = (
    ("dark", Stage.DARK, Stage.CANARY),
    ("weights", Stage.CANARY, Stage.CUTOVER),
    ("soak", Stage.CUTOVER, Stage.DETACHED),
)
"""The bars of a service: from the first stage to the second."""


def as_markdown(environment: Environment, plan: Sequence[PlannedWave], rules: str) -> str:
    """A heading, the rules, the chart and a table of every move for each wave."""
    return "\n".join(_lines(environment, plan, rules)) + "\n"


def _lines(environment: Environment, plan: Sequence[PlannedWave], rules: str) -> Iterator[str]:
    yield f"# Planned moves in {environment.name}"
    yield ""
    if environment.frozen:
        yield f"**Frozen**: {environment.frozen}. The dates hold from the day that this ends."
        yield ""
    if not plan:
        yield "Every service has moved."
        return
    yield rules
    yield ""
    yield "```mermaid"
    yield from _gantt(environment, plan)
    yield "```"
    for wave in plan:
        yield ""
        yield f"## {wave.title}: {', '.join(wave.services)}"
        yield ""
        yield "| earliest | service | move | ec2/fargate |"
        yield "|---|---|---|---|"
        for move in wave.moves:
            yield (
                f"| {local(move.at)} | {move.service} | {move.before} -> {move.after} "
                f"| {move.weights} |"
            )


def _gantt(environment: Environment, plan: Sequence[PlannedWave]) -> Iterator[str]:
    yield "gantt"
    yield f"    title {environment.name}"
    yield "    dateFormat YYYY-MM-DD HH:mm"
    yield "    axisFormat %d %b"
    begin = min(wave.start for wave in plan)
    for wave in plan:
        yield f"    section {wave.title}"
        for service in wave.services:
            moves = [move for move in wave.moves if move.service == service]
            yield from _bars(service, moves, begin)


def _bars(service: str, moves: Sequence[PlannedMove], begin: datetime) -> Iterator[str]:
    """One bar a phase that ends in the plan, from its start or from the plan's, and a milestone."""
    at = {move.after: move.at for move in moves}
    for label, first, last in _PHASES:
        start = at.get(first, begin)
        if last in at and start < at[last]:
            yield f"    {service} {label} :{_when(start)}, {_when(at[last])}"
    yield f"    {service} retired :milestone, {_when(at[Stage.RETIRED])}, 0d"


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(LOCAL_ZONE):%Y-%m-%d %H:%M}"
