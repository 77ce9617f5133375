"""The rules that the needed connections lack, and the ends that AWS does not have."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network

from pay.model import Environment
from pay.model.connections import Connection, End, EndKind, Ports, connections
from pay.model.service.call_graph import Catalogue
from rollout.contracts.reach.network import NotFound, Places
from rollout.contracts.reach.rules import EndPlace, SecurityGroup, admits

Needed = Mapping[Connection, tuple[str, ...]]
"""Connection -> the services that need it."""


class TrafficDirection(StrEnum):
    """The two kinds of rules of a security group."""

    INGRESS = "ingress"
    EGRESS = "egress"


@dataclass(frozen=True)
class MissingRule:
    """A rule that the owner of a security group would add."""

    group: SecurityGroup
    direction: TrafficDirection
    ports: Ports
    peer: SecurityGroup | IPv4Network | str
    """A str is the id of a prefix list."""

    @property
    def peer_name(self) -> str:
        """Return the name of the peer's security group, else its addresses or its prefix list."""
        return self.peer.name if isinstance(self.peer, SecurityGroup) else str(self.peer)


@dataclass(frozen=True)
class Reason:
    """The reason why something is needed."""

    connections: tuple[Connection, ...]
    services: tuple[str, ...]


@dataclass(frozen=True)
class ReachReport:
    """Compares what services need with what AWS has."""

    environment: str
    needed: Needed
    missing: Mapping[MissingRule, Reason]
    not_found: Mapping[NotFound, Reason]

    @property
    def is_complete(self) -> bool:
        return not self.missing and not self.not_found


def needed(services: Sequence[str], environment: Environment, catalogue: Catalogue) -> Needed:
    """Return every connection of the services, each once, in order."""
    needed_by: dict[Connection, list[str]] = {}
    for service in services:
        for connection in connections(service, environment, catalogue):
            needed_by.setdefault(connection, []).append(service)
    return {each: tuple(needed_by[each]) for each in sorted(needed_by)}


def ends(needed: Needed) -> frozenset[End]:
    """Return both ends of every connection."""
    return frozenset(end for each in needed for end in (each.source, each.target))


def compare(environment: Environment, needed: Needed, places: Places) -> ReachReport:
    """Return what is missing for the connections to be open. Each needs a rule of egress at its
    source and one of ingress at its target.
    """
    missing: dict[MissingRule | NotFound, list[Connection]] = {}
    for connection in needed:
        for each in _missing(connection, places, environment.region):
            missing.setdefault(each, []).append(connection)

    def reason(each: MissingRule | NotFound) -> Reason:
        of_it = tuple(missing[each])
        services = sorted({service for connection in of_it for service in needed[connection]})
        return Reason(of_it, tuple(services))

    return ReachReport(
        environment.name,
        needed,
        {each: reason(each) for each in missing if isinstance(each, MissingRule)},
        {each: reason(each) for each in missing if isinstance(each, NotFound)},
    )


def _missing(
    connection: Connection, places: Places, region: str
) -> Iterator[MissingRule | NotFound]:
    source, target = places[connection.source], places[connection.target]
    if isinstance(source, NotFound) or isinstance(target, NotFound):
        yield from (each for each in (source, target) if isinstance(each, NotFound))
        return
    egress = [rule for group in source.groups for rule in group.egress]
    if source.groups and not admits(egress, connection.ports, target):
        if connection.target.kind is EndKind.AWS and not target.ids:
            name = f"com.amazonaws.{region}.{connection.target.name}"
            yield NotFound(
                f"no VPC endpoint of {name} with private DNS names",
                "create one; or, with a NAT gateway, let the source out to 0.0.0.0/0 on "
                f"{connection.ports}",
            )
            return
        yield from _rules(source, TrafficDirection.EGRESS, connection.ports, target)
    ingress = [rule for group in target.groups for rule in group.ingress]
    if target.groups and not admits(ingress, connection.ports, source):
        yield from _rules(target, TrafficDirection.INGRESS, connection.ports, source)


def _rules(
    place: EndPlace, direction: TrafficDirection, ports: Ports, peer: EndPlace
) -> Iterator[MissingRule]:
    """Yield rules for the group that nothing else has; they name the peer by its own group."""
    peers: Sequence[SecurityGroup | IPv4Network | str] = peer.addresses
    if peer.prefix_list:
        peers = [peer.prefix_list]
    if peer.groups:
        peers = [peer.groups[-1]]
    for each in peers:
        yield MissingRule(place.groups[-1], direction, ports, each)
