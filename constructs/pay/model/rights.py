"""The rights that tasks, instances, keys and topics need, as the statements that grant them.

The constructs write them into policies. The guard compares them with what a changed policy leaves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from pay.iam.document import Statement
from pay.model import names
from pay.model.environment.account import Account
from pay.model.environment.environment import Environment
from pay.model.service.dependencies import Access, BucketUse, QueueUse, TopicUse
from pay.model.service.microservice import Microservice
from pay.model.service.one_off_task import OneOffTask
from pay.model.vocabulary import Severity, Side
from pay.model.watching.agent import repository_arn

_ECS_TASKS = "ecs-tasks.amazonaws.com"
EVENTS = "events.amazonaws.com"
"""EventBridge."""
_SCHEDULER = "scheduler.amazonaws.com"

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
_WRITE_LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")
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
SERVICES_OF_INSTANCES = frozenset({"ecs"})
"""The AWS services of which this file says all that tasks, or instances, need."""


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
        Statement("WriteLogs", _WRITE_LOGS, [f"{arn}:*" for arn in log_groups]),
    ]
    if secrets:
        statements += [
            Statement("ReadSecrets", ["secretsmanager:GetSecretValue"], secrets),
            Statement(
                "DecryptSecrets",
                ["kms:Decrypt"],
                secret_keys,
                conditions=_through(environment, "secretsmanager"),
            ),
        ]
    if parameters:
        statements.append(Statement("ReadParameters", ["ssm:GetParameters"], parameters))
    return statements


def pulls_agent(environment: Environment) -> Statement:
    """Let ECS pull GuardDuty's agent from the account of AWS that holds it; without it a task runs
    on unwatched (AWS: GuardDuty user guide, "Prerequisites for container image access").
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
    """Return what a load test may do: write its results."""
    return [Statement("WriteResults", ["s3:PutObject"], [f"arn:aws:s3:::{bucket}/load-tests/*"])]


class _Uses(Protocol):
    """What a service and a one-off task use of AWS."""

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
    """SQS and SNS encrypt with keys that exist already, reached through those services only. A
    sender makes data keys, and verifies them by decrypting; a receiver decrypts only (AWS: SQS and
    SNS developer guides, "Key management").
    """
    used = [name for name, uses in (("sqs", service.queues), ("sns", service.topics)) if uses]
    sends = service.topics or any(Access.SEND in queue.access for queue in service.queues)
    return Statement(
        "EncryptMessages",
        ["kms:Decrypt", *(["kms:GenerateDataKey"] if sends else [])],
        [environment.arn("kms", "key/*")],
        conditions=_through(environment, *used),
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
            conditions={"StringEquals": {"iam:PassedToService": _ECS_TASKS}},
        ),
    ]


def _through(environment: Environment, *aws_services: str) -> dict[str, dict[str, object]]:
    via = [f"{service}.{environment.region}.amazonaws.com" for service in aws_services]
    return {"StringEquals": {"kms:ViaService": via}}


def agent_rights(environment: Environment) -> list[Statement]:
    """Return the ECS agent's rights (AWS: ECS developer guide, "Amazon ECS container instance IAM
    role"), limited to the cluster of instances.

    The service authorization reference decides how each action is limited. Actions with the cluster
    as resource do not support the condition key `ecs:cluster`, which would deny them.
    """
    cluster_arn = environment.arn("ecs", f"cluster/{names.cluster(environment.name, Side.EC2)}")
    return [
        Statement(
            "RegisterWithCluster",
            [
                "ecs:DeregisterContainerInstance",
                "ecs:RegisterContainerInstance",
                "ecs:SubmitAttachmentStateChanges",
                "ecs:SubmitContainerStateChange",
                "ecs:SubmitTaskStateChange",
            ],
            [cluster_arn],
        ),
        Statement(
            "RunAgent",
            ["ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState"],
            ["*"],
            conditions={"ArnEquals": {"ecs:cluster": cluster_arn}},
        ),
        # AWS: service authorization reference, Amazon ECS: DiscoverPollEndpoint takes no resource.
        Statement("FindAgentEndpoint", ["ecs:DiscoverPollEndpoint"], ["*"]),
    ]


def tasks_trust(environment: Environment) -> Statement:
    """Let ECS assume a role for the tasks of this account only (AWS: IAM user guide, "The confused
    deputy problem").
    """
    return Statement(
        "AssumedByService",
        ["sts:AssumeRole"],
        principal={"Service": _ECS_TASKS},
        conditions={
            "StringEquals": {"aws:SourceAccount": environment.account_id},
            "ArnLike": {"aws:SourceArn": environment.arn("ecs", "*")},
        },
    )


def scheduler_trust(environment: Environment, group: str) -> Statement:
    """Let EventBridge Scheduler assume a role for the schedules of one group only (AWS: EventBridge
    Scheduler user guide, "Confused deputy prevention": the source is the group).
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
            conditions={"StringEquals": {"iam:PassedToService": _ECS_TASKS}},
        ),
        *_keeps_what_failed(environment, names.dead_letters(name)),
    ]


def sleep_rights(
    environment: Environment, *, databases: Sequence[str], has_canaries: bool
) -> list[Statement]:
    """Return what the schedules of an environment that sleeps may do. `databases`: identifiers.

    Alarms and canaries are named by what their names begin with: a role's inline policies have
    room for 10,240 characters (AWS: IAM and STS quotas). Whoever registers a scalable target of ECS
    needs the rights that ECS asks for (AWS: Application Auto Scaling user guide, "Identity-based
    policy examples").
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
    services only (AWS: EventBridge Scheduler user guide, "Encryption at rest"; SQS developer guide,
    "Key management").
    """
    return [
        Statement("KeepWhatFailed", ["sqs:SendMessage"], [environment.arn("sqs", queue)]),
        Statement(
            "UseTheirKey",
            ["kms:Decrypt", "kms:GenerateDataKey"],
            [environment.arn("kms", "key/*")],
            conditions=_through(environment, "scheduler", "sqs"),
        ),
    ]


def instances_trust() -> Statement:
    """Let EC2 assume the role of its instances. It sends no source ARN for a condition."""
    principal = {"Service": "ec2.amazonaws.com"}
    return Statement("AssumedByInstances", ["sts:AssumeRole"], principal=principal)


def canaries_trust() -> Statement:
    """Let Lambda assume the role of canaries. It sends no source for a condition (AWS: Lambda
    developer guide, "Defining Lambda function permissions with an execution role").
    """
    principal = {"Service": "lambda.amazonaws.com"}
    return Statement("AssumedByCanaries", ["sts:AssumeRole"], principal=principal)


def canary_rights(
    environment: Environment,
    *,
    bucket_arn: str,
    key_arn: str,
    secret_arn: str,
    secret_key_arn: str,
    webhooks_bucket: str | None,
) -> list[Statement]:
    """Return what canaries may do (AWS: CloudWatch user guide, "Required roles and permissions for
    canaries" and "Running a canary on a VPC"), limited to their own resources.
    """
    account = environment.account_id
    groups = f"arn:aws:logs:{environment.region}:{account}:log-group:/aws/lambda/cwsyn-*"
    statements = [
        Statement("StoreArtefacts", ["s3:PutObject"], [f"{bucket_arn}/*"]),
        Statement("FindBucket", ["s3:GetBucketLocation"], [bucket_arn]),
        # AWS: service authorization reference, Amazon S3: ListAllMyBuckets takes no resource.
        Statement("ListBuckets", ["s3:ListAllMyBuckets"], ["*"]),
        Statement("EncryptArtefacts", ["kms:Decrypt", "kms:GenerateDataKey"], [key_arn]),
        Statement("WriteLogs", ["logs:CreateLogGroup", *_WRITE_LOGS], [groups]),
        # AWS: service authorization reference, Amazon CloudWatch: PutMetricData takes no resource.
        Statement(
            "WriteMetrics",
            ["cloudwatch:PutMetricData"],
            ["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": "CloudWatchSynthetics"}},
        ),
        # Lambda refuses a role that may not delete every network interface (AWS: Lambda developer
        # guide, "Giving Lambda functions access to resources in an Amazon VPC").
        Statement(
            "JoinNetwork",
            ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"],
            [environment.arn("ec2", "*/*")],
        ),
        # AWS: service authorization reference, Amazon EC2: it takes no resource.
        Statement("FindNetwork", ["ec2:DescribeNetworkInterfaces"], ["*"]),
        # AWS: service authorization reference, Elastic Load Balancing V2: it takes no resource.
        Statement("FindSides", ["elasticloadbalancing:DescribeLoadBalancers"], ["*"]),
        Statement("ReadSecret", ["secretsmanager:GetSecretValue"], [secret_arn]),
        Statement(
            "DecryptSecret",
            ["kms:Decrypt"],
            [secret_key_arn],
            conditions=_through(environment, "secretsmanager"),
        ),
    ]
    if webhooks_bucket:
        received = f"arn:aws:s3:::{webhooks_bucket}/webhooks/{environment.name}/*"
        statements.append(Statement("SeeWebhooks", ["s3:GetObject"], [received]))
    return statements


def administered_by_account(environment: Environment | Account) -> Statement:
    """Let the account administer a key (AWS: KMS developer guide, "Default key policy"): without it
    IAM policies have no effect.
    """
    principal = {"AWS": f"arn:aws:iam::{environment.account_id}:root"}
    return Statement("AdministeredByAccount", ["kms:*"], ["*"], principal=principal)


def used_by_logs(environment: Environment | Account) -> Statement:
    """Allow CloudWatch Logs to encrypt this account's log groups (AWS: CloudWatch Logs user guide,
    "Encrypt log data using KMS").
    """
    groups = f"arn:aws:logs:{environment.region}:{environment.account_id}:log-group:*"
    return Statement(
        "EncryptsLogs",
        ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        ["*"],
        principal={"Service": f"logs.{environment.region}.amazonaws.com"},
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    )


def used_by_alarms(environment: Environment | Account) -> Statement:
    """Allow CloudWatch to send alarms to an encrypted topic (AWS: SNS developer guide, "Key
    management", "Enable compatibility between event sources from AWS services and encrypted
    topics").
    """
    return Statement(
        "SendsAlarms",
        ["kms:Decrypt", "kms:GenerateDataKey*"],
        ["*"],
        principal={"Service": "cloudwatch.amazonaws.com"},
        conditions={"StringEquals": {"aws:SourceAccount": environment.account_id}},
    )


def publishes_alarms(environment: Environment | Account, topic_arn: str) -> Statement:
    """Allow CloudWatch to publish alarms to a topic."""
    sends = used_by_alarms(environment)
    return replace(sends, actions=["sns:Publish"], resources=[topic_arn])


def used_by_findings(environment: Environment) -> list[Statement]:
    """Return what lets EventBridge send findings to the environment's encrypted topics, if its
    account is watched through one of them. No condition on the source: EventBridge does not say it
    to KMS, and nothing would arrive (AWS: SNS developer guide, "Enable compatibility between event
    sources from AWS services and encrypted topics").
    """
    own = (names.alarm_topic(environment.name, severity) for severity in Severity)
    return [encrypts_events()] if any(_tells_findings(environment, name) for name in own) else []


def encrypts_events() -> Statement:
    """Allow EventBridge to encrypt what it sends to a topic or a queue."""
    actions, principal = ["kms:Decrypt", "kms:GenerateDataKey*"], {"Service": EVENTS}
    return Statement("SendsFindings", actions, ["*"], principal=principal)


def publishes_findings(environment: Environment, name: str, arn: str) -> list[Statement]:
    """Return what lets EventBridge tell findings through a topic, if they go there.

    It has no condition: EventBridge says no source to SNS, so that one would never fit (AWS:
    EventBridge user guide, "Using resource-based policies", "Amazon SNS permissions").
    """
    if not _tells_findings(environment, name):
        return []
    return [Statement("TellsFindings", ["sns:Publish"], [arn], principal={"Service": EVENTS})]


def keeps_untold_findings(account: Account) -> Statement:
    """Allow the rules of findings to keep what they could not tell (AWS: EventBridge user guide,
    "Using dead-letter queues to process undelivered events in EventBridge").
    """
    rules = names.finding_rule(account.name, "*")
    return Statement(
        "KeepsWhatWasNotTold",
        ["sqs:SendMessage"],
        [account.arn("sqs", names.finding_dead_letters(account.name))],
        principal={"Service": EVENTS},
        conditions={"ArnLike": {"aws:SourceArn": account.arn("events", f"rule/{rules}")}},
    )


def _tells_findings(environment: Environment, topic: str) -> bool:
    return environment.watching is not None and topic in environment.watching.topics.names()


def pulls_images(roles: Sequence[str]) -> Statement:
    """Let roles of other accounts, by their ARNs, pull the images of a repository."""
    principal = {"AWS": sorted(roles)}
    return Statement("PulledByTheNextAccount", PULL_ACTIONS, principal=principal)
