"""Rules of security groups, and what they admit.

A group's rules only allow, and the rules of all groups of an end add up. Source: VPC user guide,
"Security group basics".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, collapse_addresses
from typing import Any

from pay.model.connections import Ports

ALL_PORTS = Ports(0, 65535)
EVERYWHERE = IPv4Network("0.0.0.0/0")


@dataclass(frozen=True)
class PeerRule:
    """A peer that may connect, or be connected to, on ports of TCP."""

    ports: Ports
    peer: str
    """The id of a security group or of a prefix list, or a network."""
    addresses: tuple[IPv4Network, ...] = ()
    """The addresses that it admits; none for a security group."""


@dataclass(frozen=True)
class SecurityGroup:
    """A security group of the VPC."""

    id: str
    name: str
    ingress: tuple[PeerRule, ...]
    egress: tuple[PeerRule, ...]


@dataclass(frozen=True)
class EndPlace:
    """One end of a connection, as AWS has it."""

    groups: tuple[SecurityGroup, ...] = ()
    """Empty: no security group filters here."""
    addresses: tuple[IPv4Network, ...] = ()
    """The networks of its addresses; empty if not known. Then no rule about addresses admits it."""
    prefix_list: str | None = None
    """The id of the prefix list that holds its addresses."""

    @property
    def ids(self) -> frozenset[str]:
        """Return what a rule may name it by, beside its addresses."""
        lists = {self.prefix_list} if self.prefix_list else set()
        return frozenset({group.id for group in self.groups} | lists)


def admits(rules: Sequence[PeerRule], ports: Ports, peer: EndPlace) -> bool:
    """Return whether rules admit each address of the peer on each of the ports."""
    # Between these ports the same rules apply.
    starts = {ports.first, *(r.ports.first for r in rules), *(r.ports.last + 1 for r in rules)}
    return all(
        _admits_port(rules, port, peer) for port in starts if ports.first <= port <= ports.last
    )


def _admits_port(rules: Sequence[PeerRule], port: int, peer: EndPlace) -> bool:
    on_port = [rule for rule in rules if rule.ports.first <= port <= rule.ports.last]
    if any(rule.peer in peer.ids for rule in on_port):
        return True
    # Collapsed, addresses that several networks cover together are in one of them.
    covered = list(collapse_addresses(each for rule in on_port for each in rule.addresses))
    return bool(peer.addresses) and all(
        any(network.subnet_of(each) for each in covered) for network in peer.addresses
    )


def read_rules(
    permissions: Iterable[Mapping[str, Any]], prefix_lists: Mapping[str, Sequence[IPv4Network]]
) -> Iterator[PeerRule]:
    """Yield the rules of TCP over IPv4 in `IpPermissions` or `IpPermissionsEgress` of EC2's
    `DescribeSecurityGroups`.

    `prefix_lists`: the addresses behind each id that the permissions name.
    """
    for each in permissions:
        if each["IpProtocol"] not in ("tcp", "6", "-1"):
            continue
        # With all protocols, or without ports, a rule is about all ports.
        is_limited = each["IpProtocol"] != "-1" and each.get("FromPort", -1) != -1
        ports = Ports(each["FromPort"], each["ToPort"]) if is_limited else ALL_PORTS
        for pair in each["UserIdGroupPairs"]:
            yield PeerRule(ports, pair["GroupId"])
        for block in each["IpRanges"]:
            yield PeerRule(ports, block["CidrIp"], (IPv4Network(block["CidrIp"]),))
        for listed in each["PrefixListIds"]:
            id_ = listed["PrefixListId"]
            yield PeerRule(ports, id_, tuple(prefix_lists[id_]))


def prefix_lists_of(permissions: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the ids of the prefix lists that permissions name."""
    return {prefix["PrefixListId"] for each in permissions for prefix in each["PrefixListIds"]}
