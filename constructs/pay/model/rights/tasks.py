"""The rights of ECS's tasks, and of ECS when it starts them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pay.iam.document import Statement
from pay.model import names
from pay.model.environment.environment import Environment
from pay.model.service.dependencies import Access, BucketUse, QueueUse, TopicUse
from pay.model.service.microservice import Microservice
from pay.model.service.one_off_task import OneOffTask
from pay.model.vocabulary import Side
from pay.model.watching.agent import repository_arn

ECS_TASKS = "ecs-tasks.amazonaws.com"

_QUEUE_ACTIONS = {
    Access.SEND: ("sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"),
    Access.RECEIVE: (
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ReceiveMessage",
    ),
}

WRITE_LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")

PULL_ACTIONS = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
)
"""AWS: ECR user guide, "Private repository policy examples", pulling images."""

_BUCKET_ACTIONS = {Access.READ: "s3:GetObject", Access.WRITE: "s3:PutObject"}

SERVICES_OF_TASKS = frozenset(
    {"ecr", "ecs", "iam", "kms", "logs", "s3", "secretsmanager", "sns", "sqs", "ssm", "sts"}
)


def execution_rights(
    environment: Environment,
    side: Side,
    *,
    repositories: Sequence[str],
    log_groups: Sequence[str],
    secrets: Sequence[str],
    secret_keys: Sequence[str],
    parameters: Sequence[str],
) -> list[Statement]:
    """Return what ECS may do to start a task: pull images, write logs, read its configuration.
    Where the account is watched, it also pulls the agent that GuardDuty adds to tasks of Fargate.

    Each argument holds ARNs. `secret_keys`: the KMS keys that encrypt the secrets.
    """
    statements = [
        # AWS: service authorization reference, Amazon ECR: GetAuthorizationToken takes no resource.
        Statement("LogInToEcr", ["ecr:GetAuthorizationToken"], ["*"]),
        Statement("PullImages", PULL_ACTIONS, repositories),
        *([pulls_agent(environment)] if environment.watching and side is Side.FARGATE else []),
        Statement("WriteLogs", WRITE_LOGS, [f"{arn}:*" for arn in log_groups]),
    ]
    if secrets:
        statements += [
            Statement("ReadSecrets", ["secretsmanager:GetSecretValue"], secrets),
            Statement(
                "DecryptSecrets",
                ["kms:Decrypt"],
                secret_keys,
                conditions=through(environment, "secretsmanager"),
            ),
        ]
    if parameters:
        statements.append(Statement("ReadParameters", ["ssm:GetParameters"], parameters))
    return statements


def pulls_agent(environment: Environment) -> Statement:
    """Let ECS pull GuardDuty's agent from the account of AWS that holds it. Without it a task runs
    unwatched. AWS: GuardDuty user guide, "Prerequisites for container image access".
    """
    return Statement("PullGuardDutyAgent", PULL_ACTIONS, [repository_arn(environment.region)])


def task_rights(
    environment: Environment,
    service: Microservice,
    *,
    queues: Mapping[str, str],
    topics: Sequence[str],
) -> list[Statement]:
    """Return what the application may do. `queues`: queue name -> ARN; `topics`: ARNs."""
    statements = _use_messages_and_buckets(environment, service, queues=queues, topics=topics)
    statements += _one_off_task_rights(environment, service)
    if service.has_collector:
        role = environment.metrics.prometheus_write_role_arn
        statements.append(Statement("WriteMetrics", ["sts:AssumeRole"], [role]))
    return statements


def starts_one_off(environment: Environment, task: OneOffTask) -> list[Statement]:
    """Return what ECS may do to start a one-off task, which reads no secret."""
    group = names.log_group(environment.name, task.log_kind, task.name)
    return execution_rights(
        environment,
        Side.FARGATE,
        repositories=[environment.arn("ecr", f"repository/{task.repository}")],
        log_groups=[environment.arn("logs", f"log-group:{group}")],
        secrets=(),
        secret_keys=(),
        parameters=(),
    )


def one_off_rights(
    environment: Environment, task: OneOffTask, *, queues: Mapping[str, str]
) -> list[Statement]:
    """Return what a one-off task may do. `queues`: queue name -> ARN."""
    return _use_messages_and_buckets(environment, task, queues=queues, topics=())


def load_test_rights(bucket: str) -> list[Statement]:
    """Return the right of a load test to write its results."""
    return [Statement("WriteResults", ["s3:PutObject"], [f"arn:aws:s3:::{bucket}/load-tests/*"])]


class _Uses(Protocol):
    """The resources of AWS that a service and a one-off task use."""

    @property
    def queues(self) -> tuple[QueueUse, ...]: ...
    @property
    def topics(self) -> tuple[TopicUse, ...]: ...
    @property
    def buckets(self) -> tuple[BucketUse, ...]: ...


def _use_messages_and_buckets(
    environment: Environment,
    uses: _Uses,
    *,
    queues: Mapping[str, str],
    topics: Sequence[str],
) -> list[Statement]:
    statements = []
    for access, actions in _QUEUE_ACTIONS.items():
        arns = [queues[queue.name] for queue in uses.queues if access in queue.access]
        if arns:
            statements.append(Statement(f"{access.capitalize()}Messages", actions, arns))
    if topics:
        statements.append(Statement("PublishEvents", ["sns:Publish"], topics))
    if uses.queues or uses.topics:
        statements.append(_encrypt_messages(environment, uses))
    for bucket in uses.buckets:
        arn = f"arn:aws:s3:::{names.bucket(environment.name, bucket.name)}/*"
        allowed = [_BUCKET_ACTIONS[access] for access in sorted(bucket.access)]
        sid = "Use" + "".join(word.capitalize() for word in bucket.name.split("-"))
        statements.append(Statement(sid, allowed, [arn]))
    return statements


def _encrypt_messages(environment: Environment, service: _Uses) -> Statement:
    """Allow the keys with which SQS and SNS encrypt, reached through those services only. A sender
    makes data keys, and verifies them by decrypting; a receiver decrypts only. AWS: SQS and SNS
    developer guides, "Key management".
    """
    used = [name for name, uses in (("sqs", service.queues), ("sns", service.topics)) if uses]
    sends = service.topics or any(Access.SEND in queue.access for queue in service.queues)
    return Statement(
        "EncryptMessages",
        ["kms:Decrypt", *(["kms:GenerateDataKey"] if sends else [])],
        [environment.arn("kms", "key/*")],
        conditions=through(environment, *used),
    )


def _one_off_task_rights(environment: Environment, service: Microservice) -> list[Statement]:
    runs = service.task_runs
    if not runs:
        return []
    families = [names.one_off_task_family(environment.name, run.family) for run in runs]
    roles = [
        role(environment.name, run.family)
        for run in runs
        for role in (names.one_off_task_role, names.one_off_execution_role)
    ]
    cluster = environment.arn("ecs", f"cluster/{names.cluster(environment.name, Side.FARGATE)}")
    return [
        Statement(
            "RunOneOffTasks",
            ["ecs:RunTask"],
            [environment.arn("ecs", f"task-definition/{family}:*") for family in families],
            conditions={"ArnEquals": {"ecs:cluster": cluster}},
        ),
        Statement(
            "PassRolesOfOneOffTasks",
            ["iam:PassRole"],
            [f"arn:aws:iam::{environment.account_id}:role/{role}" for role in roles],
            conditions={"StringEquals": {"iam:PassedToService": ECS_TASKS}},
        ),
    ]


def through(environment: Environment, *aws_services: str) -> dict[str, dict[str, object]]:
    via = [f"{service}.{environment.region}.amazonaws.com" for service in aws_services]
    return {"StringEquals": {"kms:ViaService": via}}


def tasks_trust(environment: Environment) -> Statement:
    """Let ECS assume a role for the tasks of this account only (AWS: IAM user guide, "The confused
    deputy problem").
    """
    return Statement(
        "AssumedByService",
        ["sts:AssumeRole"],
        principal={"Service": ECS_TASKS},
        conditions={
            "StringEquals": {"aws:SourceAccount": environment.account_id},
            "ArnLike": {"aws:SourceArn": environment.arn("ecs", "*")},
        },
    )


def pulls_images(roles: Sequence[str]) -> Statement:
    """Let roles of other accounts, by their ARNs, pull the images of a repository."""
    principal = {"AWS": sorted(roles)}
    return Statement("PulledByTheNextAccount", PULL_ACTIONS, principal=principal)
