"""The rights of schedules, and of an environment's sleep."""

from collections.abc import Sequence

from pay.iam.document import Statement
from pay.model import names
from pay.model.environment.environment import Environment
from pay.model.rights.tasks import ECS_TASKS, through
from pay.model.service.one_off_task import OneOffTask
from pay.model.vocabulary import Side

_SCHEDULER = "scheduler.amazonaws.com"


def scheduler_trust(environment: Environment, group: str) -> Statement:
    """Let EventBridge Scheduler assume a role for the schedules of one group only. The source is
    the group. AWS: EventBridge Scheduler user guide, "Confused deputy prevention".
    """
    return Statement(
        "AssumedByScheduler",
        ["sts:AssumeRole"],
        principal={"Service": _SCHEDULER},
        conditions={
            "StringEquals": {
                "aws:SourceAccount": environment.account_id,
                "aws:SourceArn": environment.arn("scheduler", f"schedule-group/{group}"),
            }
        },
    )


def scheduler_rights(environment: Environment, task: OneOffTask) -> list[Statement]:
    """Return what schedules of calls may do: start a task, as its own role, and keep what failed.

    The task has no task role.
    """
    name = environment.name
    cluster = environment.arn("ecs", f"cluster/{names.cluster(name, Side.FARGATE)}")
    family = names.one_off_task_family(name, task.name)
    role = names.one_off_execution_role(name, task.name)
    return [
        Statement(
            "RunScheduledTasks",
            ["ecs:RunTask"],
            [environment.arn("ecs", f"task-definition/{family}:*")],
            conditions={"ArnEquals": {"ecs:cluster": cluster}},
        ),
        Statement(
            "PassRolesOfScheduledTasks",
            ["iam:PassRole"],
            [f"arn:aws:iam::{environment.account_id}:role/{role}"],
            conditions={"StringEquals": {"iam:PassedToService": ECS_TASKS}},
        ),
        *_keeps_what_failed(environment, names.dead_letters(name)),
    ]


def sleep_rights(
    environment: Environment, *, databases: Sequence[str], has_canaries: bool
) -> list[Statement]:
    """Return what the schedules of an environment that sleeps may do. `databases`: identifiers.

    Alarms and canaries are named by the beginning of their names. A role's inline policies have
    room for 10,240 characters (AWS: IAM and STS quotas). To register a scalable target of ECS, a
    caller needs the rights that ECS asks for. AWS: Application Auto Scaling user guide,
    "Identity-based policy examples".
    """
    name = environment.name
    statements = [
        Statement(
            "SetBoundsOfServices",
            ["application-autoscaling:RegisterScalableTarget"],
            [environment.arn("application-autoscaling", "scalable-target/*")],
            conditions={
                "StringEquals": {
                    "application-autoscaling:scalable-dimension": "ecs:service:DesiredCount",
                    "application-autoscaling:service-namespace": "ecs",
                    "aws:ResourceTag/Environment": name,
                }
            },
        ),
        Statement(
            "SetCountsOfServices",
            ["ecs:DescribeServices", "ecs:UpdateService"],
            [environment.arn("ecs", f"service/{names.cluster(name, side)}/*") for side in Side],
        ),
        Statement(
            "StartAndStopDatabases",
            ["rds:StartDBInstance", "rds:StopDBInstance"],
            [environment.arn("rds", f"db:{database}") for database in databases],
        ),
        Statement(
            "QuietenAlarms",
            ["cloudwatch:DisableAlarmActions", "cloudwatch:EnableAlarmActions"],
            [environment.arn("cloudwatch", f"alarm:{name}-*")],
        ),
    ]
    if has_canaries:
        statements.append(
            Statement(
                "RestCanaries",
                ["synthetics:StartCanary", "synthetics:StopCanary"],
                [environment.arn("synthetics", f"canary:{name}-*")],
            )
        )
    return [*statements, *_keeps_what_failed(environment, names.sleep_dead_letters(name))]


def _keeps_what_failed(environment: Environment, queue: str) -> list[Statement]:
    """Let schedules send what failed to a queue. One key encrypts both, reached through those
    services only. AWS: EventBridge Scheduler user guide, "Encryption at rest"; SQS developer guide,
    "Key management".
    """
    return [
        Statement("KeepWhatFailed", ["sqs:SendMessage"], [environment.arn("sqs", queue)]),
        Statement(
            "UseTheirKey",
            ["kms:Decrypt", "kms:GenerateDataKey"],
            [environment.arn("kms", "key/*")],
            conditions=through(environment, "scheduler", "sqs"),
        ),
    ]
