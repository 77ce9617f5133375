"""The security groups: they admit the connections that the services need, and nothing else."""

from collections.abc import Iterator
from typing import Any

from pay.catalogue import CATALOGUE
from pay.model import Segment, names
from pay.model.connections import Connection, End, EndKind, connections, security_groups
from sandbox.estate.estate_builder import Owner
from sandbox.estate.mistakes import Mistake
from sandbox.estate.routes import ANYWHERE

EVERYTHING_OUT = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": ANYWHERE}]}
"""The rule that AWS gives every new group."""

INGRESS, EGRESS = "authorize_security_group_ingress", "authorize_security_group_egress"


def needed(owner: Owner) -> frozenset[Connection]:
    """Return the connections of all services of the environment."""
    services = [service.name for service in owner.services]
    of_each = (connections(service, owner.environment, CATALOGUE) for service in services)
    return frozenset[Connection]().union(*of_each)


def group_name(owner: Owner, end: End) -> str:
    """Return the name of the group with the rules of an end; empty for an end without groups."""
    match end:
        case End(EndKind.INTERNET) | End(EndKind.AWS, "s3"):
            return ""
        case End(EndKind.AWS):
            return f"{owner.name}-vpc-endpoints-sg"
        case End(EndKind.DATABASE, service):
            return f"{owner.name}-{service}-rds-sg"
        case End(EndKind.REDIS, service):
            return f"{owner.name}-{service}-redis-sg"
    return security_groups(end, owner.name, CATALOGUE)[-1]


def make_security_groups(owner: Owner, vpc_id: str) -> None:
    """Create the groups that are missing, and their rules."""
    groups = _groups(owner, vpc_id)
    permissions: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for connection in sorted(needed(owner)):
        ports = {"FromPort": connection.ports.first, "ToPort": connection.ports.last}
        source, target = connection.source, connection.target
        for operation, end, peer in ((EGRESS, source, target), (INGRESS, target, source)):
            group, admitted = groups.get(group_name(owner, end)), _peer(owner, groups, peer)
            if group and admitted:
                of_group = permissions.setdefault((operation, group), [])
                permission = {"IpProtocol": "tcp", **ports, **admitted}
                # Tasks of one segment's instances share the rules.
                if permission not in of_group:
                    of_group.append(permission)
    for (operation, group), of_group in permissions.items():
        owner.create("ec2", operation, GroupId=group, IpPermissions=list(_needed(of_group)))


def _needed(permissions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Leave out what another permission already admits, from anywhere on the same port."""
    open_to_all = {each["FromPort"] for each in permissions if "IpRanges" in each}
    for each in permissions:
        if "IpRanges" in each or each["FromPort"] not in open_to_all:
            yield each


def _groups(owner: Owner, vpc_id: str) -> dict[str, str]:
    """Create the missing groups; return a map of every group's name to its id."""
    ends = {end for each in needed(owner) for end in (each.source, each.target)}
    wanted = {group_name(owner, end) for end in ends} - {""}
    if owner.environment.smoke:
        wanted.add(names.smoke_security_group(owner.name))
    if owner.environment.load:
        wanted.add(names.load_security_group(owner.name))
    for segment in Segment:
        wanted.update(names.instance_security_groups(owner.name, segment))
    if Mistake.MISSING_SECURITY_GROUP in owner.mistakes:
        wanted -= {names.task_security_group(owner.name, each.name) for each in owner.services}
    groups = owner.ids("security-group")
    for name in sorted(wanted - set(groups)):
        tags = owner.tagged("security-group", name)
        created = owner.client("ec2").create_security_group(
            GroupName=name, Description=name, VpcId=vpc_id, TagSpecifications=tags
        )
        groups[name] = created["GroupId"]
        owner.client("ec2").revoke_security_group_egress(
            GroupId=groups[name], IpPermissions=[EVERYTHING_OUT]
        )
    return groups


def _peer(owner: Owner, groups: dict[str, str], end: End) -> dict[str, Any]:
    """Return the part of a permission that names an end; empty when its group does not exist."""
    if end.kind is EndKind.INTERNET:
        return {"IpRanges": [{"CidrIp": ANYWHERE}]}
    name = group_name(owner, end)
    if not name:
        return {"PrefixListIds": [{"PrefixListId": owner.s3_prefix_list}]}
    return {"UserIdGroupPairs": [{"GroupId": groups[name]}]} if name in groups else {}
