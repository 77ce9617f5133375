"""ECS clusters and capacity providers.

Where moto 5.2 differs from AWS:
- A second cluster or capacity provider with the same name replaces the first.
- A cluster with services or instances can be deleted.
- A change to a capacity provider loses its managed draining.
"""

from typing import Any

from moto.ecs.exceptions import EcsClientException, ECSException
from moto.ecs.models import CapacityProvider, EC2ContainerServiceBackend

from sandbox.aws.patching import Original, extends


@extends(EC2ContainerServiceBackend)
def delete_cluster(self: EC2ContainerServiceBackend, delete: Original, cluster_str: str) -> Any:
    cluster = self._get_cluster(cluster_str)
    if cluster.active_services_count:
        raise ECSException(
            "ClusterContainsServicesException",
            "The Cluster cannot be deleted while Services are active.",
        )
    if cluster.registered_container_instances_count:
        raise ECSException(
            "ClusterContainsContainerInstancesException",
            "The Cluster cannot be deleted while Container Instances are active or draining.",
        )
    return delete(self, cluster_str)


@extends(EC2ContainerServiceBackend)
def create_cluster(
    self: EC2ContainerServiceBackend, create: Original, cluster_name: str, *args: Any, **more: Any
) -> Any:
    """Return an active cluster with that name unchanged, or create one."""
    existing = self.clusters.get(cluster_name)
    if existing and existing.status == "ACTIVE":
        return existing
    return create(self, cluster_name, *args, **more)


@extends(CapacityProvider)
def update(self: CapacityProvider, change: Original, asg_details: dict[str, Any]) -> None:
    change(self, asg_details)
    if "managedDraining" in asg_details:
        self.auto_scaling_group_provider["managedDraining"] = asg_details["managedDraining"]


@extends(EC2ContainerServiceBackend)
def create_capacity_provider(
    self: EC2ContainerServiceBackend, create: Original, name: str, asg_details: Any, tags: Any
) -> Any:
    if name in self.capacity_providers:
        raise EcsClientException(
            "The specified capacity provider already exists. To change the configuration of an "
            "existing capacity provider, update the capacity provider."
        )
    asg_details.setdefault("managedDraining", "ENABLED")
    return create(self, name, asg_details, tags)
