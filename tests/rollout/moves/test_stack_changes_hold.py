"""What promote and rollback say of `cdktf diff` is what the stacks of both stages differ in."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from pay.environments.load import load_environments
from pay.model import Stage
from pay.model.stacks import side_stack
from pay.model.stage.transitions import Edge, transitions
from rollout.moves.stack_changes import stack_changes
from tests.support.checkout import COMMITTED
from tests.support.synthesised import synthesise

pytestmark = pytest.mark.slow

ENVIRONMENTS = {
    name: environment.with_only("ledger")
    for name, environment in load_environments(COMMITTED).items()
}
"""With one service: the canaries of a side that all services share come and go with it."""
SAMPLES = ("test-12", "production-2")
"""Without deletion protection, and with it."""

UPDATES = ("one in-place update:", "one in-place update,", "two in-place", "a new revision")
"""The words of which each tells of one resource that differs; "two" tells of another."""

MOVES = [
    pytest.param(name, edge, id=f"{name}: {edge.before}-{edge.after}")
    for name in SAMPLES
    for edge in transitions(ENVIRONMENTS[name].ladder)
]

Resources = dict[str, dict[str, Any]]


def resources_of(document: Mapping[str, Any]) -> Resources:
    """What Terraform would hold in the state, by address."""
    return {
        f"{kind}.{name}": {k: v for k, v in body.items() if k not in ("//", "depends_on")}
        for kind, named in document.get("resource", {}).items()
        for name, body in named.items()
    }


Stacks = Mapping[tuple[str, Stage], Mapping[str, Resources]]


@pytest.fixture(scope="module")
def stacks() -> Stacks:
    """Every stack of the ledger at every stage, by environment and stage."""
    found = {}
    for name in SAMPLES:
        committed = ENVIRONMENTS[name]
        for stage in committed.ladder.stages:
            deployment = committed.services["ledger"].model_copy(update={"stage": stage})
            environment = committed.model_copy(update={"services": {"ledger": deployment}})
            built = synthesise([environment])
            found[name, stage] = {i: resources_of(stack.document) for i, stack in built.items()}
    return found


def test_the_samples_are_one_without_deletion_protection_and_one_with_it() -> None:
    protecting = [ENVIRONMENTS[name].load_balancers.deletion_protection for name in SAMPLES]
    assert protecting == [False, True]


@pytest.mark.parametrize(("name", "edge"), MOVES)
def test_a_move_changes_the_stacks_that_it_names_and_no_other(
    name: str, edge: Edge, stacks: Stacks
) -> None:
    before, after = stacks[name, edge.before], stacks[name, edge.after]
    changed = sorted(n for n in {*before, *after} if before.get(n, {}) != after.get(n, {}))
    told = stack_changes(ENVIRONMENTS[name], "ledger", edge)
    assert changed == sorted(change.stack for change in told)


def _told(shows: str, what: str) -> int:
    """The number before the word; 0 without it."""
    found = re.search(rf"(\d+) {what}", shows)
    return int(found[1]) if found else 0


@pytest.mark.parametrize(("name", "edge"), MOVES)
def test_a_move_creates_updates_and_destroys_what_it_says(
    name: str, edge: Edge, stacks: Stacks
) -> None:
    for change in stack_changes(ENVIRONMENTS[name], "ledger", edge):
        before = stacks[name, edge.before].get(change.stack, {})
        after = stacks[name, edge.after].get(change.stack, {})
        creates, destroys = set(after) - set(before), set(before) - set(after)
        updates = {at for at in set(before) & set(after) if before[at] != after[at]}
        counts = (len(creates), len(updates), len(destroys))
        if "only creates" in change.shows:
            assert counts[0] > 0
            assert counts[1:] == (0, 0)
        elif change.stack.endswith("-monitoring"):
            told = [_told(change.shows, what) for what in ("create", "in-place", "destroy")]
            assert counts == (told[0], 1 + told[1], told[2])
        elif change.stack.endswith("-smoke"):
            told = [_told(change.shows, what) for what in ("create", "in-place", "destroy")]
            assert counts == tuple(told)
        elif "only destroys" in change.shows:
            assert counts[2] > 0
            assert counts[:2] == (0, 0)
        else:
            words = change.shows
            # The service that gets a new revision differs in the plan only, by its reference.
            told_updates = sum(map(words.count, UPDATES)) + words.count("two in-place")
            assert counts == ("one create" in words, told_updates, "one delete" in words)


@pytest.mark.parametrize(("name", "edge"), MOVES)
def test_a_move_destroys_no_load_balancer_that_is_still_protected(
    name: str, edge: Edge, stacks: Stacks
) -> None:
    for stack, before in stacks[name, edge.before].items():
        gone = set(before) - set(stacks[name, edge.after].get(stack, {}))
        protected = [at for at in gone if before[at].get("enable_deletion_protection")]
        assert protected == []


@pytest.mark.parametrize("name", SAMPLES)
def test_a_load_balancer_that_a_record_leads_to_is_protected_where_the_environment_says_so(
    name: str, stacks: Stacks
) -> None:
    environment = ENVIRONMENTS[name]
    for stage in environment.ladder.stages:
        for record in environment.ladder.records(stage):
            side = stacks[name, stage][side_stack(name, "ledger", record.side)]
            protected = side["aws_lb.alb"]["enable_deletion_protection"]
            assert protected is environment.load_balancers.deletion_protection
