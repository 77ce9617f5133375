"""The scheduled calls of an environment as AWS has them, and one of them made now."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from pay.catalogue import CATALOGUE
from pay.catalogue.one_off_tasks import SCHEDULED_HTTP
from pay.model import Environment, names
from pay.model.service.schedule_expression import parse
from pay.model.service.scheduled_call import ScheduledCall
from pay.model.stacks import TASKS
from pay.model.tasks import scheduled
from rollout.aws.clients import Client
from rollout.tasks.one_off import EndedTask, Runner
from rollout.terminal.refusal import Finding, Refused

LOOKS_AHEAD = timedelta(days=8)
"""Every call of the catalogue is made at least once a week."""


@dataclass(frozen=True)
class PlannedCall:
    """A scheduled call and its schedule."""

    call: ScheduledCall
    state: str
    """ENABLED or DISABLED, in AWS's words; `missing` without a schedule."""
    next_call: datetime | None
    """None: it is not made."""


def require_calls(environment: Environment) -> None:
    """Raise Refused for an environment without tasks."""
    if environment.tasks is None:
        name = environment.name
        reason = f"its file has no table [tasks], so no call is scheduled in {name}"
        fix = f"add the table, and apply {TASKS.stack_id(name)}"
        raise Refused(f"looking up the scheduled calls of {name}", [Finding("tasks", reason, fix)])


def planned_calls(environment: Environment, client: Client, now: datetime) -> Iterator[PlannedCall]:
    """Yield every call of the environment's services, in the order of the catalogue.

    Raises botocore's ClientError when AWS refuses.
    """
    for call in scheduled(environment, CATALOGUE):
        schedule = _schedule(environment, call.name, client)
        state = schedule["State"] if schedule else "missing"
        next_call = None
        if schedule and state == "ENABLED":
            expression = parse(schedule["ScheduleExpression"])
            zone = schedule["ScheduleExpressionTimezone"]
            next_call = next(expression.between(now, now + LOOKS_AHEAD, zone=zone, start=now), None)
        yield PlannedCall(call, state, next_call)


def dead_letters(environment: Environment, client: Client) -> int | None:
    """Return how many calls were not made and wait to be looked at; None if there is no queue."""
    sqs = client("sqs")
    try:
        url = sqs.get_queue_url(QueueName=names.dead_letters(environment.name))["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        return None
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def run_now(call: ScheduledCall, runner: Runner) -> EndedTask:
    """Make a call now, exactly as its schedule makes it, also if the schedule is disabled.

    Raises Refused without the schedule, Failed when ECS starts no task.
    """
    environment = runner.environment
    schedule = _schedule(environment, call.name, runner.client)
    if schedule is None:
        name = names.schedule(environment.name, call.name)
        fix = f"apply {TASKS.stack_id(environment.name)}, which makes it"
        what = f"making the call {call.name} in {environment.name}"
        raise Refused(what, [Finding("schedule", f"there is no schedule {name}", fix)])
    target = schedule["Target"]
    parameters = target["EcsParameters"]
    task = runner.start(
        parameters["TaskDefinitionArn"],
        network=_network(parameters),
        started_by=f"task/{call.name}",
        token=str(uuid4()),
        overrides=json.loads(target["Input"]),
    )
    return runner.follow(task, SCHEDULED_HTTP.name)


def _network(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the network in ECS's spelling. Scheduler's keys begin with capitals."""
    network = parameters["NetworkConfiguration"]["awsvpcConfiguration"]
    return {
        "awsvpcConfiguration": {
            "subnets": network["Subnets"],
            "securityGroups": network["SecurityGroups"],
            "assignPublicIp": network["AssignPublicIp"],
        }
    }


def _schedule(environment: Environment, call: str, client: Client) -> Mapping[str, Any] | None:
    scheduler = client("scheduler")
    try:
        schedule: Mapping[str, Any] = scheduler.get_schedule(
            GroupName=names.schedule_group(environment.name),
            Name=names.schedule(environment.name, call),
        )
    except scheduler.exceptions.ResourceNotFoundException:
        return None
    return schedule
