"""Inventories that an assessor asks for; each row is a mapping of the columns of its table."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from pay.unread import Unread
from policies.engine.containers import containers, takes_tag
from policies.reading.expressions import references
from policies.reading.network import is_world, looked_up_names, permissions
from policies.reading.stack import Block, SynthesisedStack, get

InventoryRow = dict[str, Any]

_Users = dict[tuple[str, str], tuple[set[str], set[str]]]
"""Maps an environment and a name to two sets of texts about it."""


def _users() -> _Users:
    return defaultdict(lambda: (set(), set()))


def certificates(stacks: Iterable[SynthesisedStack]) -> list[InventoryRow]:
    """Return each certificate with the listeners that present it (PCI DSS v4.0.1, 4.2.1.1)."""
    users = _users()
    for stack in stacks:
        for listener in stack.of("aws_lb_listener", "aws_alb_listener"):
            if (certificate := listener.get("certificate_arn")) is None:
                continue
            source = stack.find(certificate)
            domain = source and (source.get("domain") or source.get("domain_name"))
            listeners, policies = users[stack.environment, str(domain or certificate)]
            listeners.add(f"{stack.name} {listener.address}")
            policies.add(str(listener.get("ssl_policy")))
    return _rows(users, "domain", "listeners", "tls_policies")


def _rows(users: _Users, name: str, first: str, second: str) -> list[InventoryRow]:
    return [
        {"environment": environment, name: key, first: sorted(firsts), second: sorted(seconds)}
        for (environment, key), (firsts, seconds) in sorted(users.items())
    ]


def components(stacks: Iterable[SynthesisedStack]) -> list[InventoryRow]:
    """Return each container of each task (PCI DSS v4.0.1, 12.5.1)."""
    rows = (row for stack in stacks for row in _components(stack))
    order = ("environment", "service", "side", "container")
    return sorted(rows, key=lambda row: [row[column] for column in order])


def _components(stack: SynthesisedStack) -> Iterator[InventoryRow]:
    for task in stack.of("aws_ecs_task_definition"):
        try:
            definitions = containers(task)
        except Unread:
            # The rules on containers already refuse this task definition.
            continue
        for each in definitions:
            yield {
                "environment": stack.environment,
                "service": stack.tags.get("Service", ""),
                "side": stack.tags.get("Side", ""),
                "scope": stack.scope,
                "container": each["name"],
                "image": _image(str(each.get("image"))),
                "user": str(each.get("user", "")),
            }


def _image(image: str) -> str:
    """Return the repository with the variable or tag that decides which release runs."""
    tags = [each for each in references(image) if each.startswith("var.")]
    repository = image.split("$", 1)[0].rstrip(":@")
    return f"{repository} ({tags[-1]})" if tags and takes_tag(image) else image


def group_uses(stacks: Iterable[SynthesisedStack]) -> list[InventoryRow]:
    """Return each security group with what it is attached to (PCI DSS v4.0.1, 1.2.5)."""
    users = _users()
    for stack in stacks:
        for block in stack.blocks:
            if block.kind != "resource" or block.type.startswith("aws_security_group"):
                continue
            for name in _groups_of(block):
                attached_to, scopes = users[stack.environment, name]
                attached_to.add(f"{stack.name} {block.address}")
                scopes.add(stack.scope)
    return _rows(users, "group", "attached_to", "scopes")


def _groups_of(block: Block) -> set[str]:
    named = [
        block.conf.get("security_groups"),
        block.conf.get("vpc_security_group_ids"),
        *(get(each, "security_groups") for each in block.blocks("network_configuration")),
    ]
    names: set[str] = set()
    for reference in references(named):
        source = block.stack.find(reference)
        names.update(looked_up_names(source) or [source.address] if source else [reference])
    return names


def open_ports(stacks: Iterable[SynthesisedStack]) -> list[InventoryRow]:
    """Return each permission of a security group in these stacks (PCI DSS v4.0.1, 1.2.5)."""
    types = (
        "aws_security_group",
        "aws_security_group_rule",
        "aws_vpc_security_group_ingress_rule",
        "aws_vpc_security_group_egress_rule",
    )
    return [
        {
            "stack": stack.name,
            "group": block.address,
            "direction": direction,
            "protocol": each.protocol,
            "ports": each.ports,
            "peers": ["the internet" if is_world(peer) else peer for peer in each.peers],
            "purpose": each.description,
        }
        for stack in stacks
        for block in stack.of(*types)
        for direction in ("ingress", "egress")
        if not block.type.startswith("aws_vpc_") or f"_{direction}_" in block.type
        for each in permissions(block, direction) or []
    ]
