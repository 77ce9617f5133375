"""What a row of the table of kinds lets a plan do, tried with rows that the table does not have."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pay.model import Environment, names
from pay.model.environment.load import FAMILY
from pay.model.rights.canaries import canaries_trust
from pay.model.rights.tasks import tasks_trust
from pay.model.stack_kind import Declaration, Loss, StackKind, StackScope
from pay.model.stacks import OTHER, Stack
from rollout.guard.declared_rights import declared_rights
from rollout.guard.needed_rights import known_services, of_trust
from rollout.guard.rule import Context, GuardFinding
from rollout.guard.rules.iam import runs_under_its_own_role
from rollout.guard.rules.monitoring import keeps_its_alarms
from rollout.guard.rules.network import keeps_what_carries_traffic
from rollout.guard.rules.plan import leaves_the_existing_estate
from rollout.guard.rules.records import moves_records_apart_from_capacity
from rollout.guard.rules.sleep import sleeps_and_wakes_as_its_file_says
from rollout.guard.rules.smoke import keeps_artefacts_closed
from rollout.guard.rules.tasks import makes_its_scheduled_calls
from rollout.guard.rules.watching import tells_findings_as_its_file_says
from rollout.plans.plan import Plan
from rollout.plans.read import StackPlan
from tests.support.plans import TRAFFIC, Json, change, plan, read, records, traffic

Rule = Callable[[StackPlan, Context], Iterable[GuardFinding]]


def kind(may_lose: Loss = Loss.NEVER, *types: str, **more: Any) -> StackKind:
    return StackKind(
        name="registry",
        scope=StackScope.ACCOUNT,
        holds="repositories",
        types=frozenset({"aws_ecr_repository", *types}),
        may_lose=may_lose,
        **more,
    )


def of(kind: StackKind, *changes: Json) -> StackPlan:
    stack = Stack("sandbox-registry", kind, "sandbox", ("sandbox", "another"))
    return StackPlan(Path(), "", stack, Plan.model_validate(plan(stack.id, *changes)))


def found(
    rule: Rule, judged: StackPlan, environments: Mapping[str, Environment], *others: StackPlan
) -> list[GuardFinding]:
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


@pytest.mark.parametrize("loss", Loss)
def test_a_role_goes_with_its_task_only_where_the_row_says_so(
    environments: Mapping[str, Environment], loss: Loss
) -> None:
    role = change("aws_iam_role.gone", {"name": names.one_off_task_role("sandbox", "gone")}, None)
    findings = found(keeps_what_carries_traffic.check, of(kind(loss), role), environments)
    assert bool(findings) == (loss not in (Loss.ANY_TIME, Loss.WITH_ITS_TASK))


def scheduled(role: str) -> Json:
    arn = f"arn:aws:iam::555555555555:role/{role}"
    values = {"name": "a", "group_name": "a", "target": [{"role_arn": arn}]}
    return change("aws_scheduler_schedule.a", None, values)


@pytest.mark.parametrize(
    ("row", "role", "is_refused"),
    [
        (str.upper, "SANDBOX", False),
        (str.upper, names.scheduler_role("sandbox"), True),
        (names.scheduler_role, names.scheduler_role("sandbox"), False),
        (None, names.scheduler_role("sandbox"), True),
    ],
)
def test_schedules_run_under_the_role_of_the_row(
    environments: Mapping[str, Environment],
    row: Callable[[str], str] | None,
    role: str,
    is_refused: bool,
) -> None:
    judged = of(kind(scheduler_role=row), scheduled(role))
    assert bool(found(runs_under_its_own_role.check, judged, environments)) == is_refused


@pytest.mark.parametrize("declaration", [None, *Declaration])
def test_what_declares_schedules_says_which_rule_judges_them(
    environments: Mapping[str, Environment], declaration: Declaration | None
) -> None:
    judged = of(kind(declared_by=declaration), scheduled("a"))
    by_calls, by_sleep = (
        bool(found(rule.check, judged, environments))
        for rule in (makes_its_scheduled_calls, sleeps_and_wakes_as_its_file_says)
    )
    assert by_sleep == (declaration is Declaration.SLEEP)
    assert by_calls != by_sleep


ROLES = {
    Declaration.TASKS: names.scheduler_role("test-perf-1"),
    Declaration.SLEEP: names.sleep_role("test-perf-1"),
    Declaration.LOAD: names.one_off_task_role("test-perf-1", FAMILY),
}


@pytest.mark.parametrize("declaration", [None, *Declaration])
def test_only_roles_of_what_the_row_declares_gain_rights(
    environments: Mapping[str, Environment], declaration: Declaration | None
) -> None:
    environment = environments["test-perf-1"]
    stack = Stack("new", kind(declared_by=declaration), "test-perf-1", ("test-perf-1",))
    gain = {each for each in ROLES if declared_rights(ROLES[each], stack, environment)}
    assert gain == {declaration} - {None}


def test_roles_of_canaries_are_trusted_as_those_of_canaries(
    environments: Mapping[str, Environment],
) -> None:
    environment = environments["sandbox"]
    with_canaries, without = (
        of(kind(Loss.NEVER, *types)).stack for types in (["aws_synthetics_canary"], [])
    )
    assert of_trust(with_canaries, environment) == [canaries_trust()]
    assert of_trust(without, environment) == [tasks_trust(environment)]
    assert not known_services(with_canaries)
    assert known_services(without)


@pytest.mark.parametrize(
    ("rule", "type", "opened"),
    [
        (
            keeps_artefacts_closed.check,
            "aws_synthetics_canary",
            change("aws_s3_bucket_public_access_block.a", None, {"block_public_acls": False}),
        ),
        (
            tells_findings_as_its_file_says.check,
            "aws_cloudwatch_event_rule",
            change("aws_cloudwatch_event_rule.a", None, {"name": "a"}),
        ),
    ],
)
def test_a_kind_is_judged_by_what_its_row_says_it_holds(
    environments: Mapping[str, Environment], rule: Rule, type: str, opened: Json
) -> None:
    assert found(rule, of(kind(Loss.NEVER, type), opened), environments)
    assert found(rule, of(kind(), opened), environments) == []


def test_an_alarm_over_both_sides_ends_only_where_the_row_holds_such(
    environments: Mapping[str, Environment],
) -> None:
    gone = change("aws_cloudwatch_composite_alarm.gone", {"alarm_name": "gone"}, None)
    place = ("sandbox", ("sandbox",), "publicauth")
    with_alarms, without = (
        StackPlan(Path(), "", Stack("new", row, *place), Plan.model_validate(plan("new", gone)))
        for row in (kind(Loss.NEVER, "aws_cloudwatch_composite_alarm"), kind())
    )
    assert found(keeps_its_alarms.check, with_alarms, environments) == []
    assert found(keeps_its_alarms.check, without, environments)
