"""Findings with what the team did about them and what it had moved before they began."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from pay.model import Stage
from rollout.findings.answer_record import FindingAnswer, acknowledgement, closure
from rollout.findings.deadlines import deadline, is_late, rule
from rollout.findings.finding import NOT_IN_THE_CATALOGUE, FindingState, SecurityFinding
from rollout.moves.journal import Move
from rollout.moves.standings import Standings
from rollout.terminal.time_text import span


@dataclass(frozen=True)
class FindingLine:
    """A finding as a person has to see it."""

    finding: SecurityFinding
    """In the state that the tool, the team and the suppressions give it together."""
    now: datetime
    stages: tuple[tuple[str, Stage], ...] = ()
    """Each of its services with the stage it is at."""
    moved: tuple[str, Move] | None = None
    """A service of it and the last move of that service before it was first seen."""
    begun: FindingAnswer | None = None
    """Since when somebody looks at it."""
    closed: FindingAnswer | None = None
    minutes: int | None = None
    """The minutes spent on it so far, over all of its closures; None if nothing is known."""

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def deadline(self) -> date | None:
        return deadline(self.finding)

    @property
    def rule(self) -> str:
        return rule(self.finding)

    @property
    def is_late(self) -> bool:
        return is_late(self.finding, self.today)

    @property
    def age(self) -> timedelta:
        """Return how long ago it was first seen, never less than nothing, because AWS's clock may
        be a moment ahead.
        """
        return max(self.now - self.finding.first_seen, timedelta())

    @property
    def group(self) -> str:
        """Return its services, or that it has none that is known."""
        return ", ".join(self.finding.services) or NOT_IN_THE_CATALOGUE

    @property
    def since_the_move(self) -> str | None:
        """Return how long after a move it was first seen: `12 min after canary`."""
        if self.moved is None:
            return None
        service, move = self.moved
        after = span(self.finding.first_seen - move.at, units=1)
        which = f" of {service}" if len(self.stages) > 1 else ""
        return f"{after} after {move.after}{which}"


def lines(
    findings: Iterable[SecurityFinding],
    answers: Sequence[FindingAnswer],
    standings: Standings,
    environment: str,
    since: datetime,
) -> tuple[FindingLine, ...]:
    """Return open findings, and those that ended after `since`: the late ones and worst first."""
    all_ = (_line(each, answers, standings, environment) for each in findings)
    shown = [
        each
        for each in all_
        if each.finding.state is FindingState.OPEN
        or each.finding.last_seen >= since
        or (each.closed and each.closed.at >= since)
    ]
    return tuple(sorted(shown, key=_order))


def _order(line: FindingLine) -> tuple[object, ...]:
    return (
        tuple(FindingState).index(line.finding.state),
        not line.is_late,
        line.finding.severity.rank,
        line.group,
        line.finding.first_seen,
    )


def _line(
    finding: SecurityFinding,
    answers: Sequence[FindingAnswer],
    standings: Standings,
    environment: str,
) -> FindingLine:
    closed = closure(finding, answers)
    if closed:
        finding = replace(finding, state=FindingState.RESOLVED)
    spent = [
        each.minutes for each in answers if each.key == finding.key and each.minutes is not None
    ]
    stages = standings.stages(environment)
    return FindingLine(
        finding=finding,
        now=standings.now,
        stages=tuple((name, stages[name]) for name in finding.services if name in stages),
        moved=_last_move(finding, standings, environment),
        begun=acknowledgement(finding.key, answers),
        closed=closed,
        minutes=sum(spent) if spent else None,
    )


def _last_move(
    finding: SecurityFinding, standings: Standings, environment: str
) -> tuple[str, Move] | None:
    moves = [
        (service, move)
        for service in finding.services
        for move in standings.moves(environment, service)
        if move.at <= finding.first_seen
    ]
    return max(moves, key=lambda each: each[1].at, default=None)
