"""Deployments of ECS services: rolling, steady, failed and rolled back.

On AWS a new deployment starts its tasks beside those of the old one. The old ones stop only when
the new ones run (minimum healthy percent 100). With the circuit breaker, a deployment whose tasks
keep failing ends as FAILED. With rollback, the last completed deployment becomes PRIMARY again.
Source: ECS developer guide, "How the Amazon ECS deployment circuit breaker detects failures".

moto 5.2 has one deployment that never changes, and no tasks.
"""

import time

from moto.ecs.models import EC2ContainerServiceBackend
from moto.moto_api._internal import mock_random

from sandbox.aws.clock import CLOCK
from sandbox.aws.ecs import tasks as ecs_tasks
from sandbox.aws.ecs.instances import follow_instances
from sandbox.aws.ecs.placement import CannotPlace, Service

FEWEST_FAILURES, MOST_FAILURES = 3, 200
"""The circuit breaker's threshold is half the desired count, within these bounds."""

KEPT_EVENTS = 100


class EcsDeployment:
    """A deployment as `DescribeServices` returns it."""

    def __init__(self, service: Service) -> None:
        self.id = f"ecs-svc/{mock_random.randint(10**18, 10**19 - 1)}"
        self.status = "PRIMARY"
        self.task_definition = service.task_definition
        self.desired_count = service.desired_count
        self.running_count = self.pending_count = self.failed_tasks = 0
        self.created_at = self.updated_at = CLOCK.moment()
        self.launch_type = service.launch_type
        self.capacity_provider_strategy = getattr(service, "capacity_provider_strategy", None)
        self.platform_version = service.platform_version
        self.platform_family = "Linux"
        self.network_configuration = service.network_configuration
        self.rollout("IN_PROGRESS", f"ECS deployment {self.id} in progress.")

    def rollout(self, state: str, reason: str) -> None:
        self.rollout_state, self.rollout_state_reason = state, reason
        self.updated_at = CLOCK.moment()


def deploy(service: Service) -> None:
    """Make the service's present settings its primary deployment."""
    for older in service.deployments:
        older.status = "ACTIVE"
    service.deployments = [EcsDeployment(service), *service.deployments]


def note(service: Service, message: str) -> None:
    """Add an event at the start, unless the newest event is the same."""
    text = f"(service {service.name}) {message}"
    if not service.events or service.events[0]["message"] != text:
        event = {"id": str(mock_random.uuid4()), "createdAt": CLOCK.moment(), "message": text}
        service.events = [event, *service.events][:KEPT_EVENTS]


def move_on(backend: EC2ContainerServiceBackend) -> None:
    """Run the scheduler once: instances join, tasks start and stop, deployments end."""
    follow_instances(backend)
    for service in backend.services.values():
        if service.status == "ACTIVE" and service.deployments:
            _schedule(service)
    for cluster in backend.clusters.values():
        own = [s for s in backend.services.values() if s.cluster_name == cluster.name]
        cluster.active_services_count = sum(service.status == "ACTIVE" for service in own)
        cluster.running_tasks_count = sum(service.running_count for service in own)
        cluster.pending_tasks_count = sum(service.pending_count for service in own)


def _schedule(service: Service) -> None:
    primary: EcsDeployment = service.deployments[0]
    for task in ecs_tasks.tasks_of(service):
        if ecs_tasks.has_lost_its_instance(task):
            ecs_tasks.stop(task, "Host EC2 (instance) terminated.", "TerminationNotice")
    if primary.rollout_state != "FAILED":
        _start_and_stop(service, primary)
        _settle(service, primary)
        if not _break_circuit(service, primary):
            _retire_older(service)
    _count(service)


def _tasks_of(service: Service, deployment: EcsDeployment) -> list[ecs_tasks.ServiceTask]:
    return [task for task in ecs_tasks.tasks_of(service) if task.started_by == deployment.id]


def _staying(service: Service, deployment: EcsDeployment) -> list[ecs_tasks.ServiceTask]:
    """Return the deployment's tasks that are not on an instance that drains."""
    own = _tasks_of(service, deployment)
    return [task for task in own if not ecs_tasks.is_draining(task)]


def _start_and_stop(service: Service, primary: EcsDeployment) -> None:
    primary.desired_count = service.desired_count
    own = _staying(service, primary)
    definition = service._backend.describe_task_definition(str(primary.task_definition))
    for _ in range(service.desired_count - len(own)):
        try:
            ecs_tasks.start(service, definition, primary.id)
        except CannotPlace as reason:
            note(service, f"was unable to place a task {reason}")
            break
    for task in own[service.desired_count :]:
        ecs_tasks.stop(task, f"Scaling activity initiated by (deployment {primary.id})")


def _settle(service: Service, primary: EcsDeployment) -> None:
    now = time.monotonic()
    for task in _tasks_of(service, primary):
        if task.last_status == "PENDING" and now >= task.ready_at:
            if failure := task.failure:
                ecs_tasks.stop(task, failure.reason, failure.code)
                primary.failed_tasks += 1
                note(service, f"deployment {primary.id}: tasks failed to start.")
            else:
                ecs_tasks.mark_running(service, task)


def _break_circuit(service: Service, primary: EcsDeployment) -> bool:
    """Fail the primary deployment at the circuit breaker's threshold; return whether it failed."""
    breaker = service.deployment_configuration.get("deploymentCircuitBreaker") or {}
    threshold = min(max(FEWEST_FAILURES, service.desired_count // 2), MOST_FAILURES)
    if not breaker.get("enable") or primary.failed_tasks < threshold:
        return False
    primary.rollout("FAILED", "ECS deployment circuit breaker: tasks failed to start.")
    note(service, f"(deployment {primary.id}) deployment failed: tasks failed to start.")
    completed = [d for d in service.deployments[1:] if d.rollout_state == "COMPLETED"]
    if breaker.get("rollback") and completed:
        last: EcsDeployment = completed[0]
        primary.status, last.status = "ACTIVE", "PRIMARY"
        last.rollout(
            "IN_PROGRESS",
            f"ECS deployment circuit breaker: rolling back to deploymentId {last.id}.",
        )
        others = [deployment for deployment in service.deployments if deployment is not last]
        service.deployments = [last, *others]
        service.task_definition = last.task_definition
        service.network_configuration = last.network_configuration
        note(service, f"rolling back to deployment {last.id}.")
    return True


def _retire_older(service: Service) -> None:
    """Stop older deployments' tasks, and those on draining instances, when all others run."""
    primary: EcsDeployment = service.deployments[0]
    running = [t for t in _staying(service, primary) if t.last_status == "RUNNING"]
    if len(running) < service.desired_count:
        return
    for task in filter(ecs_tasks.is_draining, _tasks_of(service, primary)):
        ecs_tasks.stop(task, "Task stopped during instance draining")
    for older in service.deployments[1:]:
        for task in _tasks_of(service, older):
            ecs_tasks.stop(task, f"Scaling activity initiated by (deployment {older.id})")
    service.deployments = [primary]
    if primary.rollout_state == "IN_PROGRESS":
        primary.rollout("COMPLETED", f"ECS deployment {primary.id} completed.")
        note(service, f"(deployment {primary.id}) deployment completed.")
        note(service, "has reached a steady state.")


def _count(service: Service) -> None:
    for deployment in service.deployments:
        states = [task.last_status for task in _tasks_of(service, deployment)]
        deployment.running_count = states.count("RUNNING")
        deployment.pending_count = states.count("PENDING")
    service.running_count = sum(d.running_count for d in service.deployments)
    service.pending_count = sum(d.pending_count for d in service.deployments)
