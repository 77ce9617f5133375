"""The guard agrees with the stage machine on every pair of stages and every half-done move."""

import tempfile
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pay.model import Environment, Ladder, Record, Side, Stage
from pay.model.stage.transitions import Edge, find_edge, transitions
from pay.model.stage.write_order import Records, states
from tests.rollout.guard.conftest import Judge
from tests.support.plans import at, judged, records, rules, stage_change, traffic

PAIRS = list(product(Ladder().stages, repeat=2))
EDGES = transitions(Ladder())


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge.before}-{edge.after}")
def test_lets_every_move_of_the_stage_machine_pass(
    sandbox: Environment, tmp_path: Path, edge: Edge
) -> None:
    plan = stage_change(sandbox, edge.before, edge.after)
    before = {sandbox.name: at(sandbox, edge.before)}
    verdict = judged(tmp_path, [plan], at(sandbox, edge.after), base=before)
    assert verdict.refused == ()


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_refuses_what_is_no_move(
    sandbox: Environment, tmp_path: Path, before: Stage, after: Stage
) -> None:
    if before is after or find_edge(sandbox.ladder, before, after):
        return
    plan = stage_change(sandbox, before, after)
    base = {sandbox.name: at(sandbox, before)}
    assert "takes-one-step" in rules(judged(tmp_path, [plan], at(sandbox, after), base=base))


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge.before}-{edge.after}")
def test_lets_a_move_that_was_interrupted_go_on_and_back(
    sandbox: Environment, tmp_path: Path, edge: Edge
) -> None:
    ladder = sandbox.ladder
    path = states(ladder.records(edge.before), ladder.records(edge.after))
    for crashed in path[1:-1]:
        for target in (edge.before, edge.after):
            plan = traffic(crashed, ladder.records(target))
            found = rules(judged(tmp_path, [plan], at(sandbox, target)))
            # Going back on the conversion itself deletes nothing, but it is no weight move either.
            if edge.after is Stage.READY and target is edge.before:
                continue
            assert found == set(), (crashed, target)


@pytest.mark.parametrize("stage", Ladder().stages)
def test_says_nothing_about_a_service_that_does_not_move(refused: Judge, stage: Stage) -> None:
    assert refused(traffic(*[Ladder().records(stage)] * 2), stage=stage) == ()


weights = st.one_of(
    st.none(),
    st.just("none"),
    st.sampled_from((0, 5, 25, 50, 75, 95, 100)),
    st.integers(min_value=0, max_value=255),
)


@pytest.mark.slow
@given(weights, weights, weights, weights, st.sampled_from(Ladder().stages))
@settings(max_examples=300, deadline=None)
def test_never_lets_weights_pass_that_no_move_explains(
    sandbox_of_the_session: Environment,
    ec2_before: int | str | None,
    fargate_before: int | str | None,
    ec2_after: int | str | None,
    fargate_after: int | str | None,
    stage: Stage,
) -> None:
    environment = at(sandbox_of_the_session, stage)
    ladder = environment.ladder
    before, after = records(ec2_before, fargate_before), records(ec2_after, fargate_after)
    if not before and not after:
        return
    with tempfile.TemporaryDirectory() as folder:
        verdict = judged(Path(folder), [traffic(before, after)], environment)
    if verdict.is_clean:
        assert after == ladder.records(stage)
        assert not before or any(
            _explains(ladder, edge, before, stage) for edge in transitions(ladder)
        )


def _explains(ladder: Ladder, edge: Edge, before: Records, stage: Stage) -> bool:
    path = states(ladder.records(edge.before), ladder.records(edge.after))
    if before == path[-1]:
        return stage is edge.after or ladder.records(stage) == before
    if before == path[0]:
        return stage in (edge.before, edge.after) or ladder.records(stage) == before
    if before not in path:
        return False
    back = [find_edge(ladder, end, stage) for end in (edge.before, edge.after)]
    return stage in (edge.before, edge.after) or any(e and not e.is_forward for e in back)


@pytest.fixture(scope="session")
def sandbox_of_the_session(environments: dict[str, Environment]) -> Environment:
    return environments["sandbox"]


SHARED = [
    (Stage.LEGACY, Stage.DARK, Stage.READY),
    (Stage.CUTOVER, Stage.SOAK, Stage.DETACHED),
]
"""Two stages with the same records, and the one that follows them."""


@pytest.mark.parametrize(("too_early", "before", "after"), SHARED)
def test_asks_for_the_files_of_before_where_records_cannot_tell(
    sandbox: Environment, tmp_path: Path, too_early: Stage, before: Stage, after: Stage
) -> None:
    plan, there = stage_change(sandbox, before, after), at(sandbox, after)
    [refusal] = judged(tmp_path, [plan], there).refused
    assert refusal.rule == "takes-one-step"
    assert f"{too_early} or {before}" in refusal.finding.saw
    assert "--base" in refusal.finding.do
    skipped = {sandbox.name: at(sandbox, too_early)}
    assert rules(judged(tmp_path, [plan], there, base=skipped)) == {"takes-one-step"}
    base = {sandbox.name: at(sandbox, before)}
    assert judged(tmp_path, [plan], there, base=base).is_clean


def test_lets_a_rollback_pass_whatever_stage_it_may_be(
    sandbox: Environment, tmp_path: Path
) -> None:
    plan = stage_change(sandbox, Stage.DETACHED, Stage.CUTOVER)
    assert judged(tmp_path, [plan], at(sandbox, Stage.CUTOVER)).is_clean


def test_refuses_records_that_the_stage_before_does_not_have(
    sandbox: Environment, tmp_path: Path
) -> None:
    """The change before this one was merged, and never applied."""
    plan = stage_change(sandbox, Stage.READY, Stage.CANARY)
    base = {sandbox.name: at(sandbox, Stage.QUARTER)}
    verdict = judged(tmp_path, [plan], at(sandbox, Stage.HALF), base=base)
    assert "starts-from-the-stage-before" in rules(verdict)


def test_refuses_records_of_no_stage(refused: Judge) -> None:
    found = refused(traffic(records(80, 20), records(75, 25)), stage=Stage.QUARTER)
    assert {refusal.rule for refusal in found} == {"starts-from-the-stage-before"}


def test_refuses_a_plan_that_leaves_a_name_without_records(refused: Judge) -> None:
    found = refused(traffic(records(None), ()), stage=Stage.LEGACY)
    assert {"matches-the-stage", "keeps-names-answered"} <= {r.rule for r in found}


def test_a_name_that_is_new_may_begin_at_any_stage(refused: Judge) -> None:
    for stage in Ladder().stages:
        assert refused(traffic((), Ladder().records(stage)), stage=stage) == ()


def test_judges_by_the_ladder_of_the_environment(sandbox: Environment, tmp_path: Path) -> None:
    ladder = Ladder(canary=10, quarter=None, half=50, most=None)
    environment = at(sandbox, Stage.CANARY, ladder=ladder)
    plan = traffic(records(100, 0), records(90, 10))
    assert judged(tmp_path, [plan], environment).is_clean
    assert "matches-the-stage" in rules(
        judged(tmp_path, [traffic(records(100, 0), records(95, 5))], environment)
    )


def test_reads_a_record_by_its_side_not_by_its_address(refused: Judge) -> None:
    """Swapped identifiers would send 95 per cent the other way."""
    swapped = (Record(side=Side.EC2, weight=5), Record(side=Side.FARGATE, weight=95))
    found = refused(traffic(records(100, 0), swapped), stage=Stage.CANARY)
    assert "matches-the-stage" in {refusal.rule for refusal in found}
