"""What holds on both sides of every service in every environment."""

from collections.abc import Iterator, Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.model import LoadBalancerType, Side
from pay.model.names import LOAD_BALANCER_NAME_LIMIT
from pay.model.stacks import side_stack
from tests.support.stack_ids import platform_stack
from tests.support.synthesised import Synthesised

Estate = Mapping[str, Synthesised]


def sides(estate: Estate) -> Iterator[Synthesised]:
    """The stacks of all sides that render something."""
    for stack in estate.values():
        if stack.id.endswith(("-ec2", "-fargate")) and stack.addresses:
            yield stack


def test_the_estate_has_both_sides_in_motion(estate: Estate) -> None:
    assert {stack.id.rsplit("-", 1)[1] for stack in sides(estate)} == {"ec2", "fargate"}


def test_containers_are_locked_down(estate: Estate) -> None:
    for stack in sides(estate):
        for container in stack.containers.values():
            assert container["readonlyRootFilesystem"] is True
            assert container["linuxParameters"]["capabilities"]["drop"] == ["ALL"]
            assert container["user"].split(":")[0] != "0"
            assert "privileged" not in container
            assert container["logConfiguration"]["logDriver"] == "awslogs"
            assert {"/tmp"} <= {mount["containerPath"] for mount in container["mountPoints"]}


def test_containers_carry_no_null_and_no_default_that_aws_adds(estate: Estate) -> None:
    for stack in sides(estate):
        for container in stack.containers.values():
            assert None not in container.values()
            assert not [key for key, value in container.items() if value in ([], {}, "")]
            for mapping in container.get("portMappings", []):
                assert set(mapping) == {"containerPort"}


def test_secrets_are_references_and_never_values(estate: Estate) -> None:
    for stack in sides(estate):
        for container in stack.containers.values():
            secret = {pair["name"] for pair in container.get("secrets", [])}
            plain = {pair["name"] for pair in container.get("environment", [])}
            assert not secret & plain
            for pair in container.get("secrets", []):
                assert pair["valueFrom"].startswith(("arn:aws:ssm:", "${data.aws_secretsmanager"))


def test_task_and_execution_role_differ_and_trust_only_this_account(estate: Estate) -> None:
    for stack in sides(estate):
        task = stack.resource("aws_ecs_task_definition", "task")
        assert task["task_role_arn"] != task["execution_role_arn"]
        for role in ("task_role", "execution_role"):
            trust = stack.resource("aws_iam_role", role)["assume_role_policy"]
            assert "aws:SourceAccount" in trust
            assert "aws:SourceArn" in trust


def test_no_action_is_a_wildcard_and_only_one_statement_has_a_wildcard_resource(
    estate: Estate,
) -> None:
    for stack in sides(estate):
        for policy in ("task_policy", "execution_policy"):
            if f"aws_iam_role_policy.{policy}" not in stack.addresses:
                continue
            for sid, statement in stack.policy(policy).items():
                assert not [action for action in statement["Action"] if "*" in action]
                if "*" in statement["Resource"]:
                    assert sid == "LogInToEcr"


def test_load_balancers_are_hardened(estate: Estate) -> None:
    for stack in sides(estate):
        [load_balancer] = stack.document["resource"]["aws_lb"].values()
        assert len(load_balancer["name"]) <= LOAD_BALANCER_NAME_LIMIT
        if load_balancer["load_balancer_type"] == "application":
            assert load_balancer["access_logs"]["enabled"] is True
            assert load_balancer["drop_invalid_header_fields"] is True
            assert load_balancer["desync_mitigation_mode"] == "defensive"
            assert load_balancer["client_keep_alive"] == 300


def test_http_is_only_ever_redirected(estate: Estate) -> None:
    for stack in sides(estate):
        for listener in stack.document["resource"]["aws_lb_listener"].values():
            if listener["protocol"] == "HTTP":
                assert [action["type"] for action in listener["default_action"]] == ["redirect"]
            if listener["protocol"] == "HTTPS":
                assert listener["ssl_policy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"


def test_traffic_to_the_task_is_tls_behind_an_application_load_balancer(estate: Estate) -> None:
    for stack in sides(estate):
        target_group = stack.resource("aws_lb_target_group", "target_group")
        [load_balancer] = stack.document["resource"]["aws_lb"].values()
        assert (target_group["protocol"] == "HTTPS") == (
            load_balancer["load_balancer_type"] == "application"
        )


def test_sides_log_to_groups_that_the_platform_keeps_for_a_year(estate: Estate) -> None:
    for stack in sides(estate):
        (environment,) = {
            tags["Environment"]
            for provider in stack.document["provider"]["aws"]
            for tags in (each["tags"] for each in provider["default_tags"])
        }
        platform = estate[platform_stack(environment)].document["resource"]
        kept = {
            group["name"]
            for group in platform["aws_cloudwatch_log_group"].values()
            if group["retention_in_days"] >= 365 and group["kms_key_id"]
        }
        for container in stack.containers.values():
            assert container["logConfiguration"]["options"]["awslogs-group"] in kept


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_side_forgets_the_log_groups_that_it_held_and_deletes_none(
    estate: Estate, name: str
) -> None:
    held = [
        f"aws_cloudwatch_log_group.{part.log_kind}_log".replace("-", "_")
        for part in CATALOGUE[name].containers
    ]
    for side in Side:
        removed = estate[side_stack("production-2", name, side)].document["removed"]
        assert removed == [{"from": each, "lifecycle": {"destroy": False}} for each in held]


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_network_load_balancer_is_the_one_that_had_the_other_name(
    estate: Estate, name: str
) -> None:
    for side in Side:
        stack = estate[side_stack("production-2", name, side)]
        moved = {"from": "aws_lb.alb", "to": "aws_lb.nlb"}
        is_network = "aws_lb.nlb" in stack.addresses
        assert stack.document.get("moved", []) == ([moved] if is_network else [])


def test_every_alarm_reaches_somebody(estate: Estate) -> None:
    for stack in sides(estate):
        alarms = stack.document["resource"]["aws_cloudwatch_metric_alarm"]
        assert "healthy_hosts_alarm" in alarms
        assert all(alarm["alarm_actions"] for alarm in alarms.values())


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_the_times_of_a_request_agree(name: str) -> None:
    timing = CATALOGUE[name].timing
    longest = timing.longest_request_seconds
    assert longest < timing.deregistration_delay_seconds
    assert longest <= timing.shutdown_seconds < timing.stop_timeout_seconds
    assert longest < timing.stop_timeout_seconds <= 120
    assert longest < timing.idle_timeout_seconds < timing.target_keep_alive_seconds


def test_no_two_services_share_a_name_in_aws(estate: Estate) -> None:
    for type in ("aws_lb", "aws_lb_target_group", "aws_iam_role"):
        found = [
            resource["name"]
            for stack in sides(estate)
            for resource in stack.document["resource"][type].values()
        ]
        assert len(found) == len(set(found)), type


def test_load_balancer_types_follow_the_catalogue(estate: Estate) -> None:
    for name, service in CATALOGUE.items():
        stack = estate[side_stack("sandbox", name, Side.EC2)]
        [load_balancer] = stack.document["resource"]["aws_lb"].values()
        assert load_balancer["load_balancer_type"] == service.load_balancer_type
    proxies = {n for n, s in CATALOGUE.items() if s.load_balancer_type is LoadBalancerType.NETWORK}
    assert proxies == {"egress", "webhooks-egress"}
