"""Reads which security groups, subnets and VPCs a block names, looks up and permits."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.reading.expressions import references
from policies.reading.stack import Block, blocks_of, get, strings

_WIDEST_PREFIX = {4: 8, 6: 32}
"""10.0.0.0/8 is the widest private network; an IPv6 provider gets a /32 for all its customers.
A wider network, such as 0.0.0.0/1, counts as the internet.
"""

_GROUP = re.compile(r"(vpc_)?security_group(s|_ids?)|(source|referenced)_security_group_id")
_PLACE = re.compile(rf"{_GROUP.pattern}|subnets|subnet_ids?|vpc_zone_identifier|vpc_id")
"""The attributes that name security groups, and those that also name subnets and VPCs."""

ID = re.compile(r"(sg|subnet|vpc)-[0-9a-f]+")
"""An id from AWS, which does not show its segment."""


@dataclass(frozen=True, slots=True)
class Permission:
    """One rule of a security group in one direction."""

    protocol: str
    from_port: object
    to_port: object
    peers: tuple[str, ...]
    description: str

    @property
    def ports(self) -> str:
        if self.protocol in {"-1", "all"}:
            return "on all ports"
        if self.from_port == self.to_port:
            return str(self.from_port)
        return f"{self.from_port}-{self.to_port}"

    @property
    def is_https_only(self) -> bool:
        return self.protocol == "tcp" and self.from_port == self.to_port == 443


def is_world(peer: str) -> bool:
    """Return whether a peer is a network wider than any single organisation's."""
    try:
        network = ipaddress.ip_network(peer.strip(), strict=False)
    except ValueError:  # a security group, a prefix list, a reference
        return False
    return network.prefixlen < _WIDEST_PREFIX[network.version]


def groups(block: Block) -> Iterator[str]:
    """Yield every security group that a resource names, as a reference or an id."""
    return (group for key, group in places(block.conf) if _GROUP.fullmatch(key))


def places(item: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every security group, subnet and VPC that a block's body names, with its attribute."""
    if isinstance(item, Mapping):
        for name, inner in item.items():
            yield from places(inner, str(name))
    elif isinstance(item, list):
        for inner in item:
            yield from places(inner, key)
    elif _PLACE.fullmatch(key) and item not in (None, ""):
        for place in references(item) or [str(item)]:
            yield key, place


def looked_up_names(block: Block) -> list[str]:
    """Return the names that a block has or looks up by argument, tag or filter."""
    names = [
        name
        for path in (("name",), ("id",), ("key_id",), ("tags", "Name"))
        if isinstance(name := block.get(*path), str)
    ]
    for each in blocks_of(block.conf, "filter"):
        if get(each, "name") in ("group-name", "group-id", "tag:Name"):
            names += strings(each, "values")
    return names


def permissions(block: Block, direction: str) -> list[Permission] | None:
    """Return the permissions of a group's inline blocks or of a rule resource.

    `direction` is `ingress` or `egress`; returns None for a rule of the other direction.
    """
    if block.type == "aws_security_group":
        return [_permission(each) for each in blocks_of(block.conf, direction)]
    if block.type == "aws_security_group_rule" and block.get("type") != direction:
        return None
    return [_permission(block.conf)]


def _permission(conf: Mapping[str, object]) -> Permission:
    peers = [
        peer
        for key in (
            "cidr_blocks",
            "ipv6_cidr_blocks",
            "prefix_list_ids",
            "security_groups",
            "cidr_ipv4",
            "cidr_ipv6",
            "prefix_list_id",
            "referenced_security_group_id",
            "source_security_group_id",
        )
        for peer in strings(conf, key)
    ]
    if get(conf, "self") is True:
        peers.append("itself")
    return Permission(
        protocol=str(get(conf, "ip_protocol") or get(conf, "protocol")),
        from_port=get(conf, "from_port"),
        to_port=get(conf, "to_port"),
        peers=tuple(peers),
        description=str(get(conf, "description") or ""),
    )
