"""What each concern says of a change, in words."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from pay.model import Environment
from pay.model.stacks import TASKS
from tests.rollout.review.test_first_lines import DIGEST, REGISTRY, first_lines, reviewed
from tests.support.plans import (
    EC2,
    ENVIRONMENT,
    FARGATE,
    PLATFORM,
    Json,
    change,
    container,
    plan,
    policy,
    task_definition,
)


@pytest.fixture
def sandbox(environments: dict[str, Environment]) -> Environment:
    return environments["sandbox"]


def rule(*cidr_blocks: str, port: int = 443, **more: Any) -> Json:
    return {
        "from_port": port,
        "to_port": port,
        "protocol": "tcp",
        "cidr_blocks": list(cidr_blocks),
        **more,
    }


HARMS: dict[str, tuple[str, Json]] = {
    "loses 2 of 4 tasks": (
        EC2,
        change("aws_ecs_service.s", {"desired_count": 4}, {"desired_count": 2}),
    ),
    "loses 2 of 3 instances (cde)": (
        PLATFORM,
        change(
            "aws_autoscaling_group.g",
            {"name": "cde", "desired_capacity": 3},
            {"name": "cde", "desired_capacity": 1},
        ),
    ),
    "keeps at least 1 instead of 4 tasks": (
        FARGATE,
        change("aws_appautoscaling_target.t", {"min_capacity": 4}, {"min_capacity": 1}),
    ),
    "tasks get 512 instead of 1024 MiB of memory": (
        EC2,
        change(
            "aws_ecs_task_definition.task",
            {"family": "f", "memory": "1024"},
            {"family": "f", "memory": "512"},
            actions=["delete", "create"],
        ),
    ),
    "log retention 400 → 7 days": (
        PLATFORM,
        change("aws_cloudwatch_log_group.l", {"retention_in_days": 400}, {"retention_in_days": 7}),
    ),
    "log retention for ever → 400 days": (
        PLATFORM,
        change("aws_cloudwatch_log_group.l", {"retention_in_days": 0}, {"retention_in_days": 400}),
    ),
    "log retention 400 days → for ever": (
        PLATFORM,
        change("aws_cloudwatch_log_group.l", {"retention_in_days": 400}, {"retention_in_days": 0}),
    ),
    "queue message retention 1209600 → 60 seconds": (
        TASKS.stack_id(ENVIRONMENT),
        change(
            "aws_sqs_queue.q",
            {"message_retention_seconds": 1209600},
            {"message_retention_seconds": 60},
        ),
    ),
    "deletes the listener of 443": (EC2, change("aws_lb_listener.l", {"port": 443}, None)),
    "replaces the load balancer a because of name": (
        EC2,
        change(
            "aws_lb.alb",
            {"name": "a"},
            {"name": "b"},
            actions=["delete", "create"],
            replace_paths=[["name"]],
        ),
    ),
    "no longer manages the topic critical": (
        PLATFORM,
        change("aws_sns_topic.t", {"name": "critical"}, None, actions=["forget"]),
    ),
    "lifts the deletion protection (alb)": (
        EC2,
        change(
            "aws_lb.alb",
            {"name": "alb", "enable_deletion_protection": True},
            {"name": "alb", "enable_deletion_protection": False},
        ),
    ),
    "disables the key": (
        PLATFORM,
        change("aws_kms_key.k", {"is_enabled": True}, {"is_enabled": False}),
    ),
    "opens 443 to 0.0.0.0/0 in sg-1": (
        EC2,
        change(
            "aws_security_group.g",
            {"id": "sg-1", "ingress": [rule("10.0.0.0/8")]},
            {"id": "sg-1", "ingress": [rule("10.0.0.0/8", "0.0.0.0/0")]},
        ),
    ),
    "opens 22 to ::/0 in sg-2": (
        EC2,
        change(
            "aws_vpc_security_group_ingress_rule.r",
            None,
            {
                "security_group_id": "sg-2",
                "ip_protocol": "tcp",
                "from_port": 22,
                "to_port": 22,
                "cidr_ipv6": "::/0",
            },
        ),
    ),
    "closes every port to sg-3 in sg-4": (
        EC2,
        change(
            "aws_security_group_rule.r",
            {
                "type": "ingress",
                "protocol": "-1",
                "source_security_group_id": "sg-3",
                "security_group_id": "sg-4",
            },
            None,
        ),
    ),
    "opens a shell in running tasks": (
        FARGATE,
        change(
            "aws_ecs_service.s", {"enable_execute_command": False}, {"enable_execute_command": True}
        ),
    ),
    "gives tasks public addresses": (
        FARGATE,
        change(
            "aws_ecs_service.s",
            {"network_configuration": [{"assign_public_ip": False}]},
            {"network_configuration": [{"assign_public_ip": True}]},
        ),
    ),
    "reachable from the internet": (
        EC2,
        change("aws_lb.alb", {"name": "a", "internal": True}, {"name": "a", "internal": False}),
    ),
    "allows s3:* on * (policy p)": (
        EC2,
        change(
            "aws_iam_role_policy.p",
            {"name": "p", "policy": policy({"Action": "s3:GetObject", "Resource": "arn:a"})},
            {"name": "p", "policy": policy({"Action": "s3:*", "Resource": "*"})},
        ),
    ),
    "ssl policy ELBSecurityPolicy-TLS13-1-2-2021-06 → ELBSecurityPolicy-2016-08": (
        EC2,
        change(
            "aws_lb_listener.l",
            {"port": 443, "ssl_policy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
            {"port": 443, "ssl_policy": "ELBSecurityPolicy-2016-08"},
        ),
    ),
    "user data echo CLUSTER=a → echo CLUSTER=b": (
        PLATFORM,
        change(
            "aws_launch_template.t",
            {"user_data": b64encode(b"#!/bin/sh\necho CLUSTER=a").decode()},
            {"user_data": b64encode(b"#!/bin/sh\necho CLUSTER=b").decode()},
        ),
    ),
    "load balancer a: idle timeout 60 → 10": (
        EC2,
        change("aws_lb.alb", {"name": "a", "idle_timeout": 60}, {"name": "a", "idle_timeout": 10}),
    ),
    f"publicauth {REGISTRY}:7-release → 222222222222.dkr.ecr.eu-west-1.amazonaws.com/": (
        EC2,
        task_definition(
            [container()],
            [container(image=f"{REGISTRY.replace('5' * 12, '2' * 12)}:7-release")],
        ),
    ),
    "publicauth 7-release → 7-release@sha256:ab12cd34ab12…": (
        EC2,
        task_definition([container()], [container(image=f"{REGISTRY}:7-release@sha256:{DIGEST}")]),
    ),
    "secret DB_PASSWORD secret:sandbox/publicauth:A:: → secret:sandbox/ledger:A::": (
        EC2,
        task_definition(
            *(
                [
                    container(
                        secrets=[
                            {
                                "name": "DB_PASSWORD",
                                "valueFrom": "arn:aws:secretsmanager:eu-west-1:555555555555:"
                                f"secret:sandbox/{service}:A::",
                            }
                        ]
                    )
                ]
                for service in ("publicauth", "ledger")
            )
        ),
    ),
}
"""What the first lines say of a change."""


@pytest.mark.parametrize("says", HARMS)
def test_says_what_a_change_does_in_words(sandbox: Environment, tmp_path: Path, says: str) -> None:
    stack, entry = HARMS[says]
    beside = change("aws_x.y", {"name": "b"}, {"name": "c"})
    document = reviewed(tmp_path, sandbox, plan(stack, beside, entry))
    assert says in first_lines(document)
    assert says in document.title


def test_a_value_of_another_type_is_shown_as_it_is(sandbox: Environment, tmp_path: Path) -> None:
    ports = {"type": "ingress", "protocol": "tcp", "from_port": 443, "to_port": 443}
    rule = change("aws_security_group_rule.r", None, {**ports, "cidr_blocks": 7})
    assert "opens 443 to 7" in first_lines(reviewed(tmp_path, sandbox, plan(EC2, rule)))
