"""The earliest time of every move: dwell times, working days and the daily peak.

A move happens on a working day, before the peak or after it, never within. It starts at 09:00 or at
15:00 local time, when people can watch it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain

from pay.model import Environment, Stage, Timing
from pay.model.stage.dwell import LOCAL_ZONE, PEAK_END, has_seen_a_peak, peak_of, shortest_dwell
from pay.model.stage.transitions import promotion
from rollout.moves.journal import weights_text
from rollout.moves.standings import Standings
from rollout.schedule.waves import under_way, waves


@dataclass(frozen=True)
class PlannedMove:
    """One promotion and the earliest moment for it."""

    service: str
    before: Stage
    after: Stage
    weights: str
    at: datetime


@dataclass(frozen=True)
class PlannedWave:
    """Services that move at the same time."""

    title: str
    services: tuple[str, ...]
    moves: tuple[PlannedMove, ...]

    @property
    def start(self) -> datetime:
        return min(move.at for move in self.moves)


Arrivals = Mapping[str, Sequence[tuple[Stage, datetime]]]
"""The earliest time at which each service reaches each of its stages, in their order."""

SHORTEST_GAP = timedelta(minutes=1)
"""Two moves of one service never share a slot."""


def timetable(standings: Standings, environment: str, start: date) -> list[PlannedWave]:
    """Return the waves of an environment from `start` on, never before now nor before the
    environment that it follows.
    """
    first = max(datetime.combine(start, time(0), LOCAL_ZONE), standings.now)
    return _planned(standings, environment, first)


def _planned(standings: Standings, environment: str, start: datetime) -> list[PlannedWave]:
    target = standings.environments[environment]
    followed = _arrivals(standings, target.follows, start) if target.follows else {}
    stages = standings.stages(environment)
    begun = enumerate(under_way(stages, standings.catalogue))
    waiting = enumerate(waves(stages, standings.catalogue, target.max_in_flight), 1)
    groups = [("Then" if number else "Under way", group) for number, group in begun]
    groups += [(f"Wave {number}", group) for number, group in waiting]
    plan: list[PlannedWave] = []
    free_from = start
    for title, services in groups:
        walks = (_walk(standings, target, name, free_from, followed) for name in services)
        moves = sorted(chain(*walks), key=lambda move: move.at)
        plan.append(PlannedWave(title, services, tuple(moves)))
        # The next wave takes off when this one is out of flight. No weight can change any more.
        detached = [move.at + SHORTEST_GAP for move in moves if move.after is Stage.DETACHED]
        free_from = max([free_from, *detached])
    return plan


def _walk(
    standings: Standings,
    environment: Environment,
    service: str,
    free_from: datetime,
    followed: Arrivals,
) -> Iterator[PlannedMove]:
    """Return the moves of one service from its stage to `retired`."""
    timing = standings.catalogue[service].timing
    ladder = environment.ladder
    stage = environment.services[service].stage
    stays = standings.stays(environment.name, service)[:-1]
    entered = standings.since(environment.name, service) or free_from
    while (edge := promotion(ladder, stage)) is not None:
        earliest = max(
            free_from,
            entered + max(shortest_dwell(stage, timing), SHORTEST_GAP),
            _passed_at(edge.after, followed.get(service, ()), timing),
        )
        at = next_slot(earliest)
        if edge.after is Stage.CUTOVER:
            while not has_seen_a_peak(ladder, [*stays, (stage, entered, at)]):
                at = next_slot(at + SHORTEST_GAP)
        weights = weights_text(ladder.records(edge.after))
        yield PlannedMove(service, stage, edge.after, weights, at)
        stays.append((stage, entered, at))
        stage, entered = edge.after, at


def _arrivals(standings: Standings, environment: str, start: datetime) -> Arrivals:
    arrivals = {
        service: [(stage, standings.since(environment, service) or start)]
        for service, stage in standings.stages(environment).items()
    }
    for wave in _planned(standings, environment, start):
        for move in wave.moves:
            arrivals[move.service].append((move.after, move.at))
    return arrivals


def _passed_at(
    stage: Stage, arrivals: Sequence[tuple[Stage, datetime]], timing: Timing
) -> datetime:
    """Return when a stage is passed: its shortest stay is over, or a later one is reached."""
    passed = [
        at + shortest_dwell(stage, timing) if reached is stage else at
        for reached, at in arrivals
        if reached.position >= stage.position
    ]
    return min(passed, default=datetime.min.replace(tzinfo=UTC))


def next_slot(earliest: datetime) -> datetime:
    """Return the first moment for a move that is not before `earliest`."""
    day = earliest.astimezone(LOCAL_ZONE).date()
    while True:
        if peak_of(day) is not None:
            # An hour before the peak is enough to see the first effect of a move.
            for slot in (time(9), PEAK_END):
                at = datetime.combine(day, slot, LOCAL_ZONE)
                if at >= earliest:
                    return at
        day += timedelta(days=1)
