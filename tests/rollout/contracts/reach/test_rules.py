"""What rules of security groups admit."""

from ipaddress import IPv4Network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.model.connections import Ports
from rollout.contracts.reach.rules import (
    ALL_PORTS,
    EndPlace,
    PeerRule,
    SecurityGroup,
    admits,
    prefix_lists_of,
    read_rules,
)

WORLD = IPv4Network("10.0.0.0/28")
"""Few enough addresses and ports to try them all."""

blocks = st.integers(28, 32).flatmap(
    lambda length: st.sampled_from([*WORLD.subnets(new_prefix=length)])
)
ports = st.tuples(st.integers(0, 7), st.integers(0, 7)).map(
    lambda pair: Ports(min(pair), max(pair))
)
groups = st.sampled_from(["sg-1", "sg-2", "pl-1"])
rules = st.lists(
    st.one_of(
        st.builds(PeerRule, ports, groups),
        st.builds(
            lambda ports, networks: PeerRule(ports, "addresses", tuple(networks)),
            ports,
            st.lists(blocks, min_size=1, max_size=3),
        ),
    ),
    max_size=6,
)


def place(
    *addresses: str, groups: tuple[str, ...] = (), prefix_list: str | None = None
) -> EndPlace:
    return EndPlace(
        tuple(SecurityGroup(id_, id_, (), ()) for id_ in groups),
        tuple(map(IPv4Network, addresses)),
        prefix_list,
    )


@given(
    rules,
    ports,
    st.lists(blocks, min_size=1, max_size=3),
    st.sets(st.sampled_from(["sg-1", "sg-2"])),
    st.sampled_from([None, "pl-1"]),
)
def test_rules_admit_a_peer_when_they_admit_each_of_its_addresses_on_each_port(
    rules: list[PeerRule],
    ports: Ports,
    addresses: list[IPv4Network],
    groups: set[str],
    prefix_list: str | None,
) -> None:
    peer = place(*map(str, addresses), groups=tuple(groups), prefix_list=prefix_list)

    def is_admitted(port: int, address: Any) -> bool:
        return any(
            rule.peer in {*groups, prefix_list}
            or any(address in network for network in rule.addresses)
            for rule in rules
            if rule.ports.first <= port <= rule.ports.last
        )

    assert admits(rules, ports, peer) is all(
        is_admitted(port, address)
        for port in range(ports.first, ports.last + 1)
        for network in addresses
        for address in network
    )


def test_rules_may_cover_addresses_together() -> None:
    port = Ports(443, 443)
    halves = [PeerRule(port, str(half), (half,)) for half in WORLD.subnets(prefixlen_diff=1)]
    assert admits(halves, port, place(str(WORLD)))
    assert not admits(halves[:1], port, place(str(WORLD)))


def test_addresses_that_are_not_known_are_admitted_by_no_rule_about_addresses() -> None:
    everything = [PeerRule(ALL_PORTS, "0.0.0.0/0", (IPv4Network("0.0.0.0/0"),))]
    assert not admits(everything, Ports(443, 443), place())
    assert admits([PeerRule(ALL_PORTS, "sg-1")], Ports(443, 443), place(groups=("sg-1",)))


def permission(protocol: str, first: int | None, last: int | None, **peers: Any) -> dict[str, Any]:
    """As `DescribeSecurityGroups` answers: without ports for all protocols."""
    limits = {} if first is None else {"FromPort": first, "ToPort": last}
    empty: dict[str, Any] = {key: [] for key in ("UserIdGroupPairs", "IpRanges", "PrefixListIds")}
    return {"IpProtocol": protocol, **limits, **empty, **peers}


@pytest.mark.parametrize(
    ("protocol", "first", "last", "expected"),
    [
        ("tcp", 443, 445, [Ports(443, 445)]),
        ("6", 443, 443, [Ports(443, 443)]),
        ("-1", None, None, [ALL_PORTS]),
        ("udp", 443, 443, []),
        ("icmp", -1, -1, []),
    ],
)
def test_only_rules_about_tcp_count(
    protocol: str, first: int | None, last: int | None, expected: list[Ports]
) -> None:
    answer = permission(protocol, first, last, IpRanges=[{"CidrIp": "10.0.0.0/8"}])
    assert [rule.ports for rule in read_rules([answer], {})] == expected


def test_a_prefix_list_admits_its_id_and_its_addresses() -> None:
    answer = permission("tcp", 443, 443, PrefixListIds=[{"PrefixListId": "pl-1"}])
    assert prefix_lists_of([answer]) == {"pl-1"}
    network = IPv4Network("10.1.0.0/16")
    [rule] = read_rules([answer], {"pl-1": [network]})
    assert rule == PeerRule(Ports(443, 443), "pl-1", (network,))
