"""What the guard refuses of new resources: that they take over what runs."""

from typing import Any

import pytest

from pay.model import Side, Stage
from pay.model.stacks import side_stack
from tests.rollout.guard.conftest import Judge
from tests.support.plans import EC2, ENVIRONMENT, FARGATE, PLATFORM, TRAFFIC, Json, change, plan

RULE = "takes-over-nothing-that-runs"
PUBLIC = side_stack(ENVIRONMENT, "frontend", Side.EC2)

BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:555555555555:loadbalancer/app/a/1"
TARGETS = "arn:aws:elasticloadbalancing:eu-west-1:555555555555:targetgroup/a/1"
TOPIC = "arn:aws:sns:eu-west-1:555555555555:sandbox-alarms-critical"
ACL = "arn:aws:wafv2:eu-west-1:555555555555:regional/webacl/sandbox/1"
OWN_TARGETS = change("aws_lb_target_group.target_group", {"arn": TARGETS}, {"arn": TARGETS})
SCALED = "service/sandbox-fargate/publicauth"
HTTPS: Json = {"redirect": [{"protocol": "HTTPS", "port": "443", "status_code": "HTTP_301"}]}


def new(address: str, values: Json, **more: Any) -> Json:
    return change(address, None, values, **more)


def there(address: str, values: Json) -> Json:
    return change(address, values, values)


def acls(name: str) -> Json:
    found = {
        "address": "data.aws_wafv2_web_acl.web_acl",
        "mode": "data",
        "type": "aws_wafv2_web_acl",
        "values": {"name": name, "arn": ACL},
    }
    return {"values": {"root_module": {"resources": [found]}}}


def count(refused: Judge, stack: str, *changes: Json, **more: Any) -> int:
    refusals = refused(plan(stack, *changes, **more), stage=Stage.HALF)
    return len([refusal for refusal in refusals if refusal.rule == RULE])


def listener(action: Json, **values: Any) -> Json:
    values = {"load_balancer_arn": BALANCER, "port": 80, "protocol": "HTTP", **values}
    return new("aws_lb_listener.new", {**values, "default_action": [action]})


def alarm(**values: Any) -> Json:
    own = {"alarm_name": "sandbox-publicauth-fargate-depth", "alarm_actions": [TOPIC]}
    return new("aws_cloudwatch_metric_alarm.new", {**own, **values})


def service(**values: Any) -> Json:
    own = {"name": "publicauth", "load_balancer": [{"target_group_arn": TARGETS}]}
    return new("aws_ecs_service.new", {**own, **values})


GROUP = {"auto_scaling_group_arn": "arn:aws:autoscaling:eu-west-1:555555555555:group/a"}

TAKES_OVER: list[tuple[str, tuple[Json, ...]]] = [
    (EC2, (listener({"type": "forward", "target_group_arn": TARGETS}),)),
    (EC2, (listener({"type": "forward"}, port=8443, protocol="HTTPS"),)),
    (EC2, (listener({"type": "fixed-response"}),)),
    (EC2, (listener({"type": "redirect", "redirect": [{"protocol": "HTTP"}]}),)),
    (FARGATE, (alarm(alarm_name="sandbox-publicauth-ec2-errors"),)),
    (FARGATE, (alarm(alarm_name="sandbox-ledger-fargate-errors"),)),
    (FARGATE, (alarm(alarm_actions=["arn:aws:automate:eu-west-1:ec2:terminate"]),)),
    (FARGATE, (alarm(ok_actions=[TOPIC.replace("5" * 12, "9" * 12)]),)),
    (
        FARGATE,
        (
            alarm(),
            there(
                "aws_cloudwatch_metric_alarm.old",
                {"alarm_name": "sandbox-publicauth-fargate-depth"},
            ),
        ),
    ),
    (
        FARGATE,
        (
            service(),
            there("aws_ecs_service.old", {"load_balancer": [{"target_group_arn": TARGETS}]}),
            OWN_TARGETS,
        ),
    ),
    (FARGATE, (service(),)),
    (FARGATE, (service(name="other"), OWN_TARGETS)),
    (FARGATE, (service(cluster="sandbox-ec2", load_balancer=[]),)),
    (
        FARGATE,
        (
            new("aws_appautoscaling_policy.new", {"resource_id": SCALED}),
            there("aws_appautoscaling_policy.old", {"resource_id": SCALED}),
        ),
    ),
    (
        FARGATE,
        (
            new(
                "aws_appautoscaling_target.new",
                {"resource_id": SCALED, "min_capacity": 9, "max_capacity": 9},
            ),
            there(
                "aws_appautoscaling_target.old",
                {"resource_id": SCALED, "min_capacity": 9, "max_capacity": 9},
            ),
        ),
    ),
    (
        FARGATE,
        (
            new(
                "aws_appautoscaling_target.new",
                {
                    "resource_id": "service/sandbox-fargate/ledger",
                    "min_capacity": 9,
                    "max_capacity": 9,
                },
            ),
        ),
    ),
    (
        FARGATE,
        (
            new("aws_iam_role_policy.new", {"role": "a", "name": "b"}),
            there("aws_iam_role_policy.old", {"role": "a", "name": "b"}),
        ),
    ),
    (PLATFORM, (new("aws_ecs_cluster_capacity_providers.new", {"cluster_name": "sandbox-ec2"}),)),
    (PLATFORM, (new("aws_sns_topic_policy.new", {"arn": TOPIC, "policy": "{}"}),)),
    (PLATFORM, (new("aws_autoscaling_group.new", {"target_group_arns": [TARGETS]}),)),
    (
        PLATFORM,
        (
            new("aws_ecs_capacity_provider.new", {"auto_scaling_group_provider": [GROUP]}),
            there("aws_ecs_capacity_provider.old", {"auto_scaling_group_provider": [GROUP]}),
        ),
    ),
    (
        EC2,
        (new("aws_wafv2_web_acl_association.new", {"resource_arn": BALANCER, "web_acl_arn": ACL}),),
    ),
    (
        PUBLIC,
        (
            new(
                "aws_wafv2_web_acl_association.new",
                {"resource_arn": BALANCER, "web_acl_arn": f"{ACL}x"},
            ),
        ),
    ),
]


@pytest.mark.parametrize(("stack", "changes"), TAKES_OVER)
def test_refuses_a_new_resource_that_takes_over_what_runs(
    refused: Judge, stack: str, changes: tuple[Json, ...]
) -> None:
    assert count(refused, stack, *changes, prior_state=acls("sandbox")) == 1


BESIDE: list[tuple[str, tuple[Json, ...]]] = [
    (EC2, (listener({**HTTPS, "type": "redirect"}),)),
    (FARGATE, (alarm(),)),
    (FARGATE, (alarm(), there("aws_cloudwatch_metric_alarm.old", {"alarm_name": "other"}))),
    (FARGATE, (service(), OWN_TARGETS)),
    (FARGATE, (new("aws_appautoscaling_policy.new", {"resource_id": SCALED}),)),
    (
        FARGATE,
        (
            new("aws_iam_role_policy.new", {"role": "a", "name": "c"}),
            there("aws_iam_role_policy.old", {"role": "a", "name": "b"}),
        ),
    ),
    (
        PLATFORM,
        (
            new("aws_ecs_cluster.new", {"name": "sandbox-new"}),
            new("aws_ecs_cluster_capacity_providers.new", {"cluster_name": "sandbox-new"}),
        ),
    ),
    (PLATFORM, (new("aws_sns_topic_policy.new", {"policy": "{}"}, unknown={"arn": True}),)),
    (PLATFORM, (new("aws_autoscaling_group.new", {"target_group_arns": None}),)),
    (
        PUBLIC,
        (new("aws_wafv2_web_acl_association.new", {"resource_arn": BALANCER, "web_acl_arn": ACL}),),
    ),
    (
        PUBLIC,
        (
            new(
                "aws_wafv2_web_acl_association.new",
                {},
                unknown={"resource_arn": True, "web_acl_arn": True},
            ),
        ),
    ),
]


@pytest.mark.parametrize(("stack", "changes"), BESIDE)
def test_lets_a_stack_make_what_is_its_own(
    refused: Judge, stack: str, changes: tuple[Json, ...]
) -> None:
    assert count(refused, stack, *changes, prior_state=acls("sandbox")) == 0


def test_looks_for_what_is_there_in_every_plan_of_the_change(refused: Judge) -> None:
    resource = {"resource_arn": BALANCER, "web_acl_arn": ACL}
    here = plan(
        PUBLIC,
        new("aws_wafv2_web_acl_association.new", resource),
        prior_state=acls("sandbox"),
    )
    other = plan(
        side_stack(ENVIRONMENT, "frontend", Side.FARGATE),
        there("aws_wafv2_web_acl_association.old", resource),
    )
    refusals = refused(here, other, stage=Stage.HALF)
    assert [refusal.rule for refusal in refusals] == [RULE]


@pytest.mark.parametrize(
    "type",
    [
        *("aws_lb_listener_rule", "aws_lb_listener_certificate", "aws_lb_target_group_attachment"),
        *("aws_autoscaling_attachment", "aws_ecs_tag"),
        *("aws_iam_role_policy_attachment", "aws_iam_policy_attachment", "aws_iam_policy"),
        *("aws_kms_grant", "aws_kms_key_policy", "aws_sns_topic_subscription", "aws_ecs_task_set"),
        *("aws_lambda_permission", "aws_autoscaling_policy", "aws_shield_protection"),
        *(
            "aws_route53_health_check",
            "aws_autoscaling_lifecycle_hook",
            "aws_cloudwatch_log_stream",
        ),
    ],
)
def test_refuses_what_no_stack_makes_beside_what_runs(refused: Judge, type: str) -> None:
    for stack in (EC2, FARGATE, PLATFORM, TRAFFIC):
        refusals = refused(plan(stack, new(f"{type}.new", {"name": "a"})), stage=Stage.HALF)
        assert {refusal.rule for refusal in refusals} >= {"leaves-the-existing-estate"}


@pytest.mark.parametrize(
    ("stack", "type"),
    [
        (TRAFFIC, "aws_lb_listener"),
        (TRAFFIC, "aws_iam_role_policy"),
        (PLATFORM, "aws_ecs_service"),
        (PLATFORM, "aws_route53_record"),
        (EC2, "aws_appautoscaling_policy"),
        (EC2, "aws_ecs_cluster_capacity_providers"),
        (EC2, "aws_launch_template"),
        (FARGATE, "aws_sns_topic_policy"),
        (FARGATE, "aws_kms_alias"),
    ],
)
def test_refuses_a_new_resource_that_another_kind_of_stack_holds(
    refused: Judge, stack: str, type: str
) -> None:
    taken_over = change(f"{type}.new", {"name": "a"}, {"name": "a"}, importing={"id": "a"})
    for entry in (new(f"{type}.new", {"name": "a"}), taken_over):
        refusals = refused(plan(stack, entry), stage=Stage.HALF)
        assert {refusal.rule for refusal in refusals} >= {"leaves-the-existing-estate"}
