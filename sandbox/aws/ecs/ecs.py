"""ECS: the calls that create, change, list and delete services and list their tasks.

Where moto 5.2 differs from AWS:
- It loses most settings of a service. These are the deployment configuration, placement, grace
  period, strategies and balance over zones.
- It tags a service with a short ARN.
- It accepts services that AWS refuses.
- A second service with the same name replaces the first.
- It lists deleted services.
- It starts no tasks (`sandbox.aws.ecs.tasks`).
- It has no real deployments (`sandbox.aws.ecs.deployments`).
- Its instances never join a cluster (`sandbox.aws.ecs.instances`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from botocore import xform_name
from moto.core.responses import ActionResult
from moto.ecs.exceptions import ECSException, InvalidParameterException
from moto.ecs.models import EC2ContainerServiceBackend, Task, ecs_backends
from moto.ecs.models import Service as FakeService
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elbv2.models import elbv2_backends

from sandbox.aws import before_each_call
from sandbox.aws.ecs import deployments as ecs_deployments
from sandbox.aws.ecs import tasks as ecs_tasks
from sandbox.aws.ecs.placement import MotoTaskDefinition, Service
from sandbox.aws.patching import Original, extends, replaces

KEPT_SETTINGS = {
    "availabilityZoneRebalancing": "DISABLED",
    "capacityProviderStrategy": [],
    "enableECSManagedTags": False,
    "enableExecuteCommand": False,
    "healthCheckGracePeriodSeconds": None,
    "placementConstraints": [],
    "placementStrategy": [],
}
"""Settings that moto drops, with AWS's default."""

DEPLOYING_SETTINGS = ("taskDefinition", "networkConfiguration", "loadBalancers", "platformVersion")
"""Settings whose change starts a new deployment."""

ZONE = "attribute:ecs.availability-zone"
ZONE_SETTINGS = (
    "availabilityZoneRebalancing",
    "deploymentConfiguration",
    "placementConstraints",
    "placementStrategy",
)
"""Settings that must agree before ECS balances a service over the zones."""


def _deployment_configuration(settings: dict[str, Any] | None) -> dict[str, Any]:
    settings = settings or {}
    breaker = settings.get("deploymentCircuitBreaker") or {"enable": False, "rollback": False}
    defaults = {"maximumPercent": 200, "minimumHealthyPercent": 100, "strategy": "ROLLING"}
    return {**defaults, "bakeTimeInMinutes": 0, **settings, "deploymentCircuitBreaker": breaker}


def _arn(service: Service) -> str:
    cluster = f"{service.cluster_name}/" if getattr(service, "has_long_arn", True) else ""
    owner = f"{service.region_name}:{service._account_id}"
    return f"arn:aws:ecs:{owner}:service/{cluster}{service.name}"


# moto gives all services the format of the account setting at each moment; AWS decides when it
# creates one.
FakeService.arn = property(_arn)  # type: ignore[method-assign,assignment]


def _move_on() -> None:
    for regions in ecs_backends.values():
        for backend in regions.values():
            ecs_deployments.move_on(backend)


before_each_call.append(_move_on)


def _refuse_unfit(
    backend: EC2ContainerServiceBackend, params: dict[str, Any], definition: MotoTaskDefinition
) -> None:
    """Refuse load balancers and launch types as `CreateService` and `UpdateService` do."""
    for problem in _misfits(backend, params, definition):
        raise InvalidParameterException(problem)


def _misfits(
    backend: EC2ContainerServiceBackend, params: dict[str, Any], definition: MotoTaskDefinition
) -> Iterator[str]:
    if params.get("launchType") and params.get("capacityProviderStrategy"):
        yield (
            "Specifying both a launch type and capacity provider strategy is not supported. "
            "Remove one and try again."
        )
    if params.get("launchType") == "FARGATE" and "FARGATE" not in definition.compatibilities:
        yield "Task definition does not support launch_type FARGATE."
    groups = elbv2_backends[backend.account_id][backend.region_name].target_groups
    containers = {part["name"]: part for part in definition.container_definitions}
    for balancer in params.get("loadBalancers") or []:
        arn, name, port = (
            balancer[k] for k in ("targetGroupArn", "containerName", "containerPort")
        )
        if arn not in groups:
            yield f"Unable to assume role and validate the specified targetGroupArn {arn}."
        if not groups[arn].load_balancer_arns:
            yield (
                f"The target group with targetGroupArn {arn} does not have an associated load "
                "balancer."
            )
        if name not in containers:
            yield f"The container {name} does not exist in the task definition."
        if port not in [m["containerPort"] for m in containers[name].get("portMappings", [])]:
            yield f"The container {name} did not have a container port {port} defined."
        if (groups[arn].target_type == "ip") != (definition.network_mode == "awsvpc"):
            yield (
                f"The provided target group {arn} has target type {groups[arn].target_type}, "
                f"which is incompatible with the {definition.network_mode} network mode specified "
                "in the task definition."
            )


def _zone_rebalancing(params: Mapping[str, Any]) -> str:
    """Return whether ECS balances the tasks over the zones, by default where it can.

    Raises InvalidParameterException if it is ENABLED for a service that ECS cannot balance. Source:
    AWS, ECS developer guide, "Balancing an Amazon ECS service across Availability Zones".
    """
    wanted, reason = params.get("availabilityZoneRebalancing"), _cannot_rebalance(params)
    if wanted == "ENABLED" and reason:
        raise InvalidParameterException(f"Availability Zone Rebalancing only supports {reason}.")
    return wanted or ("DISABLED" if reason else "ENABLED")


def _cannot_rebalance(params: Mapping[str, Any]) -> str | None:
    """Return what the service would need, or None. Only the first sentence is AWS's own."""
    for strategy in (params.get("placementStrategy") or [])[:1]:
        if (strategy["type"], strategy.get("field")) != ("spread", ZONE):
            return "availability zone spread as task placement strategy"
    for constraint in params.get("placementConstraints") or []:
        if ZONE in constraint.get("expression", ""):
            return "placement constraints on other attributes than the availability zone"
    configuration = _deployment_configuration(params.get("deploymentConfiguration"))
    return None if configuration["maximumPercent"] > 100 else "a maximumPercent above 100"


@extends(EC2ContainerServiceResponse)
def create_service(self: EC2ContainerServiceResponse, create: Original) -> ActionResult:
    backend, params = self.ecs_backend, self._get_params()
    cluster = params.get("cluster", "default").split("/")[-1]
    existing = backend.services.get(f"{cluster}:{params['serviceName']}")
    if existing and existing.status == "ACTIVE":
        raise InvalidParameterException("Creation of service was not idempotent.")
    definition = backend.describe_task_definition(params["taskDefinition"])
    _refuse_unfit(backend, params, definition)
    params["availabilityZoneRebalancing"] = _zone_rebalancing(params)
    create(self)
    service: Service = backend._get_service(cluster, params["serviceName"])
    service.has_long_arn = backend.enable_long_arn_for_name("serviceLongArnFormat")
    for key, default in KEPT_SETTINGS.items():
        setattr(service, xform_name(key), params.get(key, default))
    if params.get("capacityProviderStrategy"):
        service.launch_type = None
    if service.launch_type == "FARGATE":
        service.platform_version = service.platform_version or "LATEST"
        service.platform_family = "Linux"
    configuration = _deployment_configuration(params.get("deploymentConfiguration"))
    service.deployment_configuration = configuration
    # moto returns {} for a service outside awsvpc; Terraform's AWS provider crashes on it.
    service.network_configuration = params.get("networkConfiguration")
    service.deployments = []
    service.running_count = service.pending_count = 0
    ecs_deployments.deploy(service)
    return ActionResult({"service": service})


@replaces(EC2ContainerServiceResponse, "update_service")
def respond_to_update_service(self: EC2ContainerServiceResponse) -> ActionResult:
    backend, params = self.ecs_backend, self._get_params()
    service: Service = backend._get_service(
        params.get("cluster", "default"), params["service"].split("/")[-1]
    )
    if service.status != "ACTIVE":
        raise ECSException("ServiceNotActiveException", "Service was not ACTIVE.")
    if "taskDefinition" in params:
        params["taskDefinition"] = backend.describe_task_definition(params["taskDefinition"]).arn
    definition = backend.describe_task_definition(
        params.get("taskDefinition") or str(service.task_definition)
    )
    _refuse_unfit(backend, {k: v for k, v in params.items() if k != "launchType"}, definition)
    rebalanced_by = {key: getattr(service, xform_name(key)) for key in ZONE_SETTINGS}
    _zone_rebalancing({**rebalanced_by, **params})
    if "deploymentConfiguration" in params:
        configuration = _deployment_configuration(params["deploymentConfiguration"])
        service.deployment_configuration = configuration
    deploys = bool(params.get("forceNewDeployment"))
    for key in ("desiredCount", "propagateTags", *KEPT_SETTINGS, *DEPLOYING_SETTINGS):
        if params.get(key) is None:
            continue
        changed = getattr(service, xform_name(key), None) != params[key]
        deploys |= changed and key in DEPLOYING_SETTINGS
        setattr(service, xform_name(key), params[key])
    if deploys:
        ecs_deployments.deploy(service)
    return ActionResult({"service": service})


@replaces(EC2ContainerServiceBackend)
def update_service(self: EC2ContainerServiceBackend, service_properties: dict[str, Any]) -> Service:
    """Set the desired count; Application Auto Scaling calls this."""
    service = self._get_service(service_properties["cluster"], service_properties["service"])
    service.desired_count = service_properties["desired_count"]
    return service


@extends(EC2ContainerServiceBackend)
def delete_service(
    self: EC2ContainerServiceBackend, delete: Original, cluster: str, name: str, force: bool
) -> Service:
    service: Service = delete(self, cluster, name.split("/")[-1], force)
    for task in ecs_tasks.tasks_of(service):
        ecs_tasks.stop(task, f"Scaling activity initiated by (service {service.name})")
    service.desired_count = service.running_count = service.pending_count = 0
    service.deployments = []
    return service


@extends(EC2ContainerServiceBackend)
def tag_resource(
    self: EC2ContainerServiceBackend, tag: Original, arn: str, tags: dict[str, str]
) -> None:
    """Refuse the short ARN of a service.

    The long ARN migrates a service that has the short one. Source: AWS, ECS developer guide,
    "Migrate an Amazon ECS short service ARN to a long ARN".
    """
    kind, *path = arn.split(":")[5].split("/")
    if kind == "service" and len(path) == 1:
        raise InvalidParameterException("Long arn format must be used for tagging operations")
    if kind == "service":
        service: Service = self._get_service(*path)
        if not service.has_long_arn and not self.enable_long_arn_for_name("serviceLongArnFormat"):
            raise InvalidParameterException(
                "The specified account does not have serviceLongArnFormat or taskLongArnFormat "
                "account settings enabled. Add account settings in order to enable tagging."
            )
        service.has_long_arn = True
    tag(self, arn, tags)


@replaces(EC2ContainerServiceBackend)
def list_services(
    self: EC2ContainerServiceBackend,
    cluster_str: str,
    scheduling_strategy: str | None = None,
    launch_type: str | None = None,
) -> list[str]:
    cluster = self._get_cluster(cluster_str)
    return sorted(
        service.arn
        for service in self.services.values()
        if service.cluster_name == cluster.name
        and service.status == "ACTIVE"
        and scheduling_strategy in (None, service.scheduling_strategy)
        and launch_type in (None, service.launch_type)
    )


@extends(EC2ContainerServiceBackend)
def list_tasks(
    self: EC2ContainerServiceBackend,
    list_: Original,
    cluster_str: str | None = None,
    container_instance: str | None = None,
    family: str | None = None,
    started_by: str | None = None,
    service_name: str | None = None,
    desiredStatus: str | None = None,  # moto's own name
) -> list[Task]:
    """Return tasks with the desired status, by default RUNNING."""
    tasks = list_(self, cluster_str, None, family, started_by, None, desiredStatus or "RUNNING")
    group = f"service:{(service_name or '').split('/')[-1]}"
    return [
        task
        for task in tasks
        if (not service_name or task.group == group)
        and (not container_instance or container_instance in (task.container_instance_arn or ""))
        and (not cluster_str or task.cluster_name == cluster_str.split("/")[-1])
    ]


@extends(EC2ContainerServiceResponse, "list_tasks")
def respond_to_list_tasks(self: EC2ContainerServiceResponse, list_: Original) -> ActionResult:
    """Keep the tasks of one launch type, a filter that moto ignores."""
    arns = list_(self).result["taskArns"]
    if wanted := self._get_param("launchType"):
        cluster = self.ecs_backend._get_cluster(self._get_param("cluster", "default"))
        tasks = self.ecs_backend.tasks.get(cluster.name, {})
        arns = [arn for arn in arns if tasks[arn].launch_type == wanted]
    return ActionResult({"taskArns": arns})


@extends(EC2ContainerServiceBackend)
def stop_task(
    self: EC2ContainerServiceBackend, stop: Original, cluster_str: str, task_str: str, reason: str
) -> Any:
    tasks = self.tasks.get(self._get_cluster(cluster_str).name, {})
    for task in tasks.values():
        if task.id == task_str.split("/")[-1] and isinstance(task, ecs_tasks.ServiceTask):
            ecs_tasks.stop(task, reason or "Task stopped by user", "UserInitiated")
            return task
    return stop(self, cluster_str, task_str, reason)
