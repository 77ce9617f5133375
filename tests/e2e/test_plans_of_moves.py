"""The real Terraform plans exactly the changes of each move in the traffic stack, and no other."""

from collections.abc import Mapping
from typing import Any

import pytest

from pay.environments.load import load_environment
from pay.hcl.schema import ProviderSchema
from pay.model import Environment, Record, Side, Stage
from pay.model.stage.transitions import transitions
from pay.model.stage.write_order import written_sides
from sandbox.instance import Sandbox
from sandbox.settings import SandboxSettings
from tests.conftest import ROOT
from tests.e2e.moves import Changes, Move, plans_of_moves, states_of_stages, synthesise_stage
from tests.support.terraform_runs import Terraform

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SANDBOX = load_environment(ROOT / "environments" / "sandbox.toml")
LADDER = SANDBOX.ladder
MOVES = [(edge.before, edge.after) for edge in transitions(LADDER)]
UNMOVED = [(stage, stage) for stage in LADDER.stages]
BY_WEIGHT = {"weighted_routing_policy"}
CONVERTED = {"set_identifier", "weighted_routing_policy"}


@pytest.fixture(scope="module")
def plans(
    environments: Mapping[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> dict[Move, Changes]:
    """Return the plan of every allowed move and of every stage without a move."""
    folder = tmp_path_factory.mktemp("moves")
    schema = ProviderSchema.load(ROOT / "toolchain" / "bindings" / "aws-5.100.schema.json")
    environment = environments["sandbox"]
    code = {
        stage: synthesise_stage(folder / "code", schema, environment, stage)
        for stage in LADDER.stages
    }
    settings = SandboxSettings(wait_for_dns_changes=False)
    with Sandbox(environment, neighbours=True, settings=settings) as sandbox:
        terraform = Terraform("terraform", sandbox.environment_variables)
        # Stages with the same records have the same code.
        distinct = {text: stage for stage, text in reversed(code.items())}
        states = states_of_stages(
            terraform,
            folder / "applied",
            {stage: text for stage, text in code.items() if distinct[text] is stage},
        )
        known = {stage: states[distinct[text]] for stage, text in code.items()}
        return plans_of_moves(terraform, folder, code, known, [*MOVES, *UNMOVED])


@pytest.mark.parametrize(("before", "after"), MOVES, ids=[f"{a}-{b}" for a, b in MOVES])
def test_a_move_writes_the_records_of_the_stages_and_nothing_else(
    plans: dict[Move, Changes], before: Stage, after: Stage
) -> None:
    was, becomes = LADDER.records(before), LADDER.records(after)
    changes = plans[before, after]
    assert set(changes) == {f"aws_route53_record.{s}" for s in written_sides(was, becomes)}
    for side in written_sides(was, becomes):
        change = changes[f"aws_route53_record.{side}"]
        old, new = _of(side, was), _of(side, becomes)
        assert _weight(change["before"]) == (old.weight if old else None)
        assert _weight(change["after"]) == (new.weight if new else None)
        if old is None:
            # The new record of a pair receives no traffic yet.
            assert (change["actions"], _weight(change["after"])) == (["create"], 0)
        elif new is None:
            assert (change["actions"], _weight(change["before"])) == (["delete"], 0)
        else:
            assert change["actions"] == ["update"]
            assert _differing(change) == (CONVERTED if old.weight is None else BY_WEIGHT)


@pytest.mark.parametrize(("before", "after"), MOVES, ids=[f"{a}-{b}" for a, b in MOVES])
def test_a_move_is_two_updates_or_one_create_or_one_delete(
    plans: dict[Move, Changes], before: Stage, after: Stage
) -> None:
    actions = sorted(change["actions"] for change in plans[before, after].values())
    expected = {
        (Stage.LEGACY, Stage.DARK): [],
        (Stage.DARK, Stage.LEGACY): [],
        (Stage.DARK, Stage.READY): [["create"], ["update"]],
        (Stage.CUTOVER, Stage.SOAK): [],
        (Stage.SOAK, Stage.CUTOVER): [],
        (Stage.SOAK, Stage.DETACHED): [["delete"]],
        (Stage.DETACHED, Stage.CUTOVER): [["create"]],
        (Stage.DETACHED, Stage.RETIRED): [],
    }
    assert actions == expected.get((before, after), [["update"], ["update"]])


@pytest.mark.parametrize("stage", LADDER.stages)
def test_the_plan_of_an_unmoved_stage_is_empty(plans: dict[Move, Changes], stage: Stage) -> None:
    assert plans[stage, stage] == {}


def _of(side: Side, records: tuple[Record, ...]) -> Record | None:
    return next((record for record in records if record.side is side), None)


def _weight(values: Mapping[str, Any] | None) -> int | None:
    policies = (values or {}).get("weighted_routing_policy")
    return int(policies[0]["weight"]) if policies else None


def _differing(change: Mapping[str, Any]) -> set[str]:
    """Return the attributes that differ before and after, including unknown values."""
    unknown = {key for key, value in change["after_unknown"].items() if value is True}
    before, after = change["before"], change["after"]
    return unknown | {key for key in before if before[key] != after.get(key)}
