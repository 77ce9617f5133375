"""Every planned move, made at its moment, passes the gates of `pay promote`."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pay.model import Stage
from pay.model.stage.transitions import promotion
from rollout.board.board import by_chain
from rollout.moves import journal
from rollout.moves.collisions import collisions
from rollout.moves.gates import Promotion, findings
from rollout.moves.standings import Standings, load_standings
from rollout.schedule.timetable import PlannedMove, timetable
from rollout.terminal.refusal import Finding
from tests.support.checkout import COMMITTED, fresh_checkout

Told = tuple[str, PlannedMove, tuple[Finding, ...]]


@pytest.fixture
def committed() -> Standings:
    """The estate as it stands, a minute after its latest move. A freeze is no part of the plan:
    nobody knows when it ends.
    """
    read = load_standings(COMMITTED, datetime.now(UTC))
    latest = max(moves[-1].at for moves in read.journals.values())
    open_ones = {n: e.model_copy(update={"frozen": None}) for n, e in read.environments.items()}
    return replace(read, environments=open_ones, now=latest + timedelta(minutes=1))


@pytest.fixture
def fresh(tmp_path: Path) -> Standings:
    """No service has moved anywhere."""
    return fresh_checkout(tmp_path / "environments").standings(datetime(2026, 11, 22, tzinfo=UTC))


def moved(standings: Standings, environment: str, move: PlannedMove) -> Standings:
    """The standings after a move was made and journalled."""
    target = standings.environments[environment]
    edge = promotion(target.ladder, target.services[move.service].stage)
    assert edge is not None
    assert (edge.before, edge.after) == (move.before, move.after)
    deployment = target.services[move.service].model_copy(update={"stage": move.after})
    after = target.model_copy(update={"services": {**target.services, move.service: deployment}})
    entry = journal.move(target.ladder, edge, at=move.at.astimezone(UTC), by="test")
    place = (environment, move.service)
    return replace(
        standings,
        environments={**standings.environments, environment: after},
        journals={**standings.journals, place: (*standings.journals.get(place, ()), entry)},
    )


def replay(standings: Standings) -> Iterator[Told]:
    """Makes all planned moves of all environments in the order of their moments, those of an
    environment before those of the one that follows it, and tells what the gates find.
    """
    chain = by_chain(standings.environments)
    start = standings.now.date()
    planned = [
        (move.at, chain.index(name), name, move)
        for name in chain
        for wave in timetable(standings, name, start)
        for move in wave.moves
    ]
    # Of two neighbours that are under way already, one has to go on beside the other.
    excused = {
        (name, service)
        for name in chain
        for each in collisions(standings, name)
        for service in each.services
    }
    for at, _, name, move in sorted(planned, key=lambda told: told[:2]):
        standings = replace(standings, now=at.astimezone(UTC))
        edge = promotion(standings.environments[name].ladder, move.before)
        assert edge is not None
        asked = Promotion(
            standings=standings,
            environment=name,
            service=move.service,
            edge=edge,
            evidence="measured",
            adjacent="under way" if (name, move.service) in excused else None,
            approvers=("service-owner",),
        )
        yield name, move, findings(asked)
        standings = moved(standings, name, move)


@pytest.mark.parametrize("estate", ["committed", "fresh"])
def test_no_planned_move_is_refused_or_warned_of(
    estate: str, request: pytest.FixtureRequest
) -> None:
    standings: Standings = request.getfixturevalue(estate)
    told = list(replay(standings))
    arrived = {(name, move.service) for name, move, _ in told if move.after is Stage.RETIRED}
    assert arrived == {
        (name, service)
        for name in standings.environments
        for service, stage in standings.stages(name).items()
        if stage is not Stage.RETIRED
    }
    assert [(name, move, found) for name, move, found in told if found] == []
