"""What the guard refuses about what carries traffic: that it goes, or the way to it changes."""

from pathlib import Path

import pytest

from pay.model import Environment, Stage
from pay.model.stacks import RESOURCE_TYPES
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
        {"container_definitions": '[{"name": "a", "image": "x:1"}]'},
        {"container_definitions": '[{"name": "a", "image": "x:2"}]'},
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


@pytest.mark.parametrize("type", sorted(RESOURCE_TYPES - {"aws_ecs_task_definition", LOG_GROUP}))
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
def test_lets_a_side_forget_a_log_group_and_refuses_any_other_loss_of_one(
    refused: Judge, stack: str, actions: list[str]
) -> None:
    gone = change(f"{LOG_GROUP}.app_log", {"name": "old"}, None, actions=actions)
    is_lost = actions == ["delete"] or stack == PLATFORM
    assert bool(found(refused, plan(stack, gone), stage=Stage.HALF)) == is_lost


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


@pytest.mark.parametrize("type", sorted(RESOURCE_TYPES - {"aws_route53_record"}))
@pytest.mark.parametrize("stack", [PLATFORM, EC2, FARGATE])
def test_lets_an_address_move(refused: Judge, stack: str, type: str) -> None:
    values = {"name": "same", "min_capacity": 9, "max_capacity": 9}
    moved = change(f"{type}.new", values, values, previous_address=f"{type}.old")
    state = {"values": {"root_module": {"resources": [_in_state(type, "new", values)]}}}
    plans = plan(stack, moved, prior_state=state)
    assert found(refused, plans, stage=Stage.HALF) == set()


def _in_state(type: str, name: str, values: Json) -> Json:
    return {"address": f"{type}.{name}", "mode": "managed", "type": type, "values": values}


LISTENER: Json = {
    "default_action": [{"type": "forward", "target_group_arn": "arn:blue", "forward": []}],
    "port": 443,
    "protocol": "HTTPS",
    "certificate_arn": "arn:aws:acm:eu-west-1:555555555555:certificate/old",
    "ssl_policy": "old",
}
HEALTH: Json = {
    "health_check": [{"path": "/healthcheck", "port": "traffic-port", "interval": 10}],
    "deregistration_delay": "60",
}
BALANCER: Json = {"security_groups": ["sg-1", "sg-2"], "subnets": ["a", "b"], "internal": True}
REGISTERED: Json = {**SERVICE, "load_balancer": [{"target_group_arn": "arn:blue"}]}

UNDER_TRAFFIC = [
    ("aws_lb_listener.https", LISTENER, {"default_action": [{"type": "fixed-response"}]}),
    (
        "aws_lb_listener.https",
        LISTENER,
        {"default_action": [{**LISTENER["default_action"][0], "target_group_arn": "arn:green"}]},
    ),
    ("aws_lb_listener.https", LISTENER, {"port": 8443}),
    (
        "aws_lb_listener.https",
        LISTENER,
        {"certificate_arn": "arn:aws:acm:eu-west-1:555555555555:certificate/more-recent"},
    ),
    ("aws_lb_target_group.target_group", HEALTH, {"health_check": [{"path": "/ready"}]}),
    (
        "aws_lb_target_group.target_group",
        HEALTH,
        {"health_check": [{**HEALTH["health_check"][0], "path": "/ready"}]},
    ),
    ("aws_lb.alb", BALANCER, {"security_groups": ["sg-2", "sg-3"]}),
    ("aws_lb.alb", BALANCER, {"subnets": ["a"]}),
    ("aws_ecs_service.service", REGISTERED, {"load_balancer": []}),
]


@pytest.mark.parametrize(("address", "before", "changed"), UNDER_TRAFFIC)
def test_refuses_to_change_the_way_to_the_tasks_under_traffic(
    refused: Judge, address: str, before: Json, changed: Json
) -> None:
    update = change(address, before, {**before, **changed})
    rule = {"keeps-the-way-to-its-tasks"}
    assert found(refused, plan(EC2, update), stage=Stage.LEGACY) == rule
    assert found(refused, plan(FARGATE, update), stage=Stage.READY) == rule
    assert found(refused, plan(FARGATE, update), stage=Stage.DARK) == set()


def test_refuses_a_way_to_the_tasks_that_is_not_known(refused: Judge) -> None:
    for address, before, unknown in (
        ("aws_lb.alb", BALANCER, {"subnets": True}),
        ("aws_lb_listener.https", LISTENER, {"default_action": True}),
    ):
        after = {key: value for key, value in before.items() if key not in unknown}
        update = change(address, before, after, unknown=unknown)
        assert found(refused, plan(EC2, update), stage=Stage.HALF) == {"keeps-the-way-to-its-tasks"}


@pytest.mark.parametrize(
    ("address", "before", "changed"),
    [
        ("aws_lb_listener.https", LISTENER, {"ssl_policy": "new"}),
        ("aws_lb_target_group.target_group", HEALTH, {"deregistration_delay": "120"}),
        (
            "aws_lb_target_group.target_group",
            HEALTH,
            {"health_check": [{**HEALTH["health_check"][0], "interval": 5}]},
        ),
        ("aws_lb.alb", BALANCER, {"security_groups": ["sg-3", "sg-2", "sg-1"]}),
    ],
)
def test_lets_pass_what_leaves_the_way_open(
    refused: Judge, address: str, before: Json, changed: Json
) -> None:
    update = change(address, before, {**before, **changed})
    assert found(refused, plan(EC2, update), stage=Stage.HALF) == set()


def test_refuses_it_in_a_stack_that_is_of_no_side(refused: Judge) -> None:
    update = change("aws_lb_listener.https", LISTENER, {**LISTENER, "port": 8443})
    assert found(refused, plan(PLATFORM, update), stage=Stage.LEGACY) == {
        "keeps-the-way-to-its-tasks"
    }
