"""Permissions of security groups, however they are written."""

from collections.abc import Mapping
from dataclasses import dataclass

from policies.stack import Block, blocks_of, strings, value

_WORLD = {"0.0.0.0/0", "::/0", "0000:0000:0000:0000:0000:0000:0000:0000/0"}


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
    return peer in _WORLD


def looked_up_names(block: Block) -> list[str]:
    """The names that a block has or looks up: by argument, by tag or by filter."""
    names = [
        name
        for path in (("name",), ("id",), ("key_id",), ("tags", "Name"))
        if isinstance(name := block.value(*path), str)
    ]
    for each in blocks_of(block.conf, "filter"):
        if value(each, "name") in {"group-name", "group-id", "tag:Name"}:
            names += strings(each, "values")
    return names


def permissions(block: Block, direction: str) -> list[Permission] | None:
    """The permissions of a group's inline blocks or of a rule resource; None for a rule of the
    other direction.
    """
    if block.type == "aws_security_group":
        return [_permission(each) for each in blocks_of(block.conf, direction)]
    if block.type == "aws_security_group_rule" and block.value("type") != direction:
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
    if value(conf, "self") is True:
        peers.append("itself")
    return Permission(
        protocol=str(value(conf, "ip_protocol") or value(conf, "protocol")),
        from_port=value(conf, "from_port"),
        to_port=value(conf, "to_port"),
        peers=tuple(peers),
        description=str(value(conf, "description") or ""),
    )
