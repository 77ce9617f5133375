"""ECS container instances: the work of the ECS agent on each EC2 instance.

On AWS the agent reads /etc/ecs/ecs.config, which the instance's user data writes. It registers with
that cluster, with the instance's CPU, memory and custom attributes. It ends with its instance.

moto 5.2 starts instances of an Auto Scaling group, but they never join a cluster. All have the same
size.
"""

import base64
import binascii
import json
import re
from functools import cache
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.models.instances import Instance
from moto.ecs.models import ContainerInstance, EC2ContainerServiceBackend

CPU_UNITS_PER_VCPU = 1024
AGENT_RESERVE_MIB = 256
"""Memory that the operating system and the agent reserve."""

_CLUSTER = re.compile(r"\bECS_CLUSTER=['\"]?([\w-]+)")
_ATTRIBUTES = re.compile(r"\bECS_INSTANCE_ATTRIBUTES=['\"]?(\{.*?\})")


@cache
def agent_settings(user_data: str) -> tuple[str | None, str]:
    """Return the cluster and the attributes, as JSON, in the user data."""
    try:
        text = base64.b64decode(user_data, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        text = user_data
    cluster, attributes = _CLUSTER.search(text), _ATTRIBUTES.search(text)
    return (cluster[1] if cluster else None, attributes[1] if attributes else "{}")


def follow_instances(backend: EC2ContainerServiceBackend) -> None:
    """Register running instances with the cluster in their user data, and remove ended ones."""
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    running = {
        instance.id: instance
        for reservation in ec2.reservations.values()
        for instance in reservation.instances
        if instance.state == "running"
    }
    known = set()
    for members in backend.container_instances.values():
        for member in list(members.values()):
            if member.ec2_instance_id in running:
                known.add(member.ec2_instance_id)
            else:
                del members[member.id]
    for instance in running.values():
        if instance.id in known or not instance.user_data:
            continue
        cluster, attributes = agent_settings(str(instance.user_data))
        if cluster in backend.clusters and backend.clusters[cluster].status == "ACTIVE":
            _join(backend, cluster, instance, json.loads(attributes))
    for name, cluster_object in backend.clusters.items():
        members = backend.container_instances.get(name, {})
        cluster_object.registered_container_instances_count = len(members)


def _join(
    backend: EC2ContainerServiceBackend, cluster: str, instance: Instance, attributes: Any
) -> None:
    member = backend.register_container_instance(cluster, instance.id)
    member.attributes.update(attributes)
    offered = INSTANCE_TYPES[instance.instance_type]
    size = {
        "CPU": offered["VCpuInfo"]["DefaultVCpus"] * CPU_UNITS_PER_VCPU,
        "MEMORY": offered["MemoryInfo"]["SizeInMiB"] - AGENT_RESERVE_MIB,
    }
    for resource in (*member.registered_resources, *member.remaining_resources):
        if resource["name"] in size:
            resource["integerValue"] = size[resource["name"]]


def fits(member: ContainerInstance, cpu: int, memory_mib: int) -> bool:
    """Return whether the instance has this much CPU and memory left."""
    left = {resource["name"]: resource["integerValue"] for resource in member.remaining_resources}
    return bool(left["CPU"] >= cpu and left["MEMORY"] >= memory_mib)


def take(member: ContainerInstance, cpu: int, memory_mib: int) -> None:
    """Reserve CPU and memory of the instance for a task; negative amounts release them."""
    for resource in member.remaining_resources:
        if resource["name"] == "CPU":
            resource["integerValue"] -= cpu
        elif resource["name"] == "MEMORY":
            resource["integerValue"] -= memory_mib
