"""The lab moves on a PASS, waits without a verdict, and goes back on the FAIL of its own fault."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from lab import judged as module
from lab.clock import LabClock
from lab.judged import Incident, JudgedWalk
from lab.look import Look
from lab.metrics import LabMetrics
from lab.walk import Walk
from lab.workshop import Workshop
from pay.model import Ladder, Side, Stage
from pay.model.judging.part import Verdict
from pay.model.stage.transitions import Edge
from rollout.moves.journal import Move
from rollout.moves.judged import NOT_ASKED, Judged
from sandbox.server.process import SandboxError
from tests.lab.judgements import judgement
from tests.lab.stories import SERVICE
from tests.support.checkout import read_journals

NOT_JUDGED = (Stage.LEGACY, Stage.DARK, Stage.SOAK, Stage.DETACHED)
WAITS, PASSES, FAILS = Verdict.NOT_ENOUGH_DATA, Verdict.PASS, Verdict.FAIL
INCIDENT = Incident(Stage.QUARTER, 0.05)


class FakeClock:
    """Time that passes when somebody waits."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)

    async def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def standing(self) -> AbstractContextManager[None]:
        return nullcontext()


class FakeWalk:
    """A walk that deploys and measures nothing."""

    service = SERVICE

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self.looks: list[Look] = []
        self.reached: list[Stage] = []
        self.faults: list[float] = []
        self.traffic = SimpleNamespace(
            set_fault=lambda side, share: self.faults.append(share) if side is Side.FARGATE else 0,
            log=SimpleNamespace(failures=[]),
        )

    @property
    def stage(self) -> Stage:
        return self._workshop.environment.services[SERVICE].stage

    @property
    def ladder(self) -> Ladder:
        return self._workshop.environment.ladder

    @property
    def stays(self) -> list[Any]:
        return [SimpleNamespace(stage=self.stage, requests={})]

    def tell(self, what: str) -> None:
        """Say nothing."""

    async def measure(self) -> None:
        """Measure nothing."""

    async def follow(self, edge: Edge) -> None:
        self.reached.append(edge.after)


class Told(SimpleNamespace):
    """A walk after its end, and its journal."""

    walk: FakeWalk
    moves: tuple[Move, ...]


def go(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: Mapping[Stage, tuple[Verdict, ...]],
    incident: Incident | None = None,
) -> Told:
    """Walk from `legacy`; each stage has its verdicts in turn, and passes after them."""
    workshop = Workshop(folder, "sandbox", {})
    workshop.place(SERVICE, Stage.LEGACY)
    said: dict[Stage, Iterator[Verdict]] = {
        stage: chain(script.get(stage, ()), repeat(PASSES)) for stage in Stage
    }

    def judge(_: object, __: str, ___: str, edge: Edge, ____: object) -> Judged:
        if edge.before in NOT_JUDGED:
            return NOT_ASKED
        return Judged(judgement(next(said[edge.before]), edge.before))

    monkeypatch.setattr(module, "judge_stage", judge)
    walk, clock = FakeWalk(workshop), FakeClock()
    judged = JudgedWalk(
        cast(Walk, walk),
        workshop,
        lambda _: None,
        cast(LabClock, clock),
        cast(LabMetrics, SimpleNamespace(send_history=lambda _: None)),
    )
    asyncio.run(judged.go(incident))
    moves = read_journals(workshop.environments, now=clock.now)["sandbox", SERVICE]
    return Told(walk=walk, moves=moves)


def test_every_judged_stage_is_left_on_a_pass_without_evidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = go(tmp_path, monkeypatch, {})
    assert told.walk.stage is Stage.RETIRED
    assert tuple(told.walk.reached) == told.walk.ladder.stages[1:]
    for move in told.moves:
        assert (move.judged is None) is (move.before in NOT_JUDGED), move.before
        if Stage.CANARY.position <= move.before.position <= Stage.CUTOVER.position:
            assert move.evidence is None


def test_it_waits_for_a_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = go(tmp_path, monkeypatch, {Stage.HALF: (WAITS, WAITS)})
    looks = [look for look in told.walk.looks if look.judgement.stage is Stage.HALF]
    assert [look.judgement.verdict for look in looks] == [WAITS, WAITS, PASSES]
    assert [look.outcome for look in looks] == ["waits", "waits", "promoted to most"]
    [left] = [move for move in told.moves if move.before is Stage.HALF]
    [came] = [move for move in told.moves if move.after is Stage.HALF]
    assert left.at - came.at == timedelta(seconds=2 * module.LOOK_EVERY_SECONDS)


def test_a_fault_fails_once_and_goes_back_and_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = go(tmp_path, monkeypatch, {Stage.QUARTER: (FAILS,)}, INCIDENT)
    stages = told.walk.ladder.stages
    ready, quarter = stages.index(Stage.READY), stages.index(Stage.QUARTER)
    assert tuple(told.walk.reached) == stages[1 : quarter + 1] + stages[ready:]
    assert told.walk.faults == [0.05, 0]
    [back] = [move for move in told.moves if move.after.position < move.before.position]
    assert (back.judged, back.evidence) == (None, None)
    assert back.because == "errors: 0 of 800 on Fargate"
    [look] = [look for look in told.walk.looks if look.judgement.verdict is FAILS]
    assert f"pay rollback sandbox {SERVICE}" in look.outcome


@pytest.mark.parametrize(
    ("script", "incident", "said"),
    [
        ({Stage.CANARY: (FAILS,)}, INCIDENT, "at canary: FAIL without a fault"),
        ({}, INCIDENT, "at quarter: PASS with a fault"),
        ({Stage.MOST: (WAITS,) * 1000}, None, "at most does not pass"),
    ],
)
def test_a_verdict_that_is_wrong_or_never_comes_ends_the_lab(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: Mapping[Stage, tuple[Verdict, ...]],
    incident: Incident | None,
    said: str,
) -> None:
    with pytest.raises(SandboxError, match=said):
        go(tmp_path, monkeypatch, script, incident)
