"""The ports that a security group opens, and to whom."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from rollout.plans.plan import ResourceChange, Values

INLINE = ("aws_security_group", "aws_default_security_group")
SINGLE = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
EITHER = "aws_security_group_rule"

_PEERS = (
    *("cidr_ipv4", "cidr_ipv6", "cidr_blocks", "ipv6_cidr_blocks"),
    *("prefix_list_id", "prefix_list_ids"),
    *("referenced_security_group_id", "security_groups", "source_security_group_id"),
)


class Opening(NamedTuple):
    """One way through a security group."""

    is_ingress: bool
    ports: str
    peer: str


def openings(change: ResourceChange, values: Values) -> set[Opening]:
    """Return the ways that a resource opens; none for another type, or where they are sensitive."""
    if change.is_sensitive():
        return set()
    if change.type in INLINE:
        rules = [(way, rule) for way in ("ingress", "egress") for rule in values.get(way) or ()]
        return {each for way, rule in rules for each in _of_rule(way == "ingress", rule)}
    if change.type in SINGLE and values:
        return set(_of_rule(change.type == SINGLE[0], values))
    if change.type == EITHER and values:
        return set(_of_rule(values.get("type") == "ingress", values))
    return set()


def _of_rule(is_ingress: bool, rule: Any) -> Iterator[Opening]:
    if not isinstance(rule, dict):
        return
    for key in _PEERS:
        given = rule.get(key) or ()
        for peer in given if isinstance(given, list | tuple) else [given]:
            yield Opening(is_ingress, _ports(rule), str(peer))
    if rule.get("self") is True:
        yield Opening(is_ingress, _ports(rule), "itself")


def _ports(rule: Values) -> str:
    """Return `443`, `53/udp`, `1024-65535` or `every port`."""
    protocol = str(rule.get("ip_protocol") or rule.get("protocol") or "")
    first, last = rule.get("from_port"), rule.get("to_port")
    if protocol in ("-1", "all", "") or first is None or (first, last) == (0, 65535):
        return "every port"
    ports = str(first) if first == last else f"{first}-{last}"
    return ports if protocol in ("tcp", "6") else f"{ports}/{protocol}"
