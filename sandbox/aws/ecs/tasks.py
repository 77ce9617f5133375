"""The tasks of ECS services: started, registered as targets, stopped.

moto 5.2 starts no task for a service. On AWS the service scheduler starts them.
- On Fargate each task gets a network interface in one of the service's subnets.
- On EC2 each task is placed on a container instance (bridge network). Each container port gets a
  dynamic host port.
- A running task is registered with the service's target groups, and deregistered before it stops.
- A task whose log group does not exist does not start.
"""

import time
from datetime import datetime
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ecs.models import ContainerInstance, Task
from moto.elbv2.models import elbv2_backends
from moto.logs.models import logs_backends
from moto.moto_api._internal import mock_random

from sandbox.aws.clock import CLOCK
from sandbox.aws.ecs import guardduty_agent
from sandbox.aws.ecs.images import TaskFailure, failure_of, image_digest
from sandbox.aws.ecs.instances import take
from sandbox.aws.ecs.placement import (
    CannotPlace,
    MotoTaskDefinition,
    Service,
    host_ports,
    needs,
    new_interface,
    place,
)
from sandbox.aws.service_quotas import quotas
from sandbox.settings import SandboxSettings

SETTINGS = SandboxSettings.from_environment()

NO_LOG_GROUP = (
    "ResourceInitializationError: failed to validate logger args: create stream has been retried "
    "1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified "
    "log group does not exist. : exit status 1"
)
"""AWS: ECS developer guide, "ResourceInitializationError errors"."""

LATEST_PLATFORM = "1.4.0"
"""The version that LATEST stands for (AWS: ECS developer guide, "Fargate platform versions for
Linux")."""


class ServiceTask(Task):
    """A task of a service. Unlike moto's own task, a description does not change its state."""

    last_status = "PENDING"

    def __init__(
        self,
        service: Service,
        definition: MotoTaskDefinition,
        *,
        deployment_id: str,
        instance: ContainerInstance | None,
        ports: dict[int, int],
        interface: Any,
    ) -> None:
        self.id = mock_random.uuid4().hex
        self.region_name = service.region_name
        self.cluster_name, self.cluster_arn = service.cluster_name, service.cluster_arn
        self._account_id, self._backend = service._account_id, service._backend
        self.definition = definition
        self.task_definition_arn = definition.arn
        self.group, self.started_by = f"service:{service.name}", deployment_id
        self.launch_type = service.launch_type or "EC2"
        self.platform_version = _platform_version(service)
        self.capacity_provider_name = None
        self.cpu, self.memory = definition.cpu, definition.memory
        self.desired_status = "RUNNING"
        self.stopped_reason = ""
        self.stop_code: str | None = None
        self.overrides = {}
        self.resource_requirements = None
        self.tags = list(service.tags) if service.propagate_tags == "SERVICE" else []
        self.created_at = CLOCK.moment()
        self.started_at: datetime | None = None
        self.ready_at = time.monotonic() + SETTINGS.task_start_seconds
        self.instance = instance
        self.container_instance_arn = instance.container_instance_arn if instance else None
        self.interface = interface
        self.ports = ports
        self.registered: list[tuple[str, dict[str, Any]]] = []
        """The ARNs of the target groups that hold this task, each with the target."""
        self.attachments = [_attachment(interface)] if interface else []
        # moto's own containers lack ports and addresses; its serialiser also accepts plain data.
        containers: Any = [_container(self, part) for part in definition.container_definitions]
        self.containers = containers
        if agent := guardduty_agent.container(self):
            containers.append(agent)

    def mark_containers(self, status: str, health: str) -> None:
        """Set the last status and health of every container; one that could not start stays so."""
        containers: Any = self.containers
        for container in containers:
            if container["lastStatus"] != "STOPPED":
                container.update(lastStatus=status, healthStatus=health)

    def advance(self) -> None:
        """Do nothing: moto calls this when a task is described."""

    @property
    def availability_zone(self) -> str | None:
        if self.interface:
            return str(self.interface.subnet.availability_zone)
        return self.instance.attributes["ecs.availability-zone"] if self.instance else None

    @property
    def failure(self) -> TaskFailure | None:
        """Return the reason for which the task never serves, or None."""
        parts = self.definition.container_definitions
        if failure := failure_of([part["image"] for part in parts]):
            return failure
        groups = logs_backends[self._account_id][self.region_name].groups
        return (
            None
            if all(group in groups for group in _log_groups(parts))
            else TaskFailure(NO_LOG_GROUP)
        )


def _platform_version(service: Service) -> str | None:
    if service.launch_type != "FARGATE":
        return None
    wanted = service.platform_version
    return LATEST_PLATFORM if wanted in (None, "LATEST") else str(wanted)


def _log_groups(parts: list[dict[str, Any]]) -> list[str]:
    """Return the log groups that must exist before the task starts."""
    logging = [part.get("logConfiguration") or {} for part in parts]
    options = [each["options"] for each in logging if each.get("logDriver") == "awslogs"]
    return [each["awslogs-group"] for each in options if each.get("awslogs-create-group") != "true"]


def _attachment(interface: Any) -> dict[str, Any]:
    details = {
        "subnetId": interface.subnet.id,
        "networkInterfaceId": interface.id,
        "macAddress": interface.mac_address,
        "privateIPv4Address": interface.private_ip_address,
    }
    return {
        "id": str(mock_random.uuid4()),
        "type": "ElasticNetworkInterface",
        "status": "ATTACHED",
        "details": [{"name": name, "value": value} for name, value in details.items()],
    }


def _container(task: ServiceTask, definition: dict[str, Any]) -> dict[str, Any]:
    container = {
        "containerArn": f"{task.task_arn.replace(':task/', ':container/')}/{mock_random.uuid4()}",
        "taskArn": task.task_arn,
        "name": definition["name"],
        "image": definition["image"],
        "imageDigest": image_digest(definition["image"]),
        "lastStatus": "PENDING",
        "healthStatus": "UNKNOWN",
        "cpu": str(definition.get("cpu", 0)),
        "networkInterfaces": [],
        "networkBindings": [],
    }
    if task.interface:
        address = task.interface.private_ip_address
        container["networkInterfaces"] = [
            {"attachmentId": task.attachments[0]["id"], "privateIpv4Address": address}
        ]
    else:
        container["networkBindings"] = [
            {
                "bindIP": "0.0.0.0",
                "containerPort": mapping["containerPort"],
                "hostPort": task.ports[mapping["containerPort"]],
                "protocol": mapping.get("protocol", "tcp"),
            }
            for mapping in definition.get("portMappings", [])
        ]
    return container


def tasks_of(service: Service) -> list[ServiceTask]:
    """Return the service's tasks with the desired status RUNNING, oldest first."""
    return [
        task
        for task in service._backend.tasks.get(service.cluster_name, {}).values()
        if isinstance(task, ServiceTask)
        and task.group == f"service:{service.name}"
        and task.desired_status == "RUNNING"
    ]


def start(service: Service, definition: MotoTaskDefinition, deployment_id: str) -> None:
    """Start one more task.

    Raises CannotPlace without an instance with room, a free address, or vCPUs within the quota.
    """
    backend, own = service._backend, tasks_of(service)
    instance = None
    if service.launch_type == "FARGATE":
        keep_to_the_quota(backend, definition)
    else:
        instance = place(service, definition, own)
        if instance is None:
            raise CannotPlace("because no container instance met all of its requirements.")
    interface = new_interface(service, own) if definition.network_mode == "awsvpc" else None
    on_host = None if interface else instance
    task = ServiceTask(
        service,
        definition,
        deployment_id=deployment_id,
        instance=instance,
        ports=host_ports(definition, _ports_in_use(on_host)) if on_host else {},
        interface=interface,
    )
    backend.tasks.setdefault(service.cluster_name, {})[task.task_arn] = task
    if instance:
        take(instance, *needs(definition))
        instance.running_tasks_count += 1


def keep_to_the_quota(backend: Any, definition: MotoTaskDefinition) -> None:
    """Raise CannotPlace when one more Fargate task would exceed the quota of vCPUs."""
    running = [
        int(task.cpu)
        for tasks in backend.tasks.values()
        for task in tasks.values()
        if isinstance(task, ServiceTask) and task.launch_type == "FARGATE"
        if task.desired_status == "RUNNING"
    ]
    if (sum(running) + int(definition.cpu)) / 1024 > quotas.quota(quotas.FARGATE_VCPUS):
        raise CannotPlace(
            "Reason: You've reached the limit on the number of vCPUs you can run concurrently."
        )


def _ports_in_use(instance: ContainerInstance) -> list[int]:
    return [
        port
        for tasks in instance._backend.tasks.values()
        for task in tasks.values()
        if isinstance(task, ServiceTask) and task.instance is instance
        if task.desired_status == "RUNNING"
        for port in task.ports.values()
    ]


def mark_running(service: Service, task: ServiceTask) -> None:
    """Mark the task as running and healthy, and register it with the target groups."""
    task.last_status = "RUNNING"
    task.started_at = CLOCK.moment()
    task.mark_containers("RUNNING", "HEALTHY")
    elbv2 = elbv2_backends[service._account_id][service.region_name]
    for balancer in service.load_balancers:
        group = elbv2.target_groups.get(balancer.get("targetGroupArn", ""))
        if group is None:
            continue
        port = balancer["containerPort"]
        if group.target_type == "ip":
            target = {"Id": task.interface.private_ip_address, "Port": port}
        elif task.instance:
            target = {"Id": task.instance.ec2_instance_id, "Port": task.ports[port]}
        else:
            continue
        group.register([target])
        task.registered.append((group.arn, target))


def stop(task: ServiceTask, reason: str, code: str = "ServiceSchedulerInitiated") -> None:
    """Deregister and end the task. Like ECS, the sandbox keeps stopped tasks in its lists."""
    elbv2 = elbv2_backends[task._account_id][task.region_name]
    for group_arn, target in task.registered:
        if group := elbv2.target_groups.get(group_arn):
            group.deregister([target])
    task.registered = []
    task.desired_status = task.last_status = "STOPPED"
    task.stopped_reason, task.stop_code = reason, code
    task.mark_containers("STOPPED", "UNKNOWN")
    if task.interface:
        ec2_backends[task._account_id][task.region_name].enis.pop(task.interface.id, None)
    if task.instance:
        cpu, memory_mib = needs(task.definition)
        take(task.instance, -cpu, -memory_mib)
        task.instance.running_tasks_count -= 1


def has_lost_its_instance(task: ServiceTask) -> bool:
    """Return whether the task's instance has ended or left the cluster."""
    members = task._backend.container_instances.get(task.cluster_name, {})
    return task.instance is not None and task.instance.id not in members


def is_draining(task: ServiceTask) -> bool:
    """Return whether the task's instance is to be left by all its tasks."""
    return task.instance is not None and task.instance.status == "DRAINING"
