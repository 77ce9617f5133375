"""Whole walks under traffic: one service through all stages, another back from each stage."""

import asyncio
import io
import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from rich.console import Console

from lab.clients import Habit
from lab.lab import Lab
from lab.page import write_page
from lab.table import table
from lab.walk import Walk
from pay.model import Side, Stage, names
from pay.model.judging.part import Verdict
from pay.model.stacks import side_stack
from pay.model.stage.transitions import Direction, rollbacks
from tests.lab.conftest import INCIDENT, MOVED, ROLLED_BACK, Walks
from tests.lab.existing import Inventory, inventory
from tests.lab.interruptions import plan
from tests.support.checkout import read_journals

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SERVICES = ("moved", "rolled_back")


@pytest.fixture(params=SERVICES)
def walk(request: pytest.FixtureRequest, walks: tuple[Walk, Walk]) -> Walk:
    """Return each of the two walks."""
    return walks[SERVICES.index(request.param)]


def test_no_request_fails(walk: Walk) -> None:
    assert len(walk.traffic.log.requests) > 1000
    assert walk.traffic.log.failures == []


def test_at_every_instant_the_name_resolves_and_what_it_leads_to_has_capacity(walk: Walk) -> None:
    assert len(walk.traffic.feed.states) > 5
    assert walk.findings() == []


def test_fargate_is_drawn_as_often_as_each_stage_says(walk: Walk) -> None:
    measured = [stay for stay in walk.stays if stay.is_measured]
    assert len(measured) >= len(walk.ladder.stages)
    unexpected = [
        (s.stage, s.weights, s.fargate_draws, s.draws) for s in measured if not s.is_as_expected
    ]
    assert unexpected == []


def test_the_side_that_dns_named_answers(walk: Walk) -> None:
    """A share of the DNS answers is therefore a share of the requests."""
    requests = walk.traffic.log.requests
    assert [request for request in requests if request.side is not request.led_to] == []


def test_every_kind_of_client_uses_answers_that_it_has_kept(walk: Walk) -> None:
    """Clients that resolve for each request would hide faults.

    The number of kept answers depends on the machine; test_clients.py measures it by the clock.
    """
    for habit in Habit:
        requests = [r for r in walk.traffic.log.requests if r.habit == habit.value]
        draws = [request for request in requests if request.drawn is not None]
        assert 0 < len(draws) < len(requests), habit


def test_the_table_has_a_line_for_each_stay_and_no_complaint(walk: Walk) -> None:
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(table(walk))
    text = console.export_text()
    assert f"{len(walk.traffic.log.requests):,} requests, 0 failed" in text
    assert text.count(" ok ") == len(walk.stays)


def test_the_judge_stops_a_fault_and_a_service_goes_through_every_stage(walks: Walks) -> None:
    stages = walks.moved.ladder.stages
    ready, faulty = stages.index(Stage.READY), stages.index(INCIDENT.stage)
    gone = tuple(stay.stage for stay in walks.moved.stays)
    assert gone == stages[: faulty + 1] + stages[ready:]


def test_every_promotion_with_something_to_measure_had_its_pass(walks: Walks, lab: Lab) -> None:
    now = walks.moved.looks[-1].judgement.end + timedelta(days=1)
    moves = read_journals(lab.workshop.environments, now=now)[lab.name, MOVED]
    judged = [move for move in moves if move.before in walks.moved.ladder.rungs]
    assert len(judged) > len(walks.moved.ladder.rungs)
    for move in judged:
        verdict = move.judged.verdict if move.judged else None
        is_forward = move.direction is Direction.FORWARD
        assert verdict == (Verdict.PASS if is_forward else None), (move.before, move.after)
        assert (move.because is None) is is_forward


def test_the_fault_failed_in_its_errors(walks: Walks) -> None:
    [failed] = [x.judgement for x in walks.moved.looks if x.judgement.verdict is Verdict.FAIL]
    assert failed.stage is INCIDENT.stage
    assert "errors: Fargate fails more often than EC2" in failed.reasons(Verdict.FAIL)
    assert walks.moved.traffic.log.injected > 3


def test_every_stage_that_has_a_rollback_is_rolled_back_from(walks: tuple[Walk, Walk]) -> None:
    walk = walks[1]
    moves = {(before.stage, after.stage) for before, after in pairwise(walk.stays)}
    for stage in walk.ladder.stages:
        targets = {edge.after for edge in rollbacks(walk.ladder, stage)}
        # `ready` has nothing to roll back; `soak` shares its records with `cutover`.
        assert not targets or any((stage, target) in moves for target in targets), stage


def test_nothing_of_the_ec2_side_is_left_at_retired(walks: tuple[Walk, Walk], lab: Lab) -> None:
    latest = walks[0].traffic.feed.latest
    assert latest.balancer(walks[0].traffic.balancers[Side.EC2]) is None
    assert walks[0].stage is Stage.RETIRED
    state = lab.workshop.state(side_stack(lab.name, walks[0].service, Side.EC2))
    assert '"resources": []' in state.read_text()


def test_the_page_shows_each_walk_and_needs_nothing_else(
    walks: tuple[Walk, Walk], tmp_path: Path
) -> None:
    write_page(tmp_path / "lab.html", walks)
    text = (tmp_path / "lab.html").read_text()
    assert text.count('<svg viewBox="-40') == 2
    assert text.count("No request failed") == 2
    assert "http" not in text
    assert "<script" not in text


def test_the_ec2_stack_at_retired_destroys_all_of_its_own_and_nothing_else(
    lab: Lab, walks: Walks
) -> None:
    stack = side_stack(lab.name, ROLLED_BACK, Side.EC2)
    own = {
        f"{resource['type']}.{resource['name']}"
        for resource in json.loads(lab.workshop.state(stack).read_text())["resources"]
        if resource["mode"] == "managed"
    }
    stage = walks.rolled_back.stage
    lab.workshop.place(ROLLED_BACK, Stage.RETIRED)
    try:
        asyncio.run(lab.workshop.synthesise(stack))
        changes = asyncio.run(plan(lab, stack))
    finally:
        lab.workshop.place(ROLLED_BACK, stage)
    assert len(own) > 5
    assert changes == dict.fromkeys(own, "delete")


def test_retiring_a_service_leaves_what_existed_before(
    lab: Lab, existing: Inventory, walks: Walks
) -> None:
    """But for the queues of the stacks with tasks and of findings, which are not the service's."""
    assert walks.moved.stage is Stage.RETIRED
    left = inventory(lab.sandbox)
    letters = left["QueueUrls"] - existing["QueueUrls"]
    shared = {names.dead_letters("sandbox"), names.finding_dead_letters("sandbox")}
    assert {url.rpartition("/")[2] for url in letters} == shared
    assert left == {**existing, "QueueUrls": existing["QueueUrls"] | letters}
