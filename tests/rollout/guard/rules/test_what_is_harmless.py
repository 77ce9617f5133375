"""What the guard refuses of changes in place, and what the table of harmless changes lets pass."""

from pathlib import Path
from typing import Any

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
    rules,
)

RULE = {"changes-only-what-is-harmless"}

BALANCER, LISTENER, TARGETS = "aws_lb.alb", "aws_lb_listener.https", "aws_lb_target_group.targets"
SERVICE = "aws_ecs_service.service"
POLICY, ALARM = "aws_appautoscaling_policy.scaling", "aws_cloudwatch_metric_alarm.errors"
GROUP, TEMPLATE = "aws_autoscaling_group.cde", "aws_launch_template.cde"

CERTIFICATE = "arn:aws:acm:eu-west-1:555555555555:certificate/"
FORWARD: Json = {"type": "forward", "target_group_arn": "arn:blue", "forward": []}
CHECK: Json = {
    **{"enabled": True, "path": "/healthcheck", "port": "traffic-port", "protocol": "HTTP"},
    **{"interval": 10, "timeout": 5, "healthy_threshold": 2, "unhealthy_threshold": 3},
    "matcher": "200",
}
NETWORK: Json = {"subnets": ["a", "b"], "security_groups": ["sg-1"], "assign_public_ip": False}
TRACKING = "target_tracking_scaling_policy_configuration"
CPU: Json = {
    **{"target_value": 60, "scale_in_cooldown": 300, "scale_out_cooldown": 60},
    "disable_scale_in": False,
    "predefined_metric_specification": [{"predefined_metric_type": "ECSServiceAverageCPU"}],
}
MANAGED: Json = {"managed_scaling": [{"status": "ENABLED", "target_capacity": 100}]}

CHECKS: list[Json] = [
    {"path": "/ready"},
    {"matcher": "204"},
    {"matcher": "200-499"},
    {"port": "9999"},
    {"protocol": "HTTPS"},
    {"enabled": False},
    {"interval": 5},
    {"interval": 300},
    {"timeout": 2},
    {"timeout": 9},
    {"healthy_threshold": 10},
    {"unhealthy_threshold": 2},
    {"unhealthy_threshold": 10},
]
NETWORKS: list[Json] = [
    {"subnets": ["a", "c"]},
    {"subnets": ["a"]},
    {"subnets": ["a", "b", "c"]},
    {"security_groups": ["sg-2"]},
    {"security_groups": ["sg-1", "sg-2"]},
    {"security_groups": []},
    {"assign_public_ip": True},
]
LAZIER: list[Json] = [
    {"target_value": 90},
    {"scale_out_cooldown": 600},
    {"scale_in_cooldown": 0},
    {"predefined_metric_specification": [{"predefined_metric_type": "ALBRequestCount"}]},
]


def in_block(name: str, block: Json, **changed: Any) -> tuple[Json, Json]:
    return {name: [block]}, {name: [{**block, **changed}]}


NO_DEPLOYMENT: list[tuple[Json, Json]] = [
    (
        {"deployment_minimum_healthy_percent": 100, "deployment_maximum_percent": 200},
        {"deployment_minimum_healthy_percent": 200},
    ),
    (
        {"deployment_minimum_healthy_percent": 50, "deployment_maximum_percent": 100},
        {"deployment_minimum_healthy_percent": 100},
    ),
    (
        {"deployment_minimum_healthy_percent": 50, "deployment_maximum_percent": 100},
        {"deployment_minimum_healthy_percent": 80},
    ),
    (
        {"deployment_minimum_healthy_percent": 50, "deployment_maximum_percent": 120},
        {"deployment_minimum_healthy_percent": 100},
    ),
]
"""With these ECS may neither stop a task of four nor start a fifth."""

HARM: list[tuple[str, Json, Json]] = [
    # What a request passes through.
    (LISTENER, {"default_action": [FORWARD]}, {"default_action": [{"type": "fixed-response"}]}),
    (LISTENER, *in_block("default_action", FORWARD, target_group_arn="arn:green")),
    (LISTENER, {"port": 443}, {"port": 8443}),
    (LISTENER, {"protocol": "HTTPS"}, {"protocol": "HTTP"}),
    (LISTENER, {"certificate_arn": f"{CERTIFICATE}a"}, {"certificate_arn": f"{CERTIFICATE}b"}),
    (LISTENER, {"ssl_policy": "TLS13-1-2-2021-06"}, {"ssl_policy": "TLS13-1-3-2021-06"}),
    (LISTENER, {"ssl_policy": "TLS13-1-2-2021-06"}, {"ssl_policy": "2016-08"}),
    (LISTENER, {"mutual_authentication": []}, {"mutual_authentication": [{"mode": "verify"}]}),
    (LISTENER, *in_block("mutual_authentication", {"mode": "passthrough"}, mode="verify")),
    (LISTENER, {"alpn_policy": None}, {"alpn_policy": "HTTP2Only"}),
    (LISTENER, {"tcp_idle_timeout_seconds": 350}, {"tcp_idle_timeout_seconds": 60}),
    (
        LISTENER,
        {"routing_http_response_strict_transport_security_header_value": ""},
        {"routing_http_response_strict_transport_security_header_value": "max-age=0"},
    ),
    (BALANCER, {"desync_mitigation_mode": "defensive"}, {"desync_mitigation_mode": "strictest"}),
    (BALANCER, {"desync_mitigation_mode": "defensive"}, {"desync_mitigation_mode": "monitor"}),
    (BALANCER, {"drop_invalid_header_fields": False}, {"drop_invalid_header_fields": True}),
    (BALANCER, {"drop_invalid_header_fields": True}, {"drop_invalid_header_fields": False}),
    (BALANCER, {"preserve_host_header": False}, {"preserve_host_header": True}),
    (BALANCER, {"xff_header_processing_mode": "append"}, {"xff_header_processing_mode": "remove"}),
    (BALANCER, {"enable_xff_client_port": False}, {"enable_xff_client_port": True}),
    (BALANCER, {"enable_http2": True}, {"enable_http2": False}),
    (BALANCER, {"idle_timeout": 60}, {"idle_timeout": 30}),
    (BALANCER, {"idle_timeout": 60}, {"idle_timeout": 75}),
    (BALANCER, {"idle_timeout": 60}, {"idle_timeout": 4000}),
    (BALANCER, {"client_keep_alive": 300}, {"client_keep_alive": 60}),
    (BALANCER, {"client_keep_alive": 300}, {"client_keep_alive": 3600}),
    (BALANCER, {"security_groups": ["a", "b"]}, {"security_groups": ["b", "c"]}),
    (BALANCER, {"security_groups": ["a"]}, {"security_groups": ["a", "open"]}),
    (BALANCER, {"subnets": ["a", "b"]}, {"subnets": ["a"]}),
    (BALANCER, {"subnets": ["a", "b"]}, {"subnets": ["a", "c"]}),
    (BALANCER, {"subnets": ["a", "b"]}, {"subnets": ["a", "b", "c"]}),
    (BALANCER, {"ip_address_type": "ipv4"}, {"ip_address_type": "dualstack"}),
    (BALANCER, {"enable_waf_fail_open": False}, {"enable_waf_fail_open": True}),
    (BALANCER, *in_block("access_logs", {"enabled": True}, enabled=False)),
    (BALANCER, *in_block("access_logs", {"bucket": "a"}, bucket="b")),
    (BALANCER, {"enable_cross_zone_load_balancing": True}, {"enable_cross_zone_load_balancing": 0}),
    (TARGETS, {"deregistration_delay": "40"}, {"deregistration_delay": "5"}),
    (TARGETS, {"slow_start": 0}, {"slow_start": 300}),
    (TARGETS, {"preserve_client_ip": "true"}, {"preserve_client_ip": "false"}),
    (TARGETS, {"preserve_client_ip": "false"}, {"preserve_client_ip": "true"}),
    (TARGETS, {"proxy_protocol_v2": False}, {"proxy_protocol_v2": True}),
    (TARGETS, {"connection_termination": False}, {"connection_termination": True}),
    (TARGETS, {"load_balancing_algorithm_type": "a"}, {"load_balancing_algorithm_type": "b"}),
    (
        TARGETS,
        {"load_balancing_cross_zone_enabled": "a"},
        {"load_balancing_cross_zone_enabled": ""},
    ),
    (TARGETS, *in_block("stickiness", {"enabled": False, "type": "lb_cookie"}, enabled=True)),
    (TARGETS, {"health_check": [CHECK]}, {"health_check": []}),
    *((TARGETS, *in_block("health_check", CHECK, **other)) for other in CHECKS),
    # How tasks run and are deployed.
    *((SERVICE, *in_block("network_configuration", NETWORK, **other)) for other in NETWORKS),
    (SERVICE, {"network_configuration": [NETWORK]}, {"network_configuration": []}),
    (SERVICE, {"health_check_grace_period_seconds": 120}, {"health_check_grace_period_seconds": 0}),
    (SERVICE, *in_block("deployment_circuit_breaker", {"enable": True}, enable=False)),
    (SERVICE, *in_block("deployment_circuit_breaker", {"rollback": True}, rollback=False)),
    (
        SERVICE,
        {"deployment_circuit_breaker": [{"enable": True, "rollback": True}]},
        {"deployment_circuit_breaker": []},
    ),
    (SERVICE, {"enable_execute_command": False}, {"enable_execute_command": True}),
    (
        SERVICE,
        {"deployment_minimum_healthy_percent": 100},
        {"deployment_minimum_healthy_percent": 0},
    ),
    *(
        (SERVICE, {**before, "desired_count": 4}, {**before, **after, "desired_count": 4})
        for before, after in NO_DEPLOYMENT
    ),
    (
        SERVICE,
        {"health_check_grace_period_seconds": 60},
        {"health_check_grace_period_seconds": 86400},
    ),
    (TARGETS, {"deregistration_delay": "40"}, {"deregistration_delay": "3600"}),
    (SERVICE, {"deployment_maximum_percent": 200}, {"deployment_maximum_percent": 100}),
    (SERVICE, {"deployment_maximum_percent": 200}, {"deployment_maximum_percent": 1000}),
    (SERVICE, {"platform_version": "LATEST"}, {"platform_version": "1.3.0"}),
    (SERVICE, {"availability_zone_rebalancing": "ENABLED"}, {"availability_zone_rebalancing": ""}),
    (SERVICE, {"load_balancer": [{"target_group_arn": "arn:blue"}]}, {"load_balancer": []}),
    (
        SERVICE,
        {"capacity_provider_strategy": []},
        {"capacity_provider_strategy": [{"capacity_provider": "FARGATE_SPOT", "weight": 1}]},
    ),
    (SERVICE, {"launch_type": "FARGATE"}, {"launch_type": ""}),
    (SERVICE, {"placement_constraints": []}, {"placement_constraints": [{"type": "memberOf"}]}),
    (
        SERVICE,
        {"ordered_placement_strategy": [{"type": "spread", "field": "zone"}, {"type": "binpack"}]},
        {"ordered_placement_strategy": [{"type": "binpack"}]},
    ),
    (SERVICE, {"alarms": []}, {"alarms": [{"alarm_names": ["a"], "enable": True}]}),
    (SERVICE, {"wait_for_steady_state": True}, {"wait_for_steady_state": False}),
    (SERVICE, {"an_attribute_of_tomorrow": 1}, {"an_attribute_of_tomorrow": 2}),
    ("aws_iam_role.task", {"max_session_duration": 43200}, {"max_session_duration": 3600}),
    # What scales.
    *((POLICY, *in_block(TRACKING, CPU, **other)) for other in LAZIER),
    (POLICY, *in_block(TRACKING, {**CPU, "disable_scale_in": True}, disable_scale_in=False)),
    (POLICY, {"policy_type": "TargetTrackingScaling"}, {"policy_type": "StepScaling"}),
]
"""A resource's address, its values before and after: on a side that can receive traffic."""


def update(address: str, before: Json, after: Json, **more: Any) -> Json:
    return change(address, before, after, actions=["update"], **more)


@pytest.mark.parametrize(("address", "before", "after"), HARM)
def test_refuses_what_is_not_known_to_be_harmless_under_traffic(
    refused: Judge, address: str, before: Json, after: Json
) -> None:
    entry = update(address, before, after)
    # `keeps-ec2-capacity` refuses all that scales on EC2.
    if address != POLICY:
        assert found(refused, plan(EC2, entry), stage=Stage.LEGACY) == RULE
    assert found(refused, plan(FARGATE, entry), stage=Stage.READY) == RULE
    assert found(refused, plan(FARGATE, entry), stage=Stage.RETIRED) == RULE
    assert found(refused, plan(FARGATE, entry), stage=Stage.DARK) == set()


HARMLESS: list[tuple[str, Json, Json]] = [
    (BALANCER, {"tags": {"a": "b"}}, {"tags": {"a": "c"}}),
    (BALANCER, {"idle_timeout": 60}, {"idle_timeout": 70}),
    (BALANCER, {"subnets": ["a", "b"]}, {"subnets": ["b", "a"]}),
    (BALANCER, {"enable_deletion_protection": False}, {"enable_deletion_protection": True}),
    (BALANCER, *in_block("access_logs", {"enabled": False}, enabled=True)),
    (LISTENER, {"tags": None}, {"tags": {"a": "b"}}),
    (TARGETS, {"deregistration_delay": "40"}, {"deregistration_delay": "120"}),
    (
        SERVICE,
        {"health_check_grace_period_seconds": 60},
        {"health_check_grace_period_seconds": 120},
    ),
    (
        SERVICE,
        {"deployment_minimum_healthy_percent": 50},
        {"deployment_minimum_healthy_percent": 100},
    ),
    (
        SERVICE,
        {"deployment_minimum_healthy_percent": 50, "desired_count": 4},
        {"deployment_minimum_healthy_percent": 75, "desired_count": 4},
    ),
    (
        SERVICE,
        {"health_check_grace_period_seconds": 60},
        {"health_check_grace_period_seconds": 600},
    ),
    (TARGETS, {"deregistration_delay": "40"}, {"deregistration_delay": "300"}),
    (SERVICE, {"enable_execute_command": True}, {"enable_execute_command": False}),
    (SERVICE, {"platform_version": "1.4.0"}, {"platform_version": "LATEST"}),
    (SERVICE, {"propagate_tags": "NONE"}, {"propagate_tags": "SERVICE"}),
    (SERVICE, {"force_new_deployment": False}, {"force_new_deployment": True}),
    (SERVICE, {"timeouts": None}, {"timeouts": {"update": "20m"}}),
    (POLICY, *in_block(TRACKING, CPU, target_value=50, scale_out_cooldown=30)),
    (POLICY, *in_block(TRACKING, CPU, scale_in_cooldown=600)),
    ("aws_iam_role.task", {"description": "a"}, {"description": "b"}),
    ("aws_iam_role.task", {"max_session_duration": 3600}, {"max_session_duration": 43200}),
]


@pytest.mark.parametrize(("address", "before", "after"), HARMLESS)
@pytest.mark.parametrize("stage", [Stage.READY, Stage.HALF, Stage.RETIRED])
def test_lets_what_is_harmless_pass_under_traffic(
    refused: Judge, stage: Stage, address: str, before: Json, after: Json
) -> None:
    assert found(refused, plan(FARGATE, update(address, before, after)), stage=stage) == set()


NOT_RECORDED: Json = {"logging": "NONE", "kms_key_id": None, "log_configuration": []}

PLATFORM_HARM: list[tuple[str, Json, Json]] = [
    (LISTENER, {"port": 443}, {"port": 8443}),
    (ALARM, {"threshold": 1}, {"threshold": 2}),
    (
        "aws_cloudwatch_log_group.app",
        {},
        {"kms_key_id": "arn:aws:kms:eu-west-1:999999999999:key/a"},
    ),
    (
        "aws_ecs_cluster.ec2",
        {},
        {"configuration": [{"execute_command_configuration": [NOT_RECORDED]}]},
    ),
    ("aws_kms_alias.cde", {"target_key_id": "a"}, {"target_key_id": "b"}),
    ("aws_kms_key.cde", {"enable_key_rotation": True}, {"enable_key_rotation": False}),
    ("aws_kms_key.cde", {"deletion_window_in_days": 30}, {"deletion_window_in_days": 7}),
    ("aws_cloudwatch_log_group.app", {"kms_key_id": "a"}, {"kms_key_id": None}),
    ("aws_sns_topic.critical", {"kms_master_key_id": "a"}, {"kms_master_key_id": "b"}),
    ("aws_sns_topic.critical", {}, {"kms_master_key_id": "alias/aws/sns"}),
    ("aws_ecs_cluster.fargate", {"setting": [{"value": "on"}]}, {"setting": [{"value": "off"}]}),
    (
        "aws_ecs_cluster_capacity_providers.ec2",
        {"capacity_providers": ["cde", "general"]},
        {"capacity_providers": ["cde"]},
    ),
]
"""The same in the platform's stack, whatever the stages."""


@pytest.mark.parametrize(("address", "before", "after"), PLATFORM_HARM)
def test_refuses_it_for_all_sides(
    sandbox: Environment, tmp_path: Path, address: str, before: Json, after: Json
) -> None:
    plans = [plan(PLATFORM, update(address, before, after))]
    for environment in (sandbox, everywhere(sandbox, Stage.RETIRED)):
        assert rules(judged(tmp_path, plans, environment)) == RULE


INSTANCE_HARM: list[tuple[str, Json, Json]] = [
    (GROUP, {"protect_from_scale_in": True}, {"protect_from_scale_in": False}),
    (GROUP, {"vpc_zone_identifier": ["a", "b"]}, {"vpc_zone_identifier": ["a"]}),
    (GROUP, {"suspended_processes": []}, {"suspended_processes": ["Launch"]}),
    (GROUP, *in_block("launch_template", {"id": "lt-1", "version": "$Latest"}, id="lt-2")),
    (GROUP, {"mixed_instances_policy": []}, {"mixed_instances_policy": [{"launch_template": []}]}),
    (GROUP, {"health_check_type": "EC2"}, {"health_check_type": "ELB"}),
    (GROUP, {"tag": [{"key": "AmazonECSManaged"}]}, {"tag": []}),
    (
        TEMPLATE,
        {"default_version": 4, "latest_version": 4},
        {"default_version": 3, "latest_version": 4},
    ),
    (TEMPLATE, {"instance_type": "m7g.large"}, {"instance_type": "t4g.nano"}),
    (TEMPLATE, {"instance_type": "m7g.xlarge"}, {"instance_type": "m7g.large"}),
    (TEMPLATE, {"instance_type": "m7g.xlarge"}, {"instance_type": "r7g.2xlarge"}),
    (TEMPLATE, {"instance_type": "m7g.xlarge"}, {"instance_type": "m7g.metal"}),
    (TEMPLATE, {"vpc_security_group_ids": ["a"]}, {"vpc_security_group_ids": ["b"]}),
    (
        "aws_ecs_capacity_provider.cde",
        {"auto_scaling_group_provider": [MANAGED]},
        {"auto_scaling_group_provider": [{"managed_scaling": [{"status": "DISABLED"}]}]},
    ),
]


@pytest.mark.parametrize(("address", "before", "after"), INSTANCE_HARM)
def test_refuses_it_of_instances_until_every_service_is_retired(
    sandbox: Environment, tmp_path: Path, address: str, before: Json, after: Json
) -> None:
    plans = [plan(PLATFORM, update(address, before, after))]
    assert rules(judged(tmp_path, plans, sandbox)) == RULE
    assert judged(tmp_path, plans, everywhere(sandbox, Stage.RETIRED)).is_clean


@pytest.mark.parametrize(
    ("before", "after"),
    [("m7g.large", "m7g.xlarge"), ("m7g.4xlarge", "m7g.12xlarge"), ("c7g.xlarge", "c7g.2xlarge")],
)
def test_lets_instances_get_larger(refused: Judge, before: str, after: str) -> None:
    entry = update(TEMPLATE, {"instance_type": before}, {"instance_type": after})
    assert found(refused, plan(PLATFORM, entry), stage=Stage.HALF) == set()


@pytest.mark.parametrize(
    "type", sorted(RESOURCE_TYPES - {"aws_ecs_task_definition", "aws_route53_record"})
)
def test_refuses_what_nobody_knows_on_every_type(refused: Judge, type: str) -> None:
    entry = update(f"{type}.a", {"of_tomorrow": 1}, {"of_tomorrow": 2})
    assert found(refused, plan(EC2, entry), stage=Stage.READY) >= RULE


def test_refuses_a_value_that_is_known_only_after_apply(refused: Judge) -> None:
    for address, name in ((BALANCER, "subnets"), (LISTENER, "default_action")):
        entry = update(address, {name: ["a"]}, {}, unknown={name: True})
        assert found(refused, plan(EC2, entry), stage=Stage.HALF) == RULE


def test_says_what_it_saw_and_how_to_let_it_pass(refused: Judge) -> None:
    [refusal] = refused(
        plan(EC2, update(BALANCER, {"idle_timeout": 60}, {"idle_timeout": 30})), stage=Stage.HALF
    )
    assert "idle_timeout from 60 to 30" in refusal.finding.saw
    assert "--allow changes-only-what-is-harmless" in refusal.finding.do


@pytest.mark.parametrize("stage", [s for s in Stage if s.has_fargate])
def test_judges_the_bounds_of_scaling_by_the_files_of_before_too(
    sandbox: Environment, tmp_path: Path, stage: Stage
) -> None:
    """One change lowers the file and the plan together."""
    base = at(sandbox, stage)
    tasks = base.services["publicauth"].tasks
    smaller = tasks.model_copy(update={"min": 1, "peak": 1})
    deployment = base.services["publicauth"].model_copy(update={"tasks": smaller})
    now = base.model_copy(update={"services": {**base.services, "publicauth": deployment}})
    was, becomes = ({"min_capacity": low, "max_capacity": high} for low, high in ((1, 4), (1, 1)))
    plans = [plan(FARGATE, update("aws_appautoscaling_target.a", was, becomes))]
    verdict = judged(tmp_path, plans, now, base={base.name: base})
    assert rules(verdict) == {"keeps-fargate-at-peak"}
