"""The Terraform of missing rules, as `terraform fmt` writes it."""

import re
from ipaddress import IPv4Network

from rollout.contracts.reach.missing import MissingRule, Reason, TrafficDirection
from rollout.contracts.reach.rules import SecurityGroup


def as_terraform(rule: MissingRule, reason: Reason) -> str:
    """Return the resource that adds a rule.

    Its description has only letters, digits, spaces, dots and hyphens. AWS refuses many other signs
    (EC2 API reference, `IpRange`, `Description`).
    """
    word = "to" if rule.direction is TrafficDirection.EGRESS else "from"
    label = re.sub(r"\W", "_", f"{rule.group.name}_{word}_{rule.peer_name}_{rule.ports}")
    peer, value = "prefix_list_id", str(rule.peer)
    if isinstance(rule.peer, SecurityGroup):
        peer, value = "referenced_security_group_id", rule.peer.id
    elif isinstance(rule.peer, IPv4Network):
        peer = "cidr_ipv4"
    first, *others = reason.connections
    described = f"{first} and {len(others)} more" if others else str(first)
    arguments = {
        "security_group_id": _quoted(rule.group.id),
        "description": _quoted(described),
        "ip_protocol": _quoted("tcp"),
        "from_port": rule.ports.first,
        "to_port": rule.ports.last,
        peer: _quoted(value),
    }
    width = max(map(len, arguments))
    lines = [f"  {name:{width}} = {text}" for name, text in arguments.items()]
    resource = f"aws_vpc_security_group_{rule.direction}_rule"
    return "\n".join([f'resource "{resource}" "{label}" {{', *lines, "}"])


def _quoted(text: str) -> str:
    return f'"{text}"'
