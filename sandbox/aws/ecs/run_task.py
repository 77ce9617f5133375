"""ECS `RunTask`: tasks without a service, which start, do their work once and end.

Where moto 5.2 differs from AWS:
- It answers one container with exit code 0 while the task is PENDING.
- It has no stop code and no reason.
- It ignores client tokens.
- It checks neither overrides nor networks.
- It answers 500 for a container without memory.

A container of a known image runs as a process of this machine (`local_programs.py`), and ends as
that does. Any other ends with the exit code in `outcomes`, else with 0. A container of the tag
`0-broken` ends with 1. The first essential container that ends takes the others with it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from types import SimpleNamespace
from typing import Any

from moto.core.responses import ActionResult
from moto.ecs.exceptions import (
    EcsClientException,
    ECSException,
    InvalidParameterException,
    TaskDefinitionNotFoundException,
)
from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.logs.models import logs_backends

from pay.containers.definitions import table
from sandbox.aws import before_each_call
from sandbox.aws.clock import CLOCK
from sandbox.aws.ecs.images import BROKEN, is_broken
from sandbox.aws.ecs.local_programs import Program, program_of, variables_of
from sandbox.aws.ecs.placement import CannotPlace, MotoTaskDefinition, new_interface
from sandbox.aws.ecs.run_task_checks import check_roles, misfits
from sandbox.aws.ecs.tasks import ServiceTask, keep_to_the_quota, stop
from sandbox.aws.patching import Original, extends, replaces

TOKEN_SECONDS = 86_400
"""AWS: ECS API reference, "Ensuring idempotency": a client token holds for 24 hours."""

STOPPED_FOR_SECONDS = 3_600
"""ECS forgets a stopped task after at least an hour (`DescribeTasks`)."""

ENDED_BY_SIGNAL = 143
"""The exit code of a container that is stopped because an essential one has ended."""


@dataclass(frozen=True)
class TaskOutcome:
    """The end of the tasks of a family."""

    family: str
    """A regular expression over the whole family."""
    exits: Mapping[str, int] = field(default_factory=dict)
    """Container -> exit code."""
    seconds: float = 0.0
    """The time for which the task runs."""
    logs: Sequence[str] = ()
    """The lines that its first container writes."""
    fails_to_start: str = ""
    """The reason why no container starts; empty if all start."""
    no_capacity: bool = False
    """Fargate has no room, so no task is created."""


outcomes: list[TaskOutcome] = []
"""Set by `POST /_sandbox/tasks`; the first that fits a family counts."""


class ConflictException(ECSException):
    def __init__(self, tasks: Sequence[str]) -> None:
        super().__init__(
            "ConflictException",
            "The RunTask request could not be processed due to conflicts. The provided clientToken "
            "is already in use with a different RunTask request. The resourceIds are the existing "
            f"task ARNs which are already associated with the clientToken: {', '.join(tasks)}",
        )


class StartedTask(ServiceTask):
    """A task that `RunTask` has started."""

    last_status = "PROVISIONING"

    def __init__(
        self,
        request: Any,
        definition: MotoTaskDefinition,
        params: Mapping[str, Any],
        outcome: TaskOutcome,
    ) -> None:
        interface = None
        if definition.network_mode == "awsvpc":
            interface = new_interface(request, [])
        super().__init__(
            request, definition, deployment_id="", instance=None, ports={}, interface=interface
        )
        self.group = params.get("group") or f"family:{definition.family}"
        self.started_by = params.get("startedBy") or ""
        self.overrides = params.get("overrides") or {}
        self.outcome = outcome
        self.ends_at = self.ready_at + outcome.seconds
        self.stopped_at: Any = None
        self.program: Program | None = None
        self.ends_because = ("Essential container in task exited", "EssentialContainerExited")

    def move_on(self) -> None:
        """Take the next step if it is due."""
        now = monotonic()
        match self.last_status:
            case "PROVISIONING":
                self._becomes("PENDING")
            case "PENDING" if reason := self.outcome.fails_to_start or self.missing:
                self._end(reason, "TaskFailedToStart", {})
            case "PENDING" if now >= self.ready_at:
                self._becomes("RUNNING")
                self.started_at = CLOCK.moment()
                self.program = self._start()
            case "RUNNING" if self.program:
                is_over = self.program.exit_code is not None
                self._write_logs([*self.program.lines()])
                if is_over:
                    self._becomes("DEPROVISIONING")
            case "RUNNING" if now >= self.ends_at:
                self._write_logs(self.outcome.logs)
                self._becomes("DEPROVISIONING")
            case "DEPROVISIONING":
                self._end(*self.ends_because, dict(self._exit_codes()))

    @property
    def missing(self) -> str | None:
        """Return why it cannot start; broken containers start, and end."""
        failure = self.failure
        return failure.reason if failure and failure.reason != BROKEN.reason else None

    def _becomes(self, status: str) -> None:
        self.last_status = status
        if status != "DEPROVISIONING":
            self.mark_containers(status, "UNKNOWN")

    def _start(self) -> Program | None:
        """Start the program of the first container, if its image is known here."""
        part = self.definition.container_definitions[0]
        command = program_of(part["image"])
        if command is None:
            return None
        place = self._account_id, self.region_name
        return Program(command, variables_of(part, self.overrides, *place))

    def end_program(self, reason: str) -> bool:
        """Ask a running program to end; return whether there is one."""
        if self.program is None or self.program.exit_code is not None:
            return False
        self.desired_status, self.ends_because = "STOPPED", (reason, "UserInitiated")
        self.program.end()
        return True

    def _exit_codes(self) -> Iterator[tuple[str, int]]:
        parts = self.definition.container_definitions
        first = next(part["name"] for part in parts if part.get("essential", True))
        for part in parts:
            name, fails = part["name"], is_broken(part["image"])
            default = int(fails) if name == first or fails else ENDED_BY_SIGNAL
            if self.program and name == first and self.program.exit_code is not None:
                yield name, self.program.exit_code
            else:
                yield name, self.outcome.exits.get(name, default)

    def _end(self, reason: str, code: str, exits: Mapping[str, int]) -> None:
        stop(self, reason, code)
        self.stopped_at = CLOCK.moment()
        containers: Any = self.containers
        for container in containers:
            if container["name"] in exits:
                container["exitCode"] = exits[container["name"]]

    def _write_logs(self, lines: Sequence[str]) -> None:
        part = self.definition.container_definitions[0]
        options = table(part, "logConfiguration", "options")
        if "awslogs-stream-prefix" not in options or not lines:
            return
        prefix, group = options["awslogs-stream-prefix"], options["awslogs-group"]
        logs = logs_backends[self._account_id][self.region_name]
        stream = f"{prefix}/{part['name']}/{self.id}"
        logs.ensure_log_stream(group, stream)
        at = int(CLOCK.seconds() * 1000)
        events = [{"timestamp": at, "message": line} for line in lines]
        # Bypass the backend, which refuses lines whose time differs from the machine's.
        logs.groups[group].put_log_events(stream, events)


@dataclass(frozen=True)
class _Token:
    """The request for which a client token was used."""

    params: Mapping[str, Any]
    tasks: tuple[StartedTask, ...]
    at: float


_tokens: dict[tuple[str, str, str], _Token] = {}
"""Account, region and client token -> its use."""


def run_tasks(backend: EC2ContainerServiceBackend, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `RunTask` answers. Raises ECS's errors."""
    token = params.get("clientToken")
    place = backend.account_id, backend.region_name, str(token)
    used = _tokens.get(place) if token else None
    if used and CLOCK.seconds() - used.at < TOKEN_SECONDS:
        if used.params != params:
            raise ConflictException([task.task_arn for task in used.tasks])
        return {"tasks": list(used.tasks), "failures": []}
    cluster = backend._get_cluster(params.get("cluster") or "default")
    definition = _definition(backend, params)
    for problem in misfits(backend, params, definition):
        raise InvalidParameterException(problem)
    check_roles(backend, cluster, params, definition)
    outcome = next(
        (each for each in outcomes if re.fullmatch(each.family, definition.family)), TaskOutcome("")
    )
    tasks: list[StartedTask] = []
    try:
        for _ in range(int(params.get("count") or 1)):
            if outcome.no_capacity:
                raise CannotPlace(
                    "Capacity is unavailable at this time. Please try again later or in a "
                    "different availability zone"
                )
            keep_to_the_quota(backend, definition)
            tasks.append(
                StartedTask(_request(backend, cluster, params), definition, params, outcome)
            )
    except CannotPlace as reason:
        if not tasks:
            return {"tasks": [], "failures": [{"reason": str(reason).removeprefix("Reason: ")}]}
    backend.tasks.setdefault(cluster.name, {}).update({task.task_arn: task for task in tasks})
    if token:
        _tokens[place] = _Token(dict(params), tuple(tasks), CLOCK.seconds())
    return {"tasks": tasks, "failures": []}


def _request(
    backend: EC2ContainerServiceBackend, cluster: Any, params: Mapping[str, Any]
) -> SimpleNamespace:
    """Return the settings that a task reads from its service."""
    return SimpleNamespace(
        name=f"RunTask {params['taskDefinition'].rpartition('/')[2]}",
        region_name=backend.region_name,
        cluster_name=cluster.name,
        cluster_arn=cluster.arn,
        _account_id=backend.account_id,
        _backend=backend,
        launch_type="FARGATE",
        platform_version=params.get("platformVersion"),
        network_configuration=params.get("networkConfiguration"),
        propagate_tags="SERVICE",
        tags=params.get("tags") or [],
    )


def _definition(
    backend: EC2ContainerServiceBackend, params: Mapping[str, Any]
) -> MotoTaskDefinition:
    try:
        definition = backend.describe_task_definition(params["taskDefinition"])
    except TaskDefinitionNotFoundException:
        raise EcsClientException("TaskDefinition not found.") from None
    if definition.status != "ACTIVE":
        raise EcsClientException("TaskDefinition is inactive")
    return definition


@replaces(EC2ContainerServiceResponse)
def run_task(self: EC2ContainerServiceResponse) -> ActionResult:
    return ActionResult(run_tasks(self.ecs_backend, self._get_params()))


@extends(EC2ContainerServiceBackend)
def stop_task(
    self: EC2ContainerServiceBackend, stop: Original, cluster_str: str, task_str: str, reason: str
) -> Any:
    """Let a program end by itself. Its task stops when it has."""
    for task in self.tasks.get(self._get_cluster(cluster_str).name, {}).values():
        if (
            isinstance(task, StartedTask)
            and task.id == task_str.rpartition("/")[2]
            and task.end_program(reason or "Task stopped by user")
        ):
            return task
    return stop(self, cluster_str, task_str, reason)


def set_outcomes(rows: Sequence[Mapping[str, Any]]) -> None:
    """Set how tasks end from now on."""
    outcomes[:] = [TaskOutcome(**row) for row in rows]


def _move_on() -> None:
    for regions in ecs_backends.values():
        for backend in regions.values():
            for tasks in backend.tasks.values():
                _move_on_in(tasks)


def _move_on_in(tasks: dict[str, Any]) -> None:
    for arn, task in [*tasks.items()]:
        if not isinstance(task, StartedTask):
            continue
        if task.last_status != "STOPPED":
            task.move_on()
        elif CLOCK.seconds() - task.stopped_at.timestamp() > STOPPED_FOR_SECONDS:
            del tasks[arn]


before_each_call.append(_move_on)
