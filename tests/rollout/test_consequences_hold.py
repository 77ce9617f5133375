"""What promote and rollback say of `cdktf diff` is what the stacks of both stages differ in."""

from collections.abc import Mapping
from typing import Any

import pytest

from pay.environments import load_environments
from pay.model import Stage
from pay.model.edges import Edge, edges
from rollout.consequences import stack_changes
from tests.support.checkout import COMMITTED
from tests.support.synthesised import synthesise

TEST_12 = load_environments(COMMITTED)["test-12"]
EDGES = edges(TEST_12.ladder)

Resources = dict[str, dict[str, Any]]


def resources_of(document: Mapping[str, Any]) -> Resources:
    """What Terraform would hold in the state, by address."""
    return {
        f"{kind}.{name}": {k: v for k, v in body.items() if k not in ("//", "depends_on")}
        for kind, named in document.get("resource", {}).items()
        for name, body in named.items()
    }


@pytest.fixture(scope="module")
def stacks() -> Mapping[Stage, Mapping[str, Resources]]:
    """Every stack of the ledger at every stage."""
    found = {}
    for stage in TEST_12.ladder.stages:
        deployment = TEST_12.services["ledger"].model_copy(update={"stage": stage})
        environment = TEST_12.model_copy(update={"services": {"ledger": deployment}})
        built = synthesise([environment])
        found[stage] = {name: resources_of(stack.document) for name, stack in built.items()}
    return found


@pytest.mark.parametrize("edge", EDGES, ids=lambda e: f"{e.before}-{e.after}")
def test_a_move_changes_the_stacks_that_it_names_and_no_other(
    edge: Edge, stacks: Mapping[Stage, Mapping[str, Resources]]
) -> None:
    before, after = stacks[edge.before], stacks[edge.after]
    changed = {n for n in {*before, *after} if before.get(n, {}) != after.get(n, {})}
    assert changed == {change.stack for change in stack_changes(TEST_12, "ledger", edge)}


@pytest.mark.parametrize("edge", EDGES, ids=lambda e: f"{e.before}-{e.after}")
def test_a_move_creates_updates_and_destroys_what_it_says(
    edge: Edge, stacks: Mapping[Stage, Mapping[str, Resources]]
) -> None:
    for change in stack_changes(TEST_12, "ledger", edge):
        before = stacks[edge.before].get(change.stack, {})
        after = stacks[edge.after].get(change.stack, {})
        creates, destroys = set(after) - set(before), set(before) - set(after)
        updates = {name for name in set(before) & set(after) if before[name] != after[name]}
        counts = (len(creates), len(updates), len(destroys))
        if "only creates" in change.shows:
            assert counts[0] > 0 and counts[1:] == (0, 0)
        elif "only destroys" in change.shows:
            assert counts[2] > 0 and counts[:2] == (0, 0)
        else:
            words = change.shows
            told_updates = 2 if "two in-place" in words else int("one in-place" in words)
            assert counts == ("one create" in words, told_updates, "one delete" in words)
