"""The table of the kinds of stack: a row per kind, and all that follows from it.

A new kind is a row of `KINDS` and the file `stacks/<name>.py`, which holds its class
(docs/decisions/0101-write-the-kinds-of-stack-down-once.md).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pay.model import adoptable, names
from pay.model.environment.account import accounts
from pay.model.environment.environment import Environment
from pay.model.stack_kind import (
    EVERY_STAGE,
    Adoption,
    Declaration,
    Input,
    Loss,
    StackKind,
    StackScope,
    Turn,
)
from pay.model.stage.stage import Stage
from pay.model.vocabulary import Segment, Side

# Today's kinds carry no tag `Kind`, because adding it would change every resource that runs.

PLATFORM = StackKind(
    name="platform",
    scope=StackScope.ENVIRONMENT,
    holds="clusters, instances, keys, log groups, alarm topics",
    types=frozenset(
        {
            "aws_autoscaling_group",
            "aws_cloudwatch_log_group",
            "aws_ecs_capacity_provider",
            "aws_ecs_cluster",
            "aws_ecs_cluster_capacity_providers",
            "aws_iam_instance_profile",
            "aws_iam_role",
            "aws_iam_role_policy",
            "aws_kms_alias",
            "aws_kms_key",
            "aws_launch_template",
            "aws_sns_topic",
            "aws_sns_topic_policy",
        }
    ),
    turn=Turn.PLATFORM,
    may_lose=Loss.WHEN_UNUSED,
    serves_both_segments=True,
    keys=len(Segment) + 1,  # that of the alarms
    adoption=Adoption(adoptable.platform),
    says_its_kind=False,
)

_SIDE_TYPES = frozenset(
    {
        "aws_cloudwatch_metric_alarm",
        "aws_ecs_service",
        "aws_ecs_task_definition",
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_lb",
        "aws_lb_listener",
        "aws_lb_target_group",
        "aws_wafv2_web_acl_association",
    }
)

_WITH_EC2 = frozenset(stage for stage in Stage if stage.has_ec2)

EC2 = StackKind(
    name=Side.EC2.value,
    scope=StackScope.SERVICE,
    holds="the whole EC2 side",
    types=_SIDE_TYPES,
    turn=Turn.SIDES,
    may_lose=Loss.WITH_ITS_SIDE,
    side=Side.EC2,
    stages=_WITH_EC2,
    adoption=Adoption(adoptable.ec2_side, stages=_WITH_EC2),
    says_its_kind=False,
)

FARGATE = StackKind(
    name=Side.FARGATE.value,
    scope=StackScope.SERVICE,
    holds="the whole Fargate side",
    types=_SIDE_TYPES
    | {
        "aws_appautoscaling_policy",
        "aws_appautoscaling_scheduled_action",
        "aws_appautoscaling_target",
    },
    turn=Turn.SIDES,
    may_lose=Loss.WITH_ITS_SIDE,
    side=Side.FARGATE,
    stages=frozenset(stage for stage in Stage if stage.has_fargate),
    says_its_kind=False,
)

TRAFFIC = StackKind(
    name="traffic",
    scope=StackScope.SERVICE,
    holds="the DNS records",
    types=frozenset({"aws_route53_record"}),
    turn=Turn.RECORDS,
    adoption=Adoption(adoptable.ec2_record, stages=EVERY_STAGE - {Stage.DETACHED, Stage.RETIRED}),
    says_its_kind=False,
)

MONITORING = StackKind(
    name="monitoring",
    scope=StackScope.SERVICE,
    holds="the dashboard, composite alarms, what is done with logs",
    types=frozenset(
        {
            "aws_cloudwatch_composite_alarm",
            "aws_cloudwatch_dashboard",
            "aws_cloudwatch_log_metric_filter",
            "aws_cloudwatch_log_subscription_filter",
            "aws_cloudwatch_metric_alarm",
        }
    ),
    turn=Turn.MONITORING,
    inputs=frozenset({Input.STAY}),
    adoption=Adoption(adoptable.watching),
    is_wanted=lambda environment: environment.monitoring is not None,
)

OVERVIEW = StackKind(
    name="overview",
    scope=StackScope.ENVIRONMENT,
    holds="the dashboard of all services, the alarm on an outage of the platform",
    types=frozenset({"aws_cloudwatch_dashboard", "aws_cloudwatch_metric_alarm"}),
    ends="monitoring",
    turn=Turn.OVERVIEW,
    adoption=Adoption(adoptable.overview),
    is_wanted=lambda environment: environment.monitoring is not None,
)

REGISTRY = StackKind(
    name="registry",
    scope=StackScope.ACCOUNT,
    holds="the repositories of images, who pulls from them, how long images stay",
    types=frozenset(
        {
            "aws_ecr_lifecycle_policy",
            "aws_ecr_registry_scanning_configuration",
            "aws_ecr_repository",
            "aws_ecr_repository_policy",
        }
    ),
    turn=Turn.ACCOUNT,
    serves_both_segments=True,
    adoption=Adoption(adoptable.registry, of_images=True),
    is_wanted=lambda environment: environment.registry is not None,
)

SMOKE = StackKind(
    name="smoke",
    scope=StackScope.ENVIRONMENT,
    holds="canaries on each side, their role, and the bucket for what their runs leave",
    types=frozenset(
        {
            "aws_cloudwatch_metric_alarm",
            "aws_iam_role",
            "aws_iam_role_policy",
            "aws_kms_alias",
            "aws_kms_key",
            "aws_s3_bucket",
            "aws_s3_bucket_lifecycle_configuration",
            "aws_s3_bucket_logging",
            "aws_s3_bucket_policy",
            "aws_s3_bucket_public_access_block",
            "aws_s3_bucket_server_side_encryption_configuration",
            "aws_s3_bucket_versioning",
            "aws_synthetics_canary",
        }
    ),
    turn=Turn.MONITORING,
    may_lose=Loss.ANY_TIME,
    is_wanted=lambda environment: environment.smoke is not None,
)

TASKS = StackKind(
    name="tasks",
    scope=StackScope.ENVIRONMENT,
    holds="migrations, scheduled calls, tasks that staff start",
    types=frozenset(
        {
            "aws_cloudwatch_log_group",
            "aws_cloudwatch_log_metric_filter",
            "aws_cloudwatch_log_subscription_filter",
            "aws_cloudwatch_metric_alarm",
            "aws_ecs_task_definition",
            "aws_iam_role",
            "aws_iam_role_policy",
            "aws_kms_alias",
            "aws_kms_key",
            "aws_scheduler_schedule",
            "aws_scheduler_schedule_group",
            "aws_sqs_queue",
        }
    ),
    turn=Turn.SIDES,
    may_lose=Loss.WITH_ITS_TASK,
    serves_both_segments=True,
    declared_by=Declaration.TASKS,
    scheduler_role=names.scheduler_role,
    adoption=Adoption(adoptable.tasks),
    is_wanted=lambda environment: environment.tasks is not None,
)

SLEEP = StackKind(
    name="sleep",
    scope=StackScope.ENVIRONMENT,
    holds="the schedules that put the environment to sleep and wake it",
    types=frozenset(
        {
            "aws_cloudwatch_metric_alarm",
            "aws_iam_role",
            "aws_iam_role_policy",
            "aws_kms_alias",
            "aws_kms_key",
            "aws_scheduler_schedule",
            "aws_scheduler_schedule_group",
            "aws_sqs_queue",
        }
    ),
    serves_both_segments=True,
    may_lose=Loss.ANY_TIME,
    declared_by=Declaration.SLEEP,
    scheduler_role=names.sleep_role,
    is_wanted=lambda environment: environment.sleep is not None,
)

LOAD = StackKind(
    name="load",
    scope=StackScope.ENVIRONMENT,
    holds="the task that makes the load of load tests, its roles and its logs",
    types=frozenset(
        {
            "aws_cloudwatch_log_group",
            "aws_cloudwatch_log_subscription_filter",
            "aws_ecs_task_definition",
            "aws_iam_role",
            "aws_iam_role_policy",
            "aws_kms_alias",
            "aws_kms_key",
        }
    ),
    serves_both_segments=True,
    may_lose=Loss.ANY_TIME,
    declared_by=Declaration.LOAD,
    is_wanted=lambda environment: environment.load is not None,
)

WATCHING = StackKind(
    name="watching",
    scope=StackScope.ACCOUNT,
    holds="the ways from findings of AWS's tools to people, and what could not be told",
    types=frozenset(
        {
            "aws_cloudwatch_event_rule",
            "aws_cloudwatch_event_target",
            "aws_cloudwatch_metric_alarm",
            "aws_guardduty_filter",
            "aws_inspector2_filter",
            "aws_kms_alias",
            "aws_kms_key",
            "aws_securityhub_automation_rule",
            "aws_sqs_queue",
        }
    ),
    serves_both_segments=True,
    may_lose=Loss.ANY_TIME,
    inputs=frozenset({Input.SUPPRESSED}),
    is_wanted=lambda environment: environment.watching is not None,
)

JUDGED_ANYWHERE = PLATFORM.types | EC2.types | FARGATE.types | TRAFFIC.types
"""The types that the guard judges in every stack; it allows others only where a kind holds them."""

KINDS: tuple[StackKind, ...] = (
    REGISTRY,
    PLATFORM,
    EC2,
    FARGATE,
    TRAFFIC,
    OVERVIEW,
    MONITORING,
    SMOKE,
    TASKS,
    SLEEP,
    LOAD,
    WATCHING,
)

RESOURCE_TYPES = frozenset[str]().union(*(kind.types for kind in KINDS))
"""All types of the stacks: without networks, databases, zones, certificates, secrets and queues."""

OTHER = StackKind("other", StackScope.ENVIRONMENT, "what the table does not know", frozenset())
"""A stack that no row describes. It may lose nothing."""


def traffic_stack(environment: str, service: str) -> str:
    return TRAFFIC.stack_id(environment, service)


def side_kind(side: Side) -> StackKind:
    [kind] = [kind for kind in KINDS if kind.side is side]
    return kind


def side_stack(environment: str, service: str, side: Side) -> str:
    return side_kind(side).stack_id(environment, service)


def kind_of(tags: Mapping[str, str]) -> StackKind | None:
    """Return the kind of the stack with these tags, or None if the table does not know it."""
    for kind in KINDS:
        owner = tags.get(kind.owner_tag)
        service = None if kind.is_shared else tags.get(StackScope.SERVICE, "")
        if owner and tags.get("Stack") == kind.stack_id(owner, service):
            return kind
    return None


@dataclass(frozen=True)
class Stack:
    """One stack: a kind in its place."""

    id: str
    kind: StackKind
    owner: str
    """Its environment's name, or its account's."""
    environments: tuple[str, ...]
    """The environments that it serves: one, or all of its account."""
    service: str | None = None

    @property
    def environment(self) -> str:
        """Return the environment whose file describes it. For an account, that is its first."""
        return self.environments[0]

    def is_beside(self, other: "Stack") -> bool:
        """Return whether both serve the same service; a shared stack serves all."""
        is_shared = self.kind.is_shared or other.kind.is_shared
        meets = not set(self.environments).isdisjoint(other.environments)
        return meets and (is_shared or self.service == other.service)


def known_stacks(environments: Mapping[str, Environment]) -> dict[str, Stack]:
    """Return every stack of these environments by its id."""
    return {stack.id: stack for stack in _stacks(tuple(environments.values()))}


def _stacks(environments: tuple[Environment, ...]) -> Iterator[Stack]:
    for account in accounts(environments):
        of_account = [each for each in environments if each.account_id == account.account_id]
        for kind in _of_scope(StackScope.ACCOUNT, *of_account):
            yield Stack(kind.stack_id(account.name), kind, account.name, account.environments)
    for environment in environments:
        name = environment.name
        for kind in _of_scope(StackScope.ENVIRONMENT, environment):
            yield Stack(kind.stack_id(name), kind, name, (name,))
        of_service = list(_of_scope(StackScope.SERVICE, environment))
        for service in environment.services:
            for kind in of_service:
                yield Stack(kind.stack_id(name, service), kind, name, (name,), service)


def _of_scope(scope: StackScope, *environments: Environment) -> Iterator[StackKind]:
    of_scope = (kind for kind in KINDS if kind.scope is scope)
    return (kind for kind in of_scope if any(map(kind.is_wanted, environments)))
