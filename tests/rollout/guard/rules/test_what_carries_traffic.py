"""What the guard refuses about what carries traffic: that it goes."""

from pathlib import Path

import pytest

from pay.model import Environment, Stage
from pay.model.stacks import JUDGED_ANYWHERE, RESOURCE_TYPES
from tests.rollout.guard.conftest import Judge, found
from tests.support.plans import (
    EC2,
    FARGATE,
    PLATFORM,
    Json,
    at,
    change,
    everywhere,
    judged,
    plan,
    records,
    rules,
    traffic,
)

LOG_GROUP = "aws_cloudwatch_log_group"
SCHEDULED_ACTION = "aws_appautoscaling_scheduled_action"
SERVICE: Json = {"name": "publicauth", "desired_count": 2, "launch_type": "EC2"}
STAYS = traffic(records("none", 100), records("none", 100))
SIMPLE = traffic(records(None), records(None))


@pytest.mark.parametrize("actions", [["delete"], ["delete", "create"], ["forget"]])
@pytest.mark.parametrize("stage", [s for s in Stage if s is not Stage.RETIRED])
def test_refuses_to_take_down_ec2_before_it_is_retired(
    refused: Judge, stage: Stage, actions: list[str]
) -> None:
    after = SERVICE if actions == ["delete", "create"] else None
    gone = plan(EC2, change("aws_ecs_service.service", SERVICE, after, actions=actions))
    assert found(refused, gone, STAYS, stage=stage) >= {"keeps-what-carries-traffic"}


def test_lets_ec2_go_at_retired_when_the_records_show_it(refused: Judge) -> None:
    gone = plan(EC2, change("aws_ecs_service.service", SERVICE, None))
    assert found(refused, gone, STAYS, stage=Stage.RETIRED) == set()


def test_refuses_to_retire_ec2_when_nobody_can_see_the_records(refused: Judge) -> None:
    gone = plan(EC2, change("aws_ecs_service.service", SERVICE, None))
    refusals = refused(gone, stage=Stage.RETIRED)
    assert [r.finding.do for r in refusals] == ["give the plan of sandbox-publicauth-traffic too"]


def test_refuses_to_retire_ec2_while_its_record_stands(refused: Judge) -> None:
    gone = plan(EC2, change("aws_ecs_service.service", SERVICE, None))
    both = traffic(records(0, 100), records("none", 100))
    assert "keeps-what-carries-traffic" in found(refused, gone, both, stage=Stage.RETIRED)


def test_lets_fargate_go_from_dark(refused: Judge) -> None:
    gone = plan(FARGATE, change("aws_ecs_service.service", SERVICE, None))
    assert found(refused, gone, SIMPLE, stage=Stage.LEGACY) == set()


def test_refuses_to_take_fargate_down_once_it_stands_by(refused: Judge) -> None:
    gone = plan(FARGATE, change("aws_lb_target_group.target_group", {"name": "tg"}, None))
    for stage in (Stage.READY, Stage.HALF, Stage.SOAK, Stage.DETACHED, Stage.RETIRED):
        assert "keeps-what-carries-traffic" in found(refused, gone, STAYS, stage=stage)


def test_a_new_revision_of_the_task_replaces_nothing(refused: Judge) -> None:
    new = change(
        "aws_ecs_task_definition.task",
        {"container_definitions": '[{"name": "a", "image": "x:1-release"}]'},
        {"container_definitions": '[{"name": "a", "image": "x:2-release"}]'},
        actions=["create", "delete"],
    )
    assert found(refused, plan(EC2, new), stage=Stage.LEGACY) == set()


def test_refuses_to_take_the_platform_down(sandbox: Environment, tmp_path: Path) -> None:
    gone = [plan(PLATFORM, change("aws_autoscaling_group.cde_instances", {"min_size": 2}, None))]
    almost = at(everywhere(sandbox, Stage.RETIRED), Stage.DETACHED)
    assert "keeps-what-carries-traffic" in rules(judged(tmp_path, gone, almost))
    assert judged(tmp_path, gone, everywhere(sandbox, Stage.RETIRED)).is_clean


@pytest.mark.parametrize("type", ["aws_kms_key", "aws_sns_topic", "aws_sns_topic_policy"])
def test_refuses_to_destroy_what_logs_and_alarms_need_for_good(
    sandbox: Environment, tmp_path: Path, type: str
) -> None:
    gone = [plan(PLATFORM, change(f"{type}.this", {"policy": ""}, None))]
    verdict = judged(tmp_path, gone, everywhere(sandbox, Stage.RETIRED))
    assert rules(verdict) == {"keeps-what-carries-traffic"}


@pytest.mark.parametrize(
    "type",
    sorted(RESOURCE_TYPES - {"aws_ecs_task_definition", LOG_GROUP, SCHEDULED_ACTION}),
)
@pytest.mark.parametrize("stage", [Stage.READY, Stage.QUARTER, Stage.SOAK])
@pytest.mark.parametrize("stack", [PLATFORM, EC2, FARGATE])
def test_refuses_to_destroy_anything_while_a_service_moves(
    refused: Judge, type: str, stage: Stage, stack: str
) -> None:
    for actions in (["delete"], ["forget"], ["delete", "create"]):
        after = {"name": "new"} if "create" in actions else None
        gone = change(f"{type}.this", {"name": "old"}, after, actions=actions)
        assert found(refused, plan(stack, gone), stage=stage) != set()


@pytest.mark.parametrize("actions", [["delete"], ["forget"]])
@pytest.mark.parametrize("stack", [PLATFORM, EC2, FARGATE])
def test_lets_a_side_forget_a_log_group_that_the_platform_holds_and_refuses_any_other_loss(
    refused: Judge, stack: str, actions: list[str]
) -> None:
    gone = change(f"{LOG_GROUP}.app_log", {"name": GROUP}, None, actions=actions)
    kept = change(f"{LOG_GROUP}.publicauth_app_log", {"name": GROUP}, {"name": GROUP})
    plans = [plan(PLATFORM, gone)] if stack == PLATFORM else [plan(stack, gone), holding(kept)]
    is_lost = actions == ["delete"] or stack == PLATFORM
    assert bool(found(refused, *plans, stage=Stage.HALF)) == is_lost


GROUP = "sandbox_app_publicauth"


def holding(*groups: Json) -> Json:
    return plan(PLATFORM, *groups)


@pytest.mark.parametrize("stack", [EC2, FARGATE])
@pytest.mark.parametrize("forgotten", [GROUP, f"{GROUP}_FG"])
def test_refuses_that_a_side_forgets_a_log_group_that_no_plan_holds(
    refused: Judge, stack: str, forgotten: str
) -> None:
    gone = plan(
        stack, change(f"{LOG_GROUP}.app_log", {"name": forgotten}, None, actions=["forget"])
    )
    held, created = (
        change(f"{LOG_GROUP}.a", values, {"name": GROUP}) for values in (None, {"name": GROUP})
    )
    lost = change(f"{LOG_GROUP}.a", {"name": GROUP}, None, actions=["forget"])
    other = change(f"{LOG_GROUP}.a", {"name": "other"}, {"name": "other"})
    for plans, expected in (
        ([gone], 1),
        ([gone, holding()], 1),
        ([gone, holding(other)], 1),
        ([gone, holding(lost)], 2),
        ([gone, holding(held)], 0),
        ([gone, holding(created)], 0),
    ):
        rule = "forgets-nothing-that-runs"
        found_here = [r for r in refused(*plans, stage=Stage.HALF) if r.rule == rule]
        assert len(found_here) == expected


FORGOTTEN = sorted(RESOURCE_TYPES - {LOG_GROUP})


@pytest.mark.parametrize("type", FORGOTTEN)
def test_refuses_to_forget_what_goes_on_in_aws(refused: Judge, type: str) -> None:
    """At retired EC2 may be deleted; forgotten it would run on, and no plan would show it."""
    forgotten = change(f"{type}.this", {"name": "old"}, None, actions=["forget"])
    plans = (plan(EC2, forgotten), STAYS)
    assert "forgets-nothing-that-runs" in found(refused, *plans, stage=Stage.RETIRED)


@pytest.mark.parametrize("actions", [["create", "forget"], ["forget", "create"]])
def test_refuses_a_replacement_that_leaves_the_old_one_behind(
    refused: Judge, actions: list[str]
) -> None:
    left = change("aws_iam_role.task_role", {"name": "a"}, {"name": "b"}, actions=actions)
    assert "forgets-nothing-that-runs" in found(refused, plan(EC2, left), stage=Stage.LEGACY)


@pytest.mark.parametrize("type", sorted(JUDGED_ANYWHERE - {"aws_route53_record"}))
@pytest.mark.parametrize("stack", [PLATFORM, EC2, FARGATE])
def test_lets_an_address_move(refused: Judge, stack: str, type: str) -> None:
    values = {"name": "same", "min_capacity": 9, "max_capacity": 9}
    moved = change(f"{type}.new", values, values, previous_address=f"{type}.old")
    state = {"values": {"root_module": {"resources": [_in_state(type, "new", values)]}}}
    plans = plan(stack, moved, prior_state=state)
    assert found(refused, plans, stage=Stage.HALF) == set()


def _in_state(type: str, name: str, values: Json) -> Json:
    return {"address": f"{type}.{name}", "mode": "managed", "type": type, "values": values}
