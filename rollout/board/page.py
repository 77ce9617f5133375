"""The board as one HTML page, from files only."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pay.model import Environment, Stage
from pay.model.judging.part import Verdict
from pay.model.stage.parts import PartName
from pay.model.stage.rows import ROWS
from pay.model.stage.transitions import Direction
from pay.pages import templates
from rollout.board.board import BoardRow, by_chain, rows
from rollout.measure.judgement import Judgement
from rollout.measure.page import TONES
from rollout.moves.journal import Move
from rollout.moves.standings import Standings
from rollout.moves.verdicts import Verdicts
from rollout.schedule.table import MILESTONES
from rollout.schedule.timetable import PlannedMove, PlannedWave, timetable
from rollout.sleep.hours import by_plan
from rollout.terminal.time_text import local, short_date, span, weekday_moment

LINE_HEIGHT = 26
WIDTH = 1000
"""Of the plot, in its own units. The page scales it."""


@dataclass(frozen=True)
class HistoryEvent:
    """A move or a verdict in a service's history."""

    at: datetime
    title: str
    details: tuple[str, ...]
    tone: str
    """The colour beside the words: `good`, `bad`, `care` or `quiet`."""

    @property
    def when(self) -> str:
        return local(self.at)


SPARKS = 24
"""The newest verdicts that a row draws."""


@dataclass(frozen=True)
class Spark:
    """A verdict in the row of marks. Its height says it without a colour."""

    x: int
    y: int
    height: int
    tone: str


_SPARKS = {Verdict.PASS: (0, 16), Verdict.NOT_ENOUGH_DATA: (10, 6), Verdict.FAIL: (16, 8)}
"""Top and height: PASS stands high, NOT ENOUGH DATA low, FAIL hangs below the line."""


@dataclass(frozen=True)
class ServiceOnBoard:
    """A service as the page shows it."""

    row: BoardRow
    verdicts: tuple[Judgement, ...]
    next_at: datetime | None
    history: tuple[HistoryEvent, ...]
    now: datetime

    @property
    def since(self) -> str:
        if self.row.since is None:
            return "changed by hand" if self.row.by_hand else "not moved yet"
        ago = span(self.now - self.row.since, units=1).replace(" ", "\N{NO-BREAK SPACE}")
        return f"{short_date(self.row.since)}, {ago} ago"

    @property
    def verdict(self) -> Judgement | None:
        """Return the last verdict."""
        return self.verdicts[-1] if self.verdicts else None

    @property
    def sparks(self) -> tuple[Spark, ...]:
        """Return the newest verdicts as marks, the oldest first."""
        newest = self.verdicts[-SPARKS:]
        return tuple(
            Spark(6 * number, *_SPARKS[each.verdict], TONES[each.verdict])
            for number, each in enumerate(newest)
        )

    @property
    def sparks_in_words(self) -> str:
        counts = Counter(each.verdict for each in self.verdicts[-SPARKS:])
        texts = (f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
        return f"The last {counts.total()} verdicts: {', '.join(texts)}"

    @property
    def runbook(self) -> tuple[str, str]:
        """Return the page that helps with what is next, and the words of its link."""
        if self.is_current and self.verdict and self.verdict.verdict is Verdict.FAIL:
            return "roll-back.md", "How to roll back"
        if self.row.stage.is_in_flight and not (
            self.is_current and self.verdict and self.verdict.verdict is Verdict.PASS
        ):
            return "judge-a-stage.md", "How to judge it"
        return "move-a-service-one-stage.md", "How to move it on"

    @property
    def waits_for(self) -> tuple[str, ...]:
        """Return what is not there yet: gates that time or neighbours open, and what somebody has
        to show. A service that has not begun waits for its turn only.
        """
        return (
            *(finding.reason for finding in self.row.waits_for),
            *(self._to_show() if self.row.stage is not Stage.LEGACY else ()),
        )

    def _to_show(self) -> Iterator[str]:
        here, after = ROWS[self.row.stage], self.row.next_stage
        if after is None:
            return
        judged = self.verdict if self.is_current else None
        if not here.judged_by:
            yield from (f"somebody to show: {each}" for each in here.before_leaving)
        elif here.before_leaving and (judged is None or judged.verdict is not Verdict.PASS):
            yield "a PASS of the judge"
            yield from _missing(judged) if judged else ()
        if judged and judged.escalate:
            yield "a person to decide: more data would not end the doubt"
        if ROWS[after].needs_approver:
            yield "somebody who may agree to it"

    @property
    def verdict_reasons(self) -> str:
        """Return what made the last verdict: of a PASS the errors, or the first part."""
        if self.verdict is None:
            return ""
        if self.verdict.verdict is not Verdict.PASS:
            return self.verdict.reasons(self.verdict.verdict)
        parts = self.verdict.parts
        shown = parts.get(PartName.ERRORS) or next(iter(parts.values()), None)
        return shown.reason if shown else ""

    @property
    def verdict_age(self) -> str:
        return span(self.now - self.verdict.end, units=1) if self.verdict else ""

    @property
    def is_current(self) -> bool:
        """Return whether the last verdict is of this stay at the stage."""
        if self.verdict is None or self.verdict.stage is not self.row.stage:
            return False
        return self.row.since is None or self.verdict.end > self.row.since

    @property
    def next_on(self) -> str:
        return short_date(self.next_at) if self.next_at else ""


@dataclass(frozen=True)
class TimelineMark:
    """A planned move on the timeline."""

    x: float
    label: str
    title: str


@dataclass(frozen=True)
class ChartLine:
    """A service on the timeline."""

    service: str
    y: int
    begins: float
    ends: float
    marks: tuple[TimelineMark, ...]


@dataclass(frozen=True)
class Timeline:
    """The plan of moves of an environment, drawn from its first to its last day."""

    lines: tuple[ChartLine, ...]
    months: tuple[tuple[float, str], ...]
    waves: tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...]
    """Each wave's title, and its services with the dates of the marked stages, as text."""

    @property
    def height(self) -> int:
        return LINE_HEIGHT * len(self.lines)


@dataclass(frozen=True)
class EnvironmentOnBoard:
    """An environment as the page shows it."""

    target: Environment
    in_flight: int
    services: tuple[ServiceOnBoard, ...]
    timeline: Timeline | None
    problems: tuple[str, ...]
    hours: str | None
    """The hours of its plan for sleep; None if it never sleeps."""


def as_page(standings: Standings, verdicts: Verdicts, *, runbooks: str = "docs/tasks") -> str:
    """Return the page of every environment; `runbooks` is where the task pages are."""
    names = by_chain(standings.environments)
    board = rows(standings, names)
    environments = [_environment(standings, verdicts, board, name) for name in names]
    page = templates("rollout.board").get_template("board.html.j2")
    return page.render(
        environments=environments,
        made=local(standings.now),
        marked=MILESTONES,
        runbooks=runbooks.rstrip("/"),
        width=WIDTH,
        line_height=LINE_HEIGHT,
    )


def _environment(
    standings: Standings, verdicts: Verdicts, board: Sequence[BoardRow], name: str
) -> EnvironmentOnBoard:
    plan = timetable(standings, name, standings.now.date())
    moves = [move for wave in plan for move in wave.moves]
    own = [row for row in board if row.environment == name]
    problems = (c.text for row in own for c in row.collisions if not c.allowed_because)
    target = standings.environments[name]
    return EnvironmentOnBoard(
        target=target,
        in_flight=sum(row.stage.is_in_flight for row in own),
        services=tuple(_service(standings, verdicts, row, moves) for row in own),
        timeline=_timeline(plan),
        problems=tuple(dict.fromkeys(problems)),
        hours=by_plan(target.sleep, standings.now) if target.sleep else None,
    )


def _service(
    standings: Standings, verdicts: Verdicts, row: BoardRow, moves: Sequence[PlannedMove]
) -> ServiceOnBoard:
    verdicts_of_service = verdicts.get((row.environment, row.service), ())
    recorded = standings.moves(row.environment, row.service)
    history = [*map(_moved, recorded), *map(_judged, verdicts_of_service)]
    return ServiceOnBoard(
        row=row,
        verdicts=verdicts_of_service,
        next_at=next((move.at for move in moves if move.service == row.service), None),
        history=tuple(sorted(history, key=lambda event: event.at, reverse=True)),
        now=standings.now,
    )


def _missing(judgement: Judgement) -> Iterator[str]:
    """Yield what each part needs to PASS, and when it will be there at the rate of now."""
    for name, part in judgement.parts.items():
        if part.needs:
            at = judgement.enough_at(part)
            yield f"{name}: {part.needs}{f', about {weekday_moment(at)}' if at else ''}"


def _moved(move: Move) -> HistoryEvent:
    is_back = move.direction is Direction.ROLLBACK
    reasons: tuple[str | None, ...] = (
        f"by {move.by}",
        move.evidence and f"evidence: {move.evidence}",
        move.because and f"because: {move.because}",
        move.adjacent and f"beside a neighbour: {move.adjacent}",
        f"agreed: {', '.join(move.approvers)}" if move.approvers else None,
    )
    return HistoryEvent(
        at=move.at,
        title=f"{'rolled back' if is_back else 'moved'} {move.before} → {move.after}, "
        f"{move.weights}",
        details=tuple(filter(None, reasons)),
        tone="care" if is_back else "quiet",
    )


def _judged(judgement: Judgement) -> HistoryEvent:
    parts = judgement.parts.items()
    return HistoryEvent(
        at=judgement.end,
        title=f"{judgement.verdict} at {judgement.stage}",
        details=tuple(f"{name} {part.verdict}: {part.reason}" for name, part in parts),
        tone=TONES[judgement.verdict],
    )


def _timeline(plan: Sequence[PlannedWave]) -> Timeline | None:
    moves = [move for wave in plan for move in wave.moves]
    if not moves:
        return None
    first = min(move.at for move in moves)
    last = max(move.at for move in moves) + timedelta(days=1)
    scale = WIDTH / (last - first).total_seconds()

    def x(moment: datetime) -> float:
        return round((moment - first).total_seconds() * scale, 1)

    lines: list[ChartLine] = []
    for wave in plan:
        for service in wave.services:
            own = [move for move in wave.moves if move.service == service]
            if own:
                y = LINE_HEIGHT * len(lines)
                marks = tuple(
                    TimelineMark(x(m.at), m.after.value, f"{service}: {m.after}, {local(m.at)}")
                    for m in own
                    if m.after in MILESTONES
                )
                lines.append(ChartLine(service, y, x(own[0].at), x(own[-1].at), marks))
    texts = tuple(
        (wave.title, tuple((service, tuple(_dates(service, wave))) for service in wave.services))
        for wave in plan
    )
    return Timeline(tuple(lines), tuple((x(m), f"{m:%b %Y}") for m in _months(first, last)), texts)


def _dates(service: str, wave: PlannedWave) -> Iterator[str]:
    """Yield the date of each marked stage; empty where the service is beyond it."""
    at = {move.after: move.at for move in wave.moves if move.service == service}
    return (short_date(at[stage]) if stage in at else "" for stage in MILESTONES)


def _months(first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the first day of each month after `first`."""
    month = first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while True:
        month = (month + timedelta(days=32)).replace(day=1)
        if month >= last:
            return
        yield month
