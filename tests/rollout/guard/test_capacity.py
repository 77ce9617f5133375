"""What the guard refuses about what carries traffic, capacity and the existing estate."""

from pathlib import Path

import pytest

from pay.model import Environment, Stage
from rollout.guard.rules.leaves_the_existing_estate import is_existing
from tests.rollout.guard.conftest import Judge
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

SERVICE: Json = {"name": "publicauth", "desired_count": 2, "launch_type": "EC2"}
TARGET: Json = {
    "min_capacity": 2,
    "max_capacity": 4,
    "resource_id": "service/sandbox-fargate/publicauth",
}
GROUP: Json = {"min_size": 2, "max_size": 4, "protect_from_scale_in": True}
STAYS = traffic(records("none", 100), records("none", 100))
SIMPLE = traffic(records(None), records(None))


def found(refused: Judge, *plans: Json, stage: Stage) -> set[str]:
    return {refusal.rule for refusal in refused(*plans, stage=stage)}


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
    gone = [plan(PLATFORM, change("aws_autoscaling_group.cde_instances", GROUP, None))]
    almost = at(everywhere(sandbox, Stage.RETIRED), Stage.DETACHED)
    assert "keeps-what-carries-traffic" in rules(judged(tmp_path, gone, almost))
    assert judged(tmp_path, gone, everywhere(sandbox, Stage.RETIRED)).is_clean


def test_refuses_to_destroy_the_key_of_logs(sandbox: Environment, tmp_path: Path) -> None:
    gone = [plan(PLATFORM, change("aws_kms_key.cde_key", {"policy": ""}, None))]
    verdict = judged(tmp_path, gone, everywhere(sandbox, Stage.RETIRED))
    assert rules(verdict) == {"keeps-what-carries-traffic"}


@pytest.mark.parametrize(
    ("address", "before", "after"),
    [
        ("aws_autoscaling_group.cde_instances", GROUP, {**GROUP, "min_size": 1}),
        ("aws_autoscaling_group.cde_instances", GROUP, {**GROUP, "max_size": 3}),
        ("aws_autoscaling_group.cde_instances", GROUP, {**GROUP, "protect_from_scale_in": False}),
        (
            "aws_launch_template.cde_template",
            {"instance_type": "m7g.large"},
            {"instance_type": "t"},
        ),
        ("aws_autoscaling_schedule.night", None, {"min_size": 0}),
        (
            "aws_ecs_cluster_capacity_providers.ec2",
            {"capacity_providers": ["sandbox-ec2-cde", "sandbox-ec2-general"]},
            {"capacity_providers": ["sandbox-ec2-cde"]},
        ),
    ],
)
def test_refuses_to_reduce_ec2_before_all_is_retired(
    sandbox: Environment, tmp_path: Path, address: str, before: Json | None, after: Json
) -> None:
    plans = [plan(PLATFORM, change(address, before, after))]
    assert rules(judged(tmp_path, plans, sandbox)) == {"keeps-ec2-capacity"}
    assert judged(tmp_path, plans, everywhere(sandbox, Stage.RETIRED)).is_clean


def test_lets_ec2_grow(sandbox: Environment, tmp_path: Path) -> None:
    more = change("aws_autoscaling_group.cde_instances", GROUP, {**GROUP, "min_size": 3})
    assert judged(tmp_path, [plan(PLATFORM, more)], sandbox).is_clean


def test_refuses_scaling_of_the_ec2_side(refused: Judge) -> None:
    new = plan(EC2, change("aws_appautoscaling_target.scaling_target", None, TARGET))
    assert found(refused, new, stage=Stage.SOAK) == {"keeps-ec2-capacity"}


@pytest.mark.parametrize("stage", [s for s in Stage if s.pins_fargate_at_peak])
def test_holds_fargate_at_the_peak_from_dark_to_soak(refused: Judge, stage: Stage) -> None:
    lower = {**TARGET, "min_capacity": 1}
    fewer = plan(FARGATE, change("aws_appautoscaling_target.scaling_target", TARGET, lower))
    unpinned = plan(FARGATE, change("aws_appautoscaling_target.scaling_target", lower, lower))
    gone = plan(FARGATE, change("aws_appautoscaling_target.scaling_target", TARGET, None))
    for plans in (fewer, unpinned, gone):
        assert found(refused, plans, stage=stage) == {"keeps-fargate-at-peak"}


def test_lets_fargate_follow_demand_once_detached(refused: Judge) -> None:
    lower = change(
        "aws_appautoscaling_target.scaling_target", TARGET, {**TARGET, "min_capacity": 1}
    )
    assert found(refused, plan(FARGATE, lower), stage=Stage.DETACHED) == set()


@pytest.mark.parametrize("stack", [EC2, FARGATE])
@pytest.mark.parametrize("after", [{"desired_count": 1}, {"desired_count": None}, {}])
def test_refuses_fewer_tasks(refused: Judge, stack: str, after: Json) -> None:
    fewer = {"name": "publicauth", **after}
    plans = plan(stack, change("aws_ecs_service.service", SERVICE, fewer))
    assert found(refused, plans, stage=Stage.DARK) == {"keeps-desired-count"}


def test_refuses_a_number_of_tasks_that_is_not_known(refused: Judge) -> None:
    plans = plan(
        EC2,
        change(
            "aws_ecs_service.service",
            SERVICE,
            {"name": "publicauth"},
            unknown={"desired_count": True},
        ),
    )
    assert found(refused, plans, stage=Stage.DARK) == {"keeps-desired-count"}


def test_lets_more_tasks_run(refused: Judge) -> None:
    more = change("aws_ecs_service.service", SERVICE, {**SERVICE, "desired_count": 3})
    assert found(refused, plan(EC2, more), stage=Stage.LEGACY) == set()


@pytest.mark.parametrize(
    "type",
    [
        "aws_vpc",
        "aws_subnet",
        "aws_security_group",
        "aws_security_group_rule",
        "aws_vpc_security_group_ingress_rule",
        "aws_db_instance",
        "aws_rds_cluster",
        "aws_route",
        "aws_route_table_association",
        "aws_route53_zone",
        "aws_acm_certificate",
        "aws_secretsmanager_secret_version",
        "aws_sqs_queue",
    ],
)
@pytest.mark.parametrize(
    ("before", "after"), [(None, {"a": 1}), ({"a": 1}, {"a": 2}), ({"a": 1}, None)]
)
def test_leaves_the_existing_estate_alone(
    refused: Judge, type: str, before: Json | None, after: Json | None
) -> None:
    plans = plan(EC2, change(f"{type}.this", before, after))
    assert "leaves-the-existing-estate" in found(refused, plans, stage=Stage.LEGACY)


def test_refuses_to_import_what_exists(refused: Judge) -> None:
    plans = plan(EC2, change("aws_vpc.this", {"a": 1}, {"a": 1}, importing={"id": "vpc-1"}))
    assert found(refused, plans, stage=Stage.LEGACY) == {"leaves-the-existing-estate"}


def test_knows_what_is_this_projects_own() -> None:
    own = ["aws_route53_record", "aws_lb", "aws_ecs_service", "aws_kms_key", "aws_sns_topic"]
    assert not any(map(is_existing, own))


DRIFT_RECORD = {"name": "a", "weighted_routing_policy": [{"weight": 95}]}


@pytest.mark.parametrize(
    "drift",
    [
        change(
            "aws_route53_record.ec2",
            DRIFT_RECORD,
            {**DRIFT_RECORD, "weighted_routing_policy": [{"weight": 100}]},
        ),
        change("aws_route53_record.ec2", DRIFT_RECORD, None),
        change("aws_ecs_service.service", SERVICE, {**SERVICE, "desired_count": 1}),
        change("aws_lb.alb", {"idle_timeout": 60}, {"idle_timeout": 30}),
        change("aws_lb_target_group.target_group", {"port": 443}, {"port": 80}),
        change("aws_lb_listener.https", {"ssl_policy": "a"}, {"ssl_policy": "b"}),
    ],
    ids=lambda drift: drift["address"],
)
def test_refuses_drift_in_what_carries_traffic(refused: Judge, drift: Json) -> None:
    assert found(refused, plan(EC2, resource_drift=[drift]), stage=Stage.LEGACY) == {"has-no-drift"}


@pytest.mark.parametrize(
    "drift",
    [
        change("aws_lb.alb", {"tags": None, "ttl": 0}, {"tags": {}, "ttl": None}),
        change(
            "aws_lb_target_group.target_group",
            {"load_balancer_arns": []},
            {"load_balancer_arns": ["arn"]},
        ),
        change("aws_cloudwatch_metric_alarm.a", {"threshold": 1}, {"threshold": 2}),
    ],
    ids=lambda drift: drift["address"],
)
def test_takes_no_harmless_difference_for_drift(refused: Judge, drift: Json) -> None:
    assert found(refused, plan(EC2, resource_drift=[drift]), stage=Stage.LEGACY) == set()


def test_what_scaling_did_is_no_drift(refused: Judge) -> None:
    drift = change("aws_ecs_service.service", SERVICE, {**SERVICE, "desired_count": 4})
    scaled = change("aws_appautoscaling_target.scaling_target", TARGET, TARGET)
    plans = plan(FARGATE, scaled, resource_drift=[drift])
    assert found(refused, plans, stage=Stage.DETACHED) == set()


def test_refuses_a_partial_plan(refused: Judge) -> None:
    partials: list[Json] = [{"complete": False}, {"errored": True}, {"deferred_changes": [{}]}]
    for partial in partials:
        assert found(refused, plan(EC2, **partial), stage=Stage.LEGACY) == {"plans-everything"}


LISTENER: Json = {
    "default_action": [{"type": "forward", "target_group_arn": "arn:blue", "forward": []}],
    "port": 443,
    "protocol": "HTTPS",
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
    ("aws_alb_listener.https", LISTENER, {"port": 8443}),
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
