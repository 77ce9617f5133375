"""Schedules that fire once and put an environment to sleep again, even when the command that woke
it failed.

They are created before the wake, in the group of the stack that the environment sleeps by. AWS
deletes each after it has fired.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pay.model import Environment, names
from pay.model.stacks import SLEEP
from pay.sleep.planned import LONGEST_DELAY, RETRIES, SleepStep, stopping
from rollout.aws.clients import Client, items
from rollout.terminal.refusal import Finding, Refused

_ONCE = "once-"


def make_backstop(environment: Environment, client: Client, at: datetime) -> None:
    """Make a schedule for each part, which puts it to sleep at a time; those of before move.

    Raises Refused without the stack, botocore's ClientError when AWS refuses.
    """
    scheduler = client("scheduler")
    key = _key(environment, client)
    for step in stopping(environment):
        request = _request(environment, step, at, key)
        try:
            scheduler.create_schedule(**request)
        except scheduler.exceptions.ConflictException:
            scheduler.update_schedule(**request)
        except scheduler.exceptions.ResourceNotFoundException:
            raise _not_there(environment) from None


def backstop_at(environment: Environment, client: Client) -> datetime | None:
    """Return when such schedules begin to put the environment to sleep; None if none is left.

    Raises botocore's ClientError when AWS refuses.
    """
    scheduler, group = client("scheduler"), names.sleep_group(environment.name)
    first = min(stopping(environment), key=lambda step: step.after)
    name = names.schedule(environment.name, f"{_ONCE}{first.part}")
    try:
        text = scheduler.get_schedule(GroupName=group, Name=name)["ScheduleExpression"]
    except scheduler.exceptions.ResourceNotFoundException:
        return None
    at = datetime.fromisoformat(text.removeprefix("at(").removesuffix(")"))
    return at.replace(tzinfo=UTC) - first.after


def delete_backstop(environment: Environment, client: Client) -> None:
    """Delete what is left of such schedules."""
    scheduler = client("scheduler")
    for name in [*_schedule_names(environment, client)]:
        try:
            scheduler.delete_schedule(GroupName=names.sleep_group(environment.name), Name=name)
        except scheduler.exceptions.ResourceNotFoundException:
            continue  # it has fired at this moment


def _schedule_names(environment: Environment, client: Client) -> Iterator[str]:
    scheduler = client("scheduler")
    group = names.sleep_group(environment.name)
    prefix = names.schedule(environment.name, _ONCE)
    try:
        schedules = items(
            scheduler, "list_schedules", "Schedules", GroupName=group, NamePrefix=prefix
        )
        yield from (each["Name"] for each in schedules)
    except scheduler.exceptions.ResourceNotFoundException:
        return


def _key(environment: Environment, client: Client) -> str:
    kms = client("kms")
    try:
        metadata = kms.describe_key(KeyId=names.sleep_key_alias(environment.name))["KeyMetadata"]
    except kms.exceptions.NotFoundException:
        raise _not_there(environment) from None
    return str(metadata["Arn"])


def _not_there(environment: Environment) -> Refused:
    stack = SLEEP.stack_id(environment.name)
    return Refused(
        f"waking {environment.name} for some time",
        [Finding("backstop", "nothing would put it to sleep again", f"apply {stack} first")],
    )


def _request(environment: Environment, step: SleepStep, at: datetime, key: str) -> dict[str, Any]:
    name = environment.name
    target: dict[str, Any] = {
        "Arn": step.call.arn,
        "RoleArn": f"arn:aws:iam::{environment.account_id}:role/{names.sleep_role(name)}",
        "Input": json.dumps(step.call.input, sort_keys=True),
        "RetryPolicy": {
            "MaximumEventAgeInSeconds": int(LONGEST_DELAY.total_seconds()),
            "MaximumRetryAttempts": RETRIES,
        },
    }
    if step.bears_repetition:
        queue = environment.arn("sqs", names.sleep_dead_letters(name))
        target["DeadLetterConfig"] = {"Arn": queue}
    return {
        "Name": names.schedule(name, f"{_ONCE}{step.part}"),
        "GroupName": names.sleep_group(name),
        "ScheduleExpression": f"at({at + step.after:%Y-%m-%dT%H:%M:%S})",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "KmsKeyArn": key,
        "Target": target,
    }
