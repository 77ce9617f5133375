"""What a row of the table of kinds lets a plan do, tried with rows that the table does not have."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from pay.model import Environment
from pay.model.stack_kind import Loss, StackKind, StackScope
from pay.model.stacks import OTHER, Stack
from rollout.guard.rule import Context, Finding
from rollout.guard.rules.network import keeps_what_carries_traffic
from rollout.guard.rules.plan import leaves_the_existing_estate
from rollout.guard.rules.records import moves_records_apart_from_capacity
from rollout.plans.plan import Plan
from rollout.plans.read import StackPlan
from tests.support.plans import TRAFFIC, Json, change, plan, read, records, traffic

Rule = Callable[[StackPlan, Context], Iterable[Finding]]


def kind(may_lose: Loss = Loss.NEVER) -> StackKind:
    return StackKind(
        name="registry",
        scope=StackScope.ACCOUNT,
        holds="repositories",
        types=frozenset({"aws_ecr_repository"}),
        may_lose=may_lose,
    )


def of(kind: StackKind, *changes: Json) -> StackPlan:
    stack = Stack("sandbox-registry", kind, "sandbox", ("sandbox", "another"))
    return StackPlan(Path(), "", stack, Plan.model_validate(plan(stack.id, *changes)))


def found(
    rule: Rule, judged: StackPlan, environments: Mapping[str, Environment], *others: StackPlan
) -> list[Finding]:
    return list(rule(judged, Context((judged, *others), environments)))


REPOSITORY = change("aws_ecr_repository.this", None, {"name": "a"})
TOPIC = change("aws_sns_topic.this", {"name": "a"}, None)


def test_a_type_of_one_kind_moves_in_its_stacks_only(
    environments: Mapping[str, Environment],
) -> None:
    check = leaves_the_existing_estate.check
    assert found(check, of(kind(), REPOSITORY), environments) == []
    (finding,) = found(check, of(OTHER, REPOSITORY), environments)
    assert "aws_ecr_repository" in finding.saw


@pytest.mark.parametrize("loss", Loss)
def test_only_what_carries_nothing_may_go_at_any_time(
    environments: Mapping[str, Environment], loss: Loss
) -> None:
    findings = found(keeps_what_carries_traffic.check, of(kind(loss), TOPIC), environments)
    assert bool(findings) == (loss is not Loss.ANY_TIME)


@pytest.mark.parametrize("loss", [Loss.NEVER, Loss.ANY_TIME])
def test_a_shared_stack_loses_nothing_while_records_move(
    environments: Mapping[str, Environment], tmp_path: Path, loss: Loss
) -> None:
    move = traffic(records(100, 0), records(95, 5))
    (moving,) = read(tmp_path, [move], environments["sandbox"]).plans
    assert moving.stack.id == TRAFFIC
    check = moves_records_apart_from_capacity.check
    findings = found(check, of(kind(loss), TOPIC), environments, moving)
    assert bool(findings) == (loss is not Loss.ANY_TIME)
