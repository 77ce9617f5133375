"""The Terraform that adds a missing rule."""

import re
from ipaddress import IPv4Network

import hcl2
import pytest

from pay.model import Side
from pay.model.connections import INTERNET, Connection, End, EndKind, Ports
from rollout.contracts.reach.missing import MissingRule, Reason, TrafficDirection
from rollout.contracts.reach.rules import SecurityGroup
from rollout.contracts.reach.terraform import as_terraform

GROUP = SecurityGroup("sg-1", "sandbox-connector-sg", (), ())
PEER = SecurityGroup("sg-2", "sandbox-ledger-alb-sg", (), ())
CALL = Connection(
    End(EndKind.TASKS, "connector"),
    End(EndKind.LOAD_BALANCER, "ledger", Side.FARGATE),
    Ports(443, 443),
)


def rule(direction: TrafficDirection, peer: SecurityGroup | IPv4Network | str) -> MissingRule:
    return MissingRule(GROUP, direction, Ports(443, 443), peer)


def test_a_rule_is_a_resource_as_terraform_formats_it() -> None:
    text = as_terraform(rule(TrafficDirection.EGRESS, PEER), Reason((CALL,), ("connector",)))
    assert text == (
        'resource "aws_vpc_security_group_egress_rule" '
        '"sandbox_connector_sg_to_sandbox_ledger_alb_sg_443" {\n'
        '  security_group_id            = "sg-1"\n'
        "  description                  = "
        '"connector on Fargate to fargate load balancer of ledger"\n'
        '  ip_protocol                  = "tcp"\n'
        "  from_port                    = 443\n"
        "  to_port                      = 443\n"
        '  referenced_security_group_id = "sg-2"\n'
        "}"
    )


@pytest.mark.parametrize(
    ("peer", "argument", "value"),
    [
        (IPv4Network("0.0.0.0/0"), "cidr_ipv4", "0.0.0.0/0"),
        ("pl-1", "prefix_list_id", "pl-1"),
    ],
)
def test_a_peer_is_addresses_or_a_prefix_list(
    peer: IPv4Network | str, argument: str, value: str
) -> None:
    text = as_terraform(rule(TrafficDirection.INGRESS, peer), Reason((CALL,), ("connector",)))
    [resources] = hcl2.loads(text)["resource"]
    [named] = resources.values()
    [arguments] = named.values()
    assert value in arguments[argument]


ENDS = [
    End(EndKind.TASKS, "webhooks-egress"),
    End(EndKind.INSTANCES, "general"),
    End(EndKind.LOAD_BALANCER, "products-ui", Side.EC2),
    End(EndKind.DATABASE, "connector"),
    End(EndKind.REDIS, "publicapi"),
    End(EndKind.AWS, "aps-workspaces"),
    INTERNET,
]


@pytest.mark.parametrize("end", ENDS, ids=str)
@pytest.mark.parametrize("count", [1, 20])
def test_a_description_is_one_that_aws_takes(end: End, count: int) -> None:
    connection = Connection(end, ENDS[0], Ports(443, 443))
    text = as_terraform(
        rule(TrafficDirection.EGRESS, PEER), Reason((connection,) * count, ("connector",))
    )
    [description] = re.findall(r'description += "(.*)"', text)
    assert re.fullmatch(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}", description)
