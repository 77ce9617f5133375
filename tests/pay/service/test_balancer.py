"""The load balancer, the target group and the listeners of a side."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Kept, Side, Stage
from pay.service.ec2 import Ec2Service
from pay.service.fargate import FargateService
from tests.support.services import keeping
from tests.support.synthesised import SideOf, Synthesised, rendered


@pytest.fixture
def connector(side_of: SideOf) -> Synthesised:
    return side_of("connector", Side.FARGATE)


@pytest.fixture
def egress(side_of: SideOf) -> Synthesised:
    return side_of("egress", Side.EC2)


def test_an_internal_load_balancer_logs_and_drops_what_no_client_should_send(
    connector: Synthesised,
) -> None:
    load_balancer = connector.resource("aws_lb", "alb")
    assert load_balancer["internal"] is True
    assert load_balancer["access_logs"]["enabled"] is True
    assert load_balancer["drop_invalid_header_fields"] is True
    assert load_balancer["desync_mitigation_mode"] == "defensive"
    assert "tags" not in load_balancer


def test_a_public_one_says_so_and_redirects_http(side_of: SideOf) -> None:
    frontend = side_of("frontend", Side.EC2)
    load_balancer = frontend.resource("aws_lb", "alb")
    assert (load_balancer["internal"], load_balancer["tags"]) == (False, {"Exposure": "public"})
    (redirect,) = frontend.resource("aws_lb_listener", "http")["default_action"]
    assert redirect["redirect"]["status_code"] == "HTTP_301"


@pytest.mark.parametrize("side", Side)
def test_a_public_one_is_behind_the_web_acl_of_its_environment(side_of: SideOf, side: Side) -> None:
    frontend = side_of("frontend", side)
    association = frontend.resource("aws_wafv2_web_acl_association", "web_acl_association")
    assert association["resource_arn"] == "${aws_lb.alb.arn}"
    assert association["web_acl_arn"] == "${data.aws_wafv2_web_acl.web_acl.arn}"
    web_acl = frontend.data("aws_wafv2_web_acl", "web_acl")
    assert (web_acl["name"], web_acl["scope"]) == ("production-2", "REGIONAL")


def test_an_internal_one_has_no_web_acl(connector: Synthesised) -> None:
    assert "aws_wafv2_web_acl_association" not in connector.document["resource"]


@pytest.mark.parametrize("side", Side)
def test_both_sides_log_below_the_prefix_of_their_environment(side_of: SideOf, side: Side) -> None:
    logs = side_of("connector", side).resource("aws_lb", "alb")["access_logs"]
    assert (logs["bucket"], logs["prefix"]) == ("pay-production-2-alb-access-logs", "alb")


def test_an_internal_one_has_no_http_listener(connector: Synthesised) -> None:
    assert set(connector.document["resource"]["aws_lb_listener"]) == {"https"}


def test_tls_ends_at_the_task(connector: Synthesised) -> None:
    listener = connector.resource("aws_lb_listener", "https")
    assert listener["ssl_policy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    target_group = connector.resource("aws_lb_target_group", "target_group")
    assert target_group["protocol"] == "HTTPS"
    assert target_group["health_check"]["path"] == CATALOGUE["connector"].health_check_path


def test_only_a_service_with_a_database_is_checked_with_the_patience_for_it(
    connector: Synthesised, side_of: SideOf
) -> None:
    check = connector.resource("aws_lb_target_group", "target_group")["health_check"]
    assert (check["interval"], check["unhealthy_threshold"], check["timeout"]) == (16, 10, 5)
    cardid = side_of("cardid", Side.EC2).resource("aws_lb_target_group", "target_group")
    check = cardid["health_check"]
    assert (check["interval"], check["unhealthy_threshold"], check["timeout"]) == (10, 3, 5)


def test_running_requests_end_before_a_target_leaves_or_a_connection_is_given_up(
    connector: Synthesised,
) -> None:
    longest = CATALOGUE["connector"].timing.longest_request_seconds
    target_group = connector.resource("aws_lb_target_group", "target_group")
    assert int(target_group["deregistration_delay"]) > longest
    assert connector.resource("aws_lb", "alb")["idle_timeout"] > longest


def test_a_proxy_stands_behind_a_network_load_balancer(egress: Synthesised) -> None:
    load_balancer = egress.resource("aws_lb", "nlb")
    assert load_balancer["load_balancer_type"] == "network"
    # Otherwise DNS would count the healthy tasks of each zone apart.
    assert load_balancer["enable_cross_zone_load_balancing"] is True
    target_group = egress.resource("aws_lb_target_group", "target_group")
    assert (target_group["protocol"], target_group["health_check"]["protocol"]) == ("TCP", "TCP")
    # One that keeps the client's address cannot send it back to the instance that it came from.
    assert target_group["preserve_client_ip"] == "false"
    assert egress.resource("aws_lb_listener", "tcp")["port"] == 8080


def test_an_adopted_proxy_keeps_its_callers_addresses_and_gets_no_security_groups(
    environments: Mapping[str, Environment],
) -> None:
    # AWS can give such a load balancer none; Terraform would replace it.
    kept = keeping(environments["production-2"], "egress", *Kept)
    egress = rendered(
        lambda stack: Ec2Service(stack, "Default", service=CATALOGUE["egress"], environment=kept)
    )
    assert "security_groups" not in egress.resource("aws_lb", "nlb")
    assert "nlb_security_groups" not in egress.document["data"].get("aws_security_groups", {})
    target_group = egress.resource("aws_lb_target_group", "target_group")
    assert target_group["preserve_client_ip"] == "true"


@pytest.mark.parametrize(("side", "drops"), [(Ec2Service, False), (FargateService, True)])
def test_an_adopted_load_balancer_keeps_its_headers_on_the_side_that_ran(
    environments: Mapping[str, Environment],
    side: type[Ec2Service] | type[FargateService],
    drops: bool,
) -> None:
    kept = keeping(environments["production-2"], "ledger", *Kept)
    ledger = rendered(
        lambda stack: side(stack, "Default", service=CATALOGUE["ledger"], environment=kept)
    )
    assert ledger.resource("aws_lb", "alb")["drop_invalid_header_fields"] is drops
    assert ledger.resource("aws_lb", "alb")["security_groups"]


@pytest.mark.parametrize(
    ("service", "side", "stage", "minimum"),
    [
        ("connector", Side.EC2, Stage.LEGACY, "8"),
        ("connector", Side.FARGATE, Stage.HALF, "8"),
        # Scaling may leave 9 of the 15 tasks.
        ("connector", Side.FARGATE, Stage.DETACHED, "5"),
        ("egress", Side.EC2, Stage.CUTOVER, "3"),
    ],
)
def test_a_side_leaves_dns_below_half_of_the_tasks_that_always_run(
    side_of: SideOf, service: str, side: Side, stage: Stage, minimum: str
) -> None:
    health = side_of(service, side, stage).resource("aws_lb_target_group", "target_group")[
        "target_group_health"
    ]
    assert health["dns_failover"] == {"minimum_healthy_targets_count": minimum}
    assert health["unhealthy_state_routing"] == {"minimum_healthy_targets_count": 1}


@pytest.mark.parametrize(
    ("side", "stage", "protected"),
    [
        (Side.EC2, Stage.LEGACY, True),
        (Side.EC2, Stage.SOAK, True),
        (Side.EC2, Stage.DETACHED, False),
        (Side.FARGATE, Stage.DARK, False),
        (Side.FARGATE, Stage.READY, True),
        (Side.FARGATE, Stage.RETIRED, True),
    ],
)
def test_deletion_protection_lasts_as_long_as_a_record_leads_here(
    side_of: SideOf, side: Side, stage: Stage, protected: bool
) -> None:
    load_balancer = side_of("ledger", side, stage).resource("aws_lb", "alb")
    assert load_balancer["enable_deletion_protection"] is protected


def test_an_environment_without_protection_has_it_on_neither_side(side_of: SideOf) -> None:
    for side in Side:
        load_balancer = side_of("ledger", side, Stage.HALF, "sandbox").resource("aws_lb", "alb")
        assert load_balancer["enable_deletion_protection"] is False
