"""The two roles of a task, each with no more than what the catalogue says the service uses."""

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.iam_role import IamRole
from imports.aws.iam_role_policy import IamRolePolicy
from pay.existing.configuration import ExistingConfiguration
from pay.iam.document import Statement, policy_document, service_trust
from pay.model import Access, Side, addresses, names
from pay.model.addresses import RoleKind
from pay.model.side import ServiceSide
from pay.service.logs import LogGroups
from pay.service.variables import Variables

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
_BUCKET_ACTIONS = {Access.READ: "s3:GetObject", Access.WRITE: "s3:PutObject"}


class Roles:
    """The task role (what the application may do) and the execution role (what ECS may do to start
    it: pull the images, read the secrets, write the logs).
    """

    def __init__(
        self,
        scope: Construct,
        side: ServiceSide,
        *,
        variables: Variables,
        configuration: ExistingConfiguration,
        logs: LogGroups,
    ) -> None:
        self._scope = scope
        self._side = side
        self.policies: list[ITerraformDependable] = []
        """What a service must not outlive: without them a task can neither start nor drain."""
        environment, service = side.environment.name, side.service.name
        starts = _execution_statements(side, configuration, logs)
        name = names.execution_role(environment, service, side.side)
        self.execution_role_arn = self._role("execution", name, starts)
        name = names.task_role(environment, service, side.side)
        self.task_role_arn = self._role("task", name, _task_statements(side, variables))

    def _role(self, kind: RoleKind, name: str, statements: list[Statement]) -> str:
        environment = self._side.environment
        role = IamRole(
            self._scope,
            addresses.role(kind).id,
            name=name,
            assume_role_policy=service_trust(
                "ecs-tasks.amazonaws.com", environment.account_id, environment.arn("ecs", "*")
            ),
        )
        if statements:
            policy = IamRolePolicy(
                self._scope,
                addresses.role_policy(kind).id,
                name=f"{kind}-policy",
                role=role.name,
                policy=policy_document(*statements),
            )
            self.policies.append(policy)
        return str(role.arn)


def _execution_statements(
    side: ServiceSide, configuration: ExistingConfiguration, logs: LogGroups
) -> list[Statement]:
    sidecars = [sidecar.repository for sidecar in side.service.sidecars]
    repositories = [names.repository(side.service.name), *sidecars]
    statements = [
        # AWS: service authorization reference, Amazon ECR: GetAuthorizationToken takes no resource.
        Statement("LogInToEcr", ["ecr:GetAuthorizationToken"], ["*"]),
        Statement(
            "PullImages",
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            [side.environment.arn("ecr", f"repository/{each}") for each in repositories],
        ),
        Statement("WriteLogs", _WRITE_LOGS, [f"{arn}:*" for arn in logs.arns]),
    ]
    if configuration.secret_arns:
        statements += [
            Statement("ReadSecrets", ["secretsmanager:GetSecretValue"], configuration.secret_arns),
            Statement(
                "DecryptSecrets",
                ["kms:Decrypt"],
                configuration.secret_key_arns,
                conditions=_through(side, "secretsmanager"),
            ),
        ]
    if configuration.parameter_arns:
        statements.append(
            Statement("ReadParameters", ["ssm:GetParameters"], configuration.parameter_arns)
        )
    return statements


def _task_statements(side: ServiceSide, variables: Variables) -> list[Statement]:
    service = side.service
    statements = []
    for access, actions in _QUEUE_ACTIONS.items():
        queues = [variables.queue_arns[q.name] for q in service.queues if access in q.access]
        if queues:
            statements.append(Statement(f"{access.capitalize()}Messages", actions, queues))
    if variables.topic_arns:
        statements.append(Statement("PublishEvents", ["sns:Publish"], variables.topic_arns))
    if service.queues or service.topics:
        statements.append(_encrypt_messages(side))
    for bucket in service.buckets:
        arn = f"arn:aws:s3:::{names.bucket(side.environment.name, bucket.name)}/*"
        allowed = [_BUCKET_ACTIONS[access] for access in sorted(bucket.access)]
        sid = "Use" + "".join(word.capitalize() for word in bucket.name.split("-"))
        statements.append(Statement(sid, allowed, [arn]))
    statements += _one_off_task_statements(side)
    if service.has_collector:
        role = side.environment.metrics.prometheus_write_role_arn
        statements.append(Statement("WriteMetrics", ["sts:AssumeRole"], [role]))
    return statements


def _encrypt_messages(side: ServiceSide) -> Statement:
    """SQS and SNS encrypt with keys that exist already, reached through those services only. A
    sender makes data keys, and verifies them by decrypting; a receiver decrypts only (AWS: SQS and
    SNS developer guides, "Key management").
    """
    service = side.service
    used = [name for name, uses in (("sqs", service.queues), ("sns", service.topics)) if uses]
    sends = service.topics or any(Access.SEND in queue.access for queue in service.queues)
    return Statement(
        "EncryptMessages",
        ["kms:Decrypt", *(["kms:GenerateDataKey"] if sends else [])],
        [side.environment.arn("kms", "key/*")],
        conditions=_through(side, *used),
    )


def _one_off_task_statements(side: ServiceSide) -> list[Statement]:
    environment, runs = side.environment.name, side.service.task_runs
    if not runs:
        return []
    families = [names.one_off_task_family(environment, run.family) for run in runs]
    roles = [
        role(environment, run.family)
        for run in runs
        for role in (names.one_off_task_role, names.one_off_execution_role)
    ]
    cluster = side.environment.arn("ecs", f"cluster/{names.cluster(environment, Side.FARGATE)}")
    return [
        Statement(
            "RunOneOffTasks",
            ["ecs:RunTask"],
            [side.environment.arn("ecs", f"task-definition/{family}:*") for family in families],
            conditions={"ArnEquals": {"ecs:cluster": cluster}},
        ),
        Statement(
            "PassRolesOfOneOffTasks",
            ["iam:PassRole"],
            [f"arn:aws:iam::{side.environment.account_id}:role/{role}" for role in roles],
            conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        ),
    ]


def _through(side: ServiceSide, *aws_services: str) -> dict[str, dict[str, object]]:
    via = [f"{service}.{side.environment.region}.amazonaws.com" for service in aws_services]
    return {"StringEquals": {"kms:ViaService": via}}
