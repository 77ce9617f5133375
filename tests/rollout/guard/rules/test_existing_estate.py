"""What the guard refuses about the existing estate, drift and plans that are not whole."""

import pytest

from pay.model import Stage
from tests.rollout.guard.conftest import Judge, found
from tests.support.mutations import FOREIGN
from tests.support.plans import EC2, FARGATE, Json, change, plan

SERVICE: Json = {"name": "publicauth", "desired_count": 2, "launch_type": "EC2"}
TARGET: Json = {
    "min_capacity": 2,
    "max_capacity": 4,
    "resource_id": "service/sandbox-fargate/publicauth",
}


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
        *FOREIGN,
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
        change("aws_autoscaling_group.group", {"min_size": 2}, {"min_size": 0}),
        change("aws_appautoscaling_target.target", {"min_capacity": 2}, {"min_capacity": 1}),
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
        change("aws_autoscaling_group.a", {"desired_capacity": 2}, {"desired_capacity": 3}),
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


@pytest.mark.parametrize(
    "part",
    [
        {"action_invocations": [{"address": "action.aws_lambda_invoke.x"}]},
        {"deferred_action_invocations": [{"reason": "unknown"}]},
        {"from_a_later_terraform": [1]},
    ],
)
def test_refuses_what_no_rule_judges(refused: Judge, part: Json) -> None:
    (refusal,) = refused(plan(EC2, **part), stage=Stage.LEGACY)
    assert refusal.rule == "plans-everything"
    assert next(iter(part)) in refusal.finding.saw


def test_refuses_configuration_that_no_file_holds(refused: Judge) -> None:
    imported = change("aws_lb.alb", {"a": 1}, {"a": 1}, importing={"id": "arn"})
    imported["change"]["generated_config"] = 'resource "aws_lb" "alb" {}'
    assert found(refused, plan(EC2, imported), stage=Stage.LEGACY) == {"plans-everything"}


def test_refuses_a_plan_that_terraform_would_not_apply(refused: Judge) -> None:
    written = change("aws_ecs_service.service", SERVICE, {**SERVICE, "desired_count": 3})
    plans = plan(EC2, written, applyable=False)
    assert "plans-everything" in found(refused, plans, stage=Stage.LEGACY)
    assert found(refused, plan(EC2, applyable=False), stage=Stage.LEGACY) == set()
