"""Inventories that an assessor asks for: certificates, components, security groups."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pay.unread import Unread
from policies.checks.containers.container_images_are_pinned import takes_tag
from policies.engine.containers import containers
from policies.engine.expressions import references
from policies.engine.network import is_world, looked_up_names, permissions
from policies.engine.stack import Block, Stack, value


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and the listeners that present it (PCI DSS v4.0.1, 4.2.1.1)."""

    environment: str
    domain: str
    listeners: tuple[str, ...]
    tls_policies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Component:
    """A container of a task (PCI DSS v4.0.1, 12.5.1)."""

    environment: str
    service: str
    side: str
    scope: str
    container: str
    image: str
    user: str


@dataclass(frozen=True, slots=True)
class GroupUse:
    """A security group and what it is attached to (PCI DSS v4.0.1, 1.2.5)."""

    environment: str
    group: str
    attached_to: tuple[str, ...]
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenPort:
    """A permission of a security group in these stacks (PCI DSS v4.0.1, 1.2.5)."""

    stack: str
    group: str
    direction: str
    protocol: str
    ports: str
    peers: tuple[str, ...]
    purpose: str


def certificates(stacks: Iterable[Stack]) -> list[Certificate]:
    listeners: dict[tuple[str, str], set[str]] = defaultdict(set)
    policies: dict[tuple[str, str], set[str]] = defaultdict(set)
    for stack in stacks:
        for listener in stack.of("aws_lb_listener", "aws_alb_listener"):
            if (certificate := listener.value("certificate_arn")) is None:
                continue
            source = stack.find(certificate)
            domain = None
            if source is not None:
                domain = source.value("domain") or source.value("domain_name")
            key = stack.environment, str(domain or certificate)
            listeners[key].add(f"{stack.name} {listener.address}")
            policies[key].add(str(listener.value("ssl_policy")))
    return [
        Certificate(*key, tuple(sorted(listeners[key])), tuple(sorted(policies[key])))
        for key in sorted(listeners)
    ]


def components(stacks: Iterable[Stack]) -> list[Component]:
    return sorted(
        (each for stack in stacks for each in _components(stack)),
        key=lambda c: (c.environment, c.service, c.side, c.container),
    )


def _components(stack: Stack) -> Iterator[Component]:
    for task in stack.of("aws_ecs_task_definition"):
        try:
            definitions = containers(task)
        except Unread:
            # The rules on containers already refuse this task definition.
            continue
        for each in definitions:
            yield Component(
                stack.environment,
                stack.service,
                stack.side,
                stack.scope,
                each["name"],
                _image(str(each.get("image"))),
                str(each.get("user", "")),
            )


def _image(image: str) -> str:
    """Return the repository with the variable or tag that decides which release runs."""
    repository = image.split("$", 1)[0].rstrip(":@")
    tags = [each for each in references(image) if each.startswith("var.")]
    if tags and takes_tag(image):
        return f"{repository} ({tags[-1]})"
    return image


def group_uses(stacks: Iterable[Stack]) -> list[GroupUse]:
    users: dict[tuple[str, str], set[str]] = defaultdict(set)
    scopes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for stack in stacks:
        for block in stack.blocks:
            if block.kind != "resource" or block.type.startswith("aws_security_group"):
                continue
            for name in _groups_of(block):
                users[stack.environment, name].add(f"{stack.name} {block.address}")
                scopes[stack.environment, name].add(stack.scope)
    return [
        GroupUse(*key, tuple(sorted(users[key])), tuple(sorted(scopes[key])))
        for key in sorted(users)
    ]


def _groups_of(block: Block) -> set[str]:
    named = [
        block.conf.get("security_groups"),
        block.conf.get("vpc_security_group_ids"),
        *(value(each, "security_groups") for each in block.blocks("network_configuration")),
    ]
    names: set[str] = set()
    for reference in references(named):
        source = block.stack.find(reference)
        names.update(looked_up_names(source) or [source.address] if source else [reference])
    return names


def open_ports(stacks: Iterable[Stack]) -> list[OpenPort]:
    types = (
        "aws_security_group",
        "aws_security_group_rule",
        "aws_vpc_security_group_ingress_rule",
        "aws_vpc_security_group_egress_rule",
    )
    return [
        OpenPort(
            stack.name,
            block.address,
            direction,
            each.protocol,
            each.ports,
            tuple("the internet" if is_world(peer) else peer for peer in each.peers),
            each.description,
        )
        for stack in stacks
        for block in stack.of(*types)
        for direction in ("ingress", "egress")
        if not block.type.startswith("aws_vpc_") or f"_{direction}_" in block.type
        for each in permissions(block, direction) or []
    ]
