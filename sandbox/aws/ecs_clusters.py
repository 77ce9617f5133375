"""ECS clusters and capacity providers.

Where moto 5.2 differs from AWS: a second cluster or capacity provider with the same name replaces
the first, a cluster with services or instances can be deleted, and a change to a capacity provider
loses its managed draining.
"""

from typing import Any

from moto.ecs.exceptions import EcsClientException, ECSException
from moto.ecs.models import CapacityProvider, Cluster, EC2ContainerServiceBackend

from sandbox.aws.patching import replaces

original_delete_cluster = EC2ContainerServiceBackend.delete_cluster


@replaces(EC2ContainerServiceBackend)
def delete_cluster(self: EC2ContainerServiceBackend, cluster_str: str) -> Cluster:
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
    return original_delete_cluster(self, cluster_str)


original_create_cluster = EC2ContainerServiceBackend.create_cluster


@replaces(EC2ContainerServiceBackend)
def create_cluster(
    self: EC2ContainerServiceBackend, cluster_name: str, *args: Any, **settings: Any
) -> Cluster:
    """Return an active cluster with that name unchanged, or create one."""
    existing = self.clusters.get(cluster_name)
    if existing and existing.status == "ACTIVE":
        return existing
    return original_create_cluster(self, cluster_name, *args, **settings)


original_update_provider = CapacityProvider.update


@replaces(CapacityProvider)
def update(self: CapacityProvider, asg_details: dict[str, Any]) -> None:
    original_update_provider(self, asg_details)
    if "managedDraining" in asg_details:
        self.auto_scaling_group_provider["managedDraining"] = asg_details["managedDraining"]


original_create_provider = EC2ContainerServiceBackend.create_capacity_provider


@replaces(EC2ContainerServiceBackend)
def create_capacity_provider(
    self: EC2ContainerServiceBackend,
    name: str,
    asg_details: dict[str, Any],
    tags: list[dict[str, str]] | None,
) -> CapacityProvider:
    if name in self.capacity_providers:
        raise EcsClientException(
            "The specified capacity provider already exists. To change the configuration of an "
            "existing capacity provider, update the capacity provider."
        )
    asg_details.setdefault("managedDraining", "ENABLED")
    return original_create_provider(self, name, asg_details, tags)
