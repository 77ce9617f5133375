"""What the guard refuses about the work that no request brings: messages of queues."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage, names
from pay.model.stacks import side_stack
from tests.support.plans import (
    ENVIRONMENT,
    REGISTRY,
    Json,
    at,
    container,
    judged,
    plan,
    task_definition,
)

SERVICE = "connector"
SWITCHES = CATALOGUE[SERVICE].work_switches
IDLE, WORKING = dict.fromkeys(SWITCHES, "false"), dict.fromkeys(SWITCHES, "true")

Refused = Callable[[Side, Stage, dict[str, str]], list[str]]


@pytest.fixture
def refused(sandbox: Environment, tmp_path: Path) -> Refused:
    """What the rule saw in a new revision of a side's task definition, at a stage."""

    def run(side: Side, stage: Stage, variables: dict[str, str]) -> list[str]:
        pairs = [{"name": name, "value": value} for name, value in variables.items()]
        task = task_definition([], [container(SERVICE, environment=pairs)])
        stack = plan(side_stack(ENVIRONMENT, SERVICE, side), task)
        verdict = judged(tmp_path, [stack], at(sandbox, stage, SERVICE))
        mine = [r for r in verdict.refused if r.rule == "takes-work-from-ready-on"]
        return [refusal.finding.saw for refusal in mine]

    return run


@pytest.mark.parametrize("stage", [s for s in Stage if s.has_ec2])
def test_refuses_an_ec2_side_that_leaves_messages_lying(refused: Refused, stage: Stage) -> None:
    assert refused(Side.EC2, stage, WORKING) == []
    assert len(refused(Side.EC2, stage, IDLE)) == len(SWITCHES)


def test_refuses_a_fargate_side_that_works_before_it_is_proven(refused: Refused) -> None:
    assert refused(Side.FARGATE, Stage.DARK, IDLE) == []
    assert refused(Side.FARGATE, Stage.DARK, {**IDLE, "TASK_QUEUE_ENABLED": "true"}) == [
        "connector is at dark: TASK_QUEUE_ENABLED of the fargate side is 'true'"
    ]


@pytest.mark.parametrize("stage", [s for s in Stage if s.has_fargate and s is not Stage.DARK])
def test_refuses_a_fargate_side_with_a_record_that_leaves_messages_lying(
    refused: Refused, stage: Stage
) -> None:
    assert refused(Side.FARGATE, stage, WORKING) == []
    assert len(refused(Side.FARGATE, stage, IDLE)) == len(SWITCHES)


def test_refuses_a_switch_that_is_left_to_the_program(refused: Refused) -> None:
    left = {name: value for name, value in IDLE.items() if name != "TASK_QUEUE_ENABLED"}
    assert refused(Side.FARGATE, Stage.DARK, left) == [
        "connector is at dark: TASK_QUEUE_ENABLED of the fargate side is not set"
    ]


@pytest.mark.parametrize("service", [s.name for s in CATALOGUE.values() if s.work_switches])
def test_no_rule_refuses_to_begin_to_work_at_ready(
    service: str, sandbox: Environment, tmp_path: Path
) -> None:
    """The move to `ready` turns the switches on: everyday work, whatever they are called."""

    def containers(value: str) -> list[Json]:
        pairs = [{"name": name, "value": value} for name in CATALOGUE[service].work_switches]
        image = f"{REGISTRY}/{service}:7-release"
        return [container(service, image=image, environment=pairs)]

    task = task_definition(containers("false"), containers("true"))
    for side in ("before", "after"):
        task["change"][side]["family"] = names.task_family(ENVIRONMENT, service, Side.FARGATE)
    before, after = (at(sandbox, stage, service) for stage in (Stage.DARK, Stage.READY))
    stack = plan(side_stack(ENVIRONMENT, service, Side.FARGATE), task)
    assert judged(tmp_path, [stack], after, base={ENVIRONMENT: before}).refused == ()
