"""EventBridge Scheduler: what it refuses, and schedules that fire by the sandbox's clock.

In moto 5.2 no schedule fires. It does not check expressions, time zones, roles, retry policies and
windows. The sandbox starts ECS tasks only.

Sources: AWS, EventBridge Scheduler API reference, and three pages of the user guide:
- "Schedule types".
- "Managing targets".
- "Configuring a schedule's dead-letter queue".
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from moto.core.exceptions import JsonRESTError
from moto.ecs.models import ecs_backends
from moto.scheduler.exceptions import ScheduleGroupNotFound, ValidationException
from moto.scheduler.models import EventBridgeSchedulerBackend, Schedule, scheduler_backends
from moto.sqs.models import sqs_backends

from pay.identifiers import ACCOUNT_ID, account_of
from pay.model.service.schedule_expression import Once, is_zone, parse
from sandbox.aws import before_each_call
from sandbox.aws.clock import CLOCK
from sandbox.aws.ecs import ecs  # noqa: F401
from sandbox.aws.ecs.run_task import run_tasks
from sandbox.aws.ecs.run_task_checks import roles_of
from sandbox.aws.eventbridge.universal_targets import (
    CallPlace,
    InvocationError,
    invoke,
    is_universal,
)
from sandbox.aws.eventbridge.universal_targets import problems as universal_problems
from sandbox.aws.iam.roles import is_allowed, may_be_assumed_by
from sandbox.aws.patching import Original, extends

SERVICE = "scheduler.amazonaws.com"

MOST_RETRIES, LEAST_AGE, MOST_AGE = 185, 60, 86_400
FIRST_DELAY = timedelta(seconds=10)
"""The wait before the first retry. Each next wait is twice as long. AWS says only that it grows."""

_NAME = re.compile(r"[0-9a-zA-Z\-_.]{1,64}")
_CLUSTER = re.compile(rf"arn:aws:ecs:[a-z0-9-]+:{ACCOUNT_ID}:cluster/[\w-]+")


@dataclass
class Firing:
    """One firing of a schedule, until its target has been invoked or given up."""

    scheduled: datetime
    attempts: int = 0
    next_attempt: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    def __post_init__(self) -> None:
        self.next_attempt = self.scheduled


@dataclass
class Watch:
    """The last moment handled for a schedule."""

    until: datetime
    start: datetime
    """The time from which a rate counts."""
    events: list[Firing] = field(default_factory=list)


_watches: dict[str, Watch] = {}
"""ARN of a schedule -> its watch."""


def _problems(params: Mapping[str, Any], account: str, region: str) -> Iterator[str]:
    target = params["target"]
    for name in filter(None, (params["name"], params.get("group_name"))):
        if not _NAME.fullmatch(name):
            yield f"{name} must have 1 to 64 letters, digits, hyphens, dots and underscores"
    try:
        parse(params["schedule_expression"])
    except ValueError:
        yield f"Invalid Schedule Expression {params['schedule_expression']}."
    zone = params.get("schedule_expression_timezone")
    if zone and not is_zone(zone):
        yield f"Invalid Schedule Expression Timezone {zone}."
    if params.get("state") not in (None, "ENABLED", "DISABLED"):
        yield f"Invalid State {params['state']}."
    window = params["flexible_time_window"] or {}
    minutes = window.get("MaximumWindowInMinutes")
    if window.get("Mode") not in ("OFF", "FLEXIBLE"):
        yield "FlexibleTimeWindow.Mode must be OFF or FLEXIBLE."
    elif (window["Mode"] == "FLEXIBLE") != (minutes is not None):
        yield "MaximumWindowInMinutes is for a flexible time window, which needs it."
    yield from _target_problems(target, account, region, params.get("group_name") or "default")


def _target_problems(
    target: Mapping[str, Any], account: str, region: str, group: str
) -> Iterator[str]:
    arn = target.get("Arn", "")
    if is_universal(arn):
        yield from universal_problems(arn, target.get("Input"))
    else:
        yield from _ecs_problems(target, arn)
    retry = target.get("RetryPolicy") or {}
    if not 0 <= retry.get("MaximumRetryAttempts", 0) <= MOST_RETRIES:
        yield f"RetryPolicy.MaximumRetryAttempts must be between 0 and {MOST_RETRIES}."
    if not LEAST_AGE <= retry.get("MaximumEventAgeInSeconds", MOST_AGE) <= MOST_AGE:
        yield f"RetryPolicy.MaximumEventAgeInSeconds must be between {LEAST_AGE} and {MOST_AGE}."
    if (text := target.get("Input")) is not None:
        try:
            json.loads(text)
        except ValueError:
            yield "Target.Input must be valid JSON."
    if (target.get("DeadLetterConfig") or {}).get("Arn", "").endswith(".fifo"):
        yield "A dead-letter queue must be a standard queue."
    source = f"arn:aws:scheduler:{region}:{account}:schedule-group/{group}"
    if not may_be_assumed_by(account, target.get("RoleArn", ""), SERVICE, source):
        yield (
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the "
            "role."
        )


def _ecs_problems(target: Mapping[str, Any], arn: str) -> Iterator[str]:
    if not _CLUSTER.fullmatch(arn):
        yield f"the sandbox starts ECS tasks and calls AWS's APIs, and {arn} is neither"
    ecs_parameters = target.get("EcsParameters") or {}
    if not ecs_parameters.get("TaskDefinitionArn"):
        yield "EcsParameters.TaskDefinitionArn is required for a cluster."
    if not 1 <= int(ecs_parameters.get("TaskCount") or 1) <= 10:
        yield "EcsParameters.TaskCount must be between 1 and 10."


def _check(backend: EventBridgeSchedulerBackend, params: Mapping[str, Any]) -> None:
    """Raise the first problem."""
    backend.get_schedule_group(params.get("group_name"))
    for problem in _problems(params, backend.account_id, backend.region_name):
        raise ValidationException(problem)


@extends(EventBridgeSchedulerBackend)
def create_schedule(self: EventBridgeSchedulerBackend, create: Original, **params: Any) -> Schedule:
    _check(self, params)
    schedule: Schedule = create(self, **params)
    _watch(schedule)
    return schedule


@extends(EventBridgeSchedulerBackend)
def update_schedule(self: EventBridgeSchedulerBackend, update: Original, **params: Any) -> Schedule:
    _check(self, params)
    schedule: Schedule = update(self, **params)
    _watch(schedule)
    return schedule


def _watch(schedule: Schedule) -> None:
    now = CLOCK.moment()
    known = _watches.get(schedule.arn)
    _watches[schedule.arn] = Watch(now, known.start if known else now)


@extends(EventBridgeSchedulerBackend)
def create_schedule_group(
    self: EventBridgeSchedulerBackend, create: Original, name: str, tags: list[dict[str, str]]
) -> Any:
    if name in self.schedule_groups:
        raise JsonRESTError("ConflictException", f"Schedule group {name} already exists.")
    if not _NAME.fullmatch(name):
        raise ValidationException(f"Invalid name {name}")
    return create(self, name, tags or [])


@extends(EventBridgeSchedulerBackend)
def delete_schedule_group(
    self: EventBridgeSchedulerBackend, delete: Original, name: str | None
) -> None:
    """Delete the group with its schedules; AWS keeps the group `default`."""
    if name not in self.schedule_groups:
        raise ScheduleGroupNotFound(str(name))
    if name == "default":
        raise ValidationException("The default schedule group cannot be deleted.")
    delete(self, name)


def _schedules() -> Iterator[tuple[EventBridgeSchedulerBackend, Schedule]]:
    for regions in scheduler_backends.values():
        for backend in regions.values():
            for group in backend.schedule_groups.values():
                for schedule in group.schedules.values():
                    yield backend, schedule


def _move_on() -> None:
    now = CLOCK.moment()
    for backend, schedule in [*_schedules()]:
        watch = _watches.setdefault(schedule.arn, Watch(now, now))
        if schedule.state == "ENABLED" and now > watch.until:
            expression = parse(schedule.schedule_expression)
            zone = schedule.schedule_expression_timezone
            watch.events += map(
                Firing, expression.between(watch.until, now, zone=zone, start=watch.start)
            )
        watch.until = now
        watch.events = [
            event for event in watch.events if not _is_done(backend, schedule, event, now)
        ]
        if schedule.action_after_completion == "DELETE" and _is_over(schedule, watch):
            backend.schedule_groups[schedule.group_name].delete_schedule(schedule.name)


def _is_over(schedule: Schedule, watch: Watch) -> bool:
    """Return whether a schedule of one time has been invoked or given up."""
    expression = parse(schedule.schedule_expression)
    if not isinstance(expression, Once) or watch.events:
        return False
    zone, first = schedule.schedule_expression_timezone, datetime.min.replace(tzinfo=UTC)
    return any(expression.between(first, watch.until, zone=zone or "UTC", start=first))


def _is_done(
    backend: EventBridgeSchedulerBackend, schedule: Schedule, event: Firing, now: datetime
) -> bool:
    """Make every attempt that is due; return whether the firing is finished."""
    retry = schedule.target.get("RetryPolicy") or {}
    most = retry.get("MaximumRetryAttempts", MOST_RETRIES)
    age = timedelta(seconds=retry.get("MaximumEventAgeInSeconds", MOST_AGE))
    while event.next_attempt <= now:
        try:
            _invoke(backend, schedule)
        except InvocationError as error:
            event.attempts += 1
            delay = FIRST_DELAY * 2 ** (event.attempts - 1)
            event.next_attempt += delay
            if not error.is_passing:
                exhausted = ""
            elif event.attempts > most:
                exhausted = "MaximumRetryAttempts"
            elif event.next_attempt - event.scheduled > age:
                exhausted = "MaximumEventAgeInSeconds"
            else:
                continue
            _keep(backend, schedule, event, error, exhausted)
            return True
        return True
    return False


def _invoke(backend: EventBridgeSchedulerBackend, schedule: Schedule) -> None:
    """Start the schedule's tasks, or make its call. Raises InvocationError."""
    target = schedule.target
    place = CallPlace(backend.account_id, backend.region_name, target["RoleArn"])
    if is_universal(target["Arn"]):
        invoke(place, target["Arn"], target["Input"])
        return
    params = _run_task_parameters(schedule)
    ecs_backend = ecs_backends[place.account][place.region]
    may = place.require
    may("ecs:RunTask", params["taskDefinition"], {"ecs:cluster": target["Arn"]})
    try:
        definition = ecs_backend.describe_task_definition(params["taskDefinition"])
        for role in roles_of(params, definition):
            may("iam:PassRole", role, {"iam:passedtoservice": "ecs-tasks.amazonaws.com"})
        answer = run_tasks(ecs_backend, params)
    except InvocationError:
        raise
    except Exception as error:
        code = getattr(error, "error_type", None) or getattr(error, "code", None)
        # `str` of moto's error has the code in front of AWS's words.
        words = getattr(error, "message", None) or str(error)
        raise InvocationError(str(code or type(error).__name__), words) from None
    if answer["failures"]:
        reason = answer["failures"][0]["reason"]
        raise InvocationError("EcsTaskFailure", reason, is_passing=True)


def _run_task_parameters(schedule: Schedule) -> dict[str, Any]:
    target = schedule.target
    given = target["EcsParameters"]
    network = (given.get("NetworkConfiguration") or {}).get("awsvpcConfiguration") or {}
    params: dict[str, Any] = {
        "cluster": target["Arn"],
        "taskDefinition": given["TaskDefinitionArn"],
        "count": given.get("TaskCount") or 1,
        # ECS shows this for tasks of EventBridge Scheduler.
        "startedBy": f"chronos-schedule/{schedule.name}",
        "launchType": given.get("LaunchType"),
        "group": given.get("Group"),
    }
    if network:
        lower = {key[0].lower() + key[1:]: value for key, value in network.items()}
        params["networkConfiguration"] = {"awsvpcConfiguration": lower}
    if target.get("Input"):
        params["overrides"] = json.loads(target["Input"])
    return params


def _payload(schedule: Schedule) -> str:
    """Return what the target would have received."""
    if is_universal(schedule.target["Arn"]):
        return str(schedule.target["Input"])
    return json.dumps(_run_task_parameters(schedule))


def _keep(
    backend: EventBridgeSchedulerBackend,
    schedule: Schedule,
    event: Firing,
    error: InvocationError,
    exhausted: str,
) -> None:
    """Send the event to the dead-letter queue, if there is one that the role may send to."""
    arn = (schedule.target.get("DeadLetterConfig") or {}).get("Arn")
    role = schedule.target["RoleArn"]
    if not arn or not is_allowed(backend.account_id, role, "sqs:SendMessage", arn, {}):
        return
    queues = sqs_backends[str(account_of(arn))][arn.split(":")[3]]
    if arn.rpartition(":")[2] not in queues.queues:
        return
    attributes = {
        "ERROR_CODE": error.code,
        "ERROR_MESSAGE": str(error),
        "EXECUTION_ID": str(uuid4()),
        "IS_PAYLOAD_TRUNCATED": "false",
        "RETRY_ATTEMPTS": str(event.attempts - 1),
        "SCHEDULED_TIME": event.scheduled.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "SCHEDULE_ARN": schedule.arn,
        "TARGET_ARN": schedule.target["Arn"],
    } | ({"EXHAUSTED_RETRY_CONDITION": exhausted} if exhausted else {})
    queues.send_message(
        arn.rpartition(":")[2],
        _payload(schedule),
        message_attributes={
            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
        },
    )


before_each_call.append(_move_on)
