"""Every name in AWS that this project sets or looks up.

The patterns are GOV.UK Pay's own where the public record shows them. These are clusters, task
families, containers, load balancers, target groups, subnets, log groups and RDS identifiers.
"""

import hashlib

from pay.model.vocabulary import Exposure, Segment, Severity, Side

LOAD_BALANCER_NAME_LIMIT = 32
"""Characters; AWS: Elastic Load Balancing `CreateLoadBalancer` and `CreateTargetGroup`, `Name`."""

ROLE_NAME_LIMIT = 64
"""Characters; AWS: IAM and STS quotas, role name."""

_HASH_LENGTH = 6


def shorten(name: str, limit: int) -> str:
    """Return the name, or its head and a hash of the whole if it exceeds `limit` characters."""
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_HASH_LENGTH]
    return f"{name[: limit - _HASH_LENGTH - 1].rstrip('-_')}-{digest}"


def cluster(environment: str, side: Side) -> str:
    return f"{environment}-{side}"


def lock_bucket(environment: str) -> str:
    """Return the bucket of the lock of an environment whose states are on one machine."""
    return f"pay-{environment}-locks"


def capacity_provider(environment: str, segment: Segment) -> str:
    """Return the name of a segment's capacity provider. AWS refuses one that starts with `aws`,
    `ecs` or `fargate` (ECS API reference, `CreateCapacityProvider`).
    """
    return f"{environment}-ec2-{segment}"


def task_family(environment: str, service: str, side: Side) -> str:
    return f"{environment}_{service}" + ("_FG" if side is Side.FARGATE else "")


def migration(service: str) -> str:
    """Return the family, without the environment, of the task that changes a service's database."""
    return f"{service}-migration"


def one_off_task_family(environment: str, family: str) -> str:
    """Return the family of a task for `RunTask`."""
    return f"{environment}_{family}"


def one_off_task_role(environment: str, family: str) -> str:
    return shorten(f"{one_off_task_family(environment, family)}-task", ROLE_NAME_LIMIT)


def one_off_execution_role(environment: str, family: str) -> str:
    return shorten(f"{one_off_task_family(environment, family)}-execution", ROLE_NAME_LIMIT)


def schedule_group(environment: str) -> str:
    return f"{environment}-scheduled-calls"


def schedule(environment: str, call: str) -> str:
    """Return the name of the schedule of a call. AWS allows 64 characters (EventBridge Scheduler
    API reference, `CreateSchedule`).
    """
    return f"{environment}-{call}"


def scheduler_role(environment: str) -> str:
    """Return the role under which EventBridge Scheduler starts tasks."""
    return f"{environment}-tasks-scheduler"


def dead_letters(environment: str) -> str:
    """Return the queue of the scheduled calls that were not made."""
    return f"{environment}-tasks-dead-letter"


def scheduled_calls_key_alias(environment: str) -> str:
    return f"alias/{environment}-scheduled-calls"


def sleep_group(environment: str) -> str:
    """Return the group of the schedules that put an environment to sleep and wake it."""
    return f"{environment}-sleep-schedules"


def sleep_role(environment: str) -> str:
    """Return the role under which those schedules act."""
    return f"{environment}-sleep-scheduler"


def sleep_dead_letters(environment: str) -> str:
    """Return the queue of what those schedules could not do."""
    return f"{environment}-sleep-dead-letter"


def sleep_key_alias(environment: str) -> str:
    return f"alias/{environment}-sleep-schedules"


def finding_rule(account: str, route: str) -> str:
    """Return the rule that sends findings on one way; at most 64 characters (AWS: EventBridge API
    reference, `PutRule`).
    """
    return shorten(f"{account}-findings-{route}", 64)


def finding_dead_letters(account: str) -> str:
    """Return the queue of the findings that could not be delivered."""
    return f"{account}-findings-dead-letter"


def finding_key_alias(account: str) -> str:
    return f"alias/{account}-findings"


def load_balancer(environment: str, service: str, side: Side) -> str:
    suffix = "-fg-alb" if side is Side.FARGATE else "-alb"
    return shorten(f"{environment}-{service}{suffix}", LOAD_BALANCER_NAME_LIMIT)


def target_group(environment: str, service: str, side: Side) -> str:
    # Pay's own exception: webhooks-egress lacks the "-lb" of the others.
    ec2 = "-tg" if service == "webhooks-egress" else "-lb-tg"
    suffix = "-fg-tg" if side is Side.FARGATE else ec2
    return shorten(f"{environment}-{service}{suffix}", LOAD_BALANCER_NAME_LIMIT)


def log_group(environment: str, kind: str, service: str) -> str:
    """Return the log group of a service and a `kind`: app, nginx-reverse-proxy, adot or squid.

    Pay's log pipeline routes by the kind. It names the service only for a group of exactly three
    parts (alphagov/pay-logging-firehose-transformation, `transformData.ts`). So both sides share a
    group, and the log stream's prefix is the side.
    """
    return f"{environment}_{kind}_{service}"


def log_group_of_fargate(environment: str, kind: str, service: str) -> str:
    """Return the group of a side that has one of its own. It has three parts as well. The pipeline
    takes the environment from its own settings, and reads the kind and the service only.
    """
    return log_group(cluster(environment, Side.FARGATE), kind, service)


def task_role(environment: str, service: str, side: Side) -> str:
    return shorten(f"{environment}-{service}-{side}-task", ROLE_NAME_LIMIT)


def execution_role(environment: str, service: str, side: Side) -> str:
    return shorten(f"{environment}-{service}-{side}-execution", ROLE_NAME_LIMIT)


def instance_role(environment: str, segment: Segment) -> str:
    return f"{environment}-ec2-{segment}-instance"


def subnet(environment: str, group: str, zone: str) -> str:
    """Return the name of a subnet of a group in a zone. `group` is a service, `public`
    (internet-facing load balancers) or `ecs-<segment>`.
    """
    return f"{environment}-{group}-{zone}"


def load_balancer_subnets(service: str, exposure: Exposure) -> str:
    """Return the group of subnets of a service's load balancers."""
    return "public" if exposure is Exposure.PUBLIC else service


def instance_subnets(segment: Segment) -> str:
    """Return the group of subnets of a segment's instances."""
    return f"ecs-{segment}"


def base_security_group(environment: str, segment: Segment) -> str:
    return f"{environment}-sg-base" + ("-cde" if segment is Segment.CDE else "")


def task_security_group(environment: str, service: str) -> str:
    return f"{environment}-{service}-sg"


def load_balancer_security_group(environment: str, service: str) -> str:
    return f"{environment}-{service}-alb-sg"


def instance_security_group(environment: str, segment: Segment) -> str:
    return f"{environment}-ecs-{segment}-sg"


def task_security_groups(environment: str, service: str, segment: Segment) -> tuple[str, str]:
    """Return the groups of a task with a network of its own; the last is nothing else's."""
    base = base_security_group(environment, segment)
    return base, task_security_group(environment, service)


def instance_security_groups(environment: str, segment: Segment) -> tuple[str, str]:
    """Return the groups of a segment's instances; the last is nothing else's."""
    base = base_security_group(environment, segment)
    return base, instance_security_group(environment, segment)


def database(environment: str, service: str, suffix: int) -> str:
    return f"{environment}-{service}-rds-{suffix}"


def secret(environment: str, service: str) -> str:
    """Return one Secrets Manager secret per service, a JSON object keyed by variable name."""
    return f"{environment}/{service}"


def shared_secret(environment: str, name: str) -> str:
    """Return a Secrets Manager secret with the keys that several services have to agree on."""
    return f"{environment}/shared/{name}"


def parameter_path(environment: str, service: str) -> str:
    """Return the Parameter Store path of a service's settings that are not secret."""
    return f"/{environment}/{service}/"


def queue(environment: str, name: str) -> str:
    return f"{environment}-{name}"


def dead_letter_queue(queue: str) -> str:
    """Return the name of a queue's queue of dead letters, which exists already. Public:
    alphagov/pay-ci, terraform/modules/aws/sqs.tf. The one of a FIFO queue is also FIFO. AWS: SQS
    developer guide. The judge follows the redrive policy instead.
    """
    ending = ".fifo" if queue.endswith(".fifo") else ""
    return f"{queue.removesuffix(ending)}-dead-letter{ending}"


def topic(environment: str, name: str) -> str:
    return f"{environment}-{name}"


def bucket(environment: str, name: str) -> str:
    return f"pay-{environment}-{name}"


def repository(service: str) -> str:
    return f"govukpay/{service}"


def image_registry(account_id: str, region: str) -> str:
    """Return the host of an account's images (AWS: ECR user guide, "Amazon ECR private
    registry").
    """
    return f"{account_id}.dkr.ecr.{region}.amazonaws.com"


def certificate_domain(zone: str) -> str:
    """Return the first name of the certificate for every host of a zone."""
    return f"*.{zone}"


def key_alias(environment: str, segment: Segment) -> str:
    return f"alias/{environment}-{segment}"


def alarm_key_alias(environment: str) -> str:
    return f"alias/{environment}-alarms"


def alarm_topic(environment: str, severity: Severity) -> str:
    return f"{environment}-alarms-{severity}"


def alarm(environment: str, service: str, side: Side, what: str) -> str:
    return f"{environment}-{service}-{side}-{what}"


def service_alarm(environment: str, service: str, what: str) -> str:
    """Return the name of an alarm over both sides of a service."""
    return f"{environment}-{service}-{what}"


def environment_alarm(environment: str, what: str) -> str:
    return f"{environment}-{what}"


def dashboard(environment: str, service: str | None = None) -> str:
    """Return the name of a service's dashboard, or without a service of the environment's. It is
    unique in an account.
    """
    return "-".join(part for part in (environment, service) if part)


def set_identifier(service: str, side: Side) -> str:
    """Return the identifier of the weighted record of a side. It is unique per service, because
    Route 53 keys such a record by (name, type, identifier).
    """
    return f"{service}-{side}"


def canary(environment: str, scenario: str, end: str) -> str:
    """Return the name of a canary; `end` is a side or `scheduled`. AWS allows 255 characters
    of a-z, 0-9, - and _ (Synthetics API reference, `CreateCanary`, Name). Parts of these lengths
    stay far below.
    """
    return f"{environment}-{scenario}-{end}"


def smoke_role(environment: str) -> str:
    return f"{environment}-smoke-canaries"


def smoke_bucket(environment: str, account_id: str) -> str:
    """Return the bucket of what runs of canaries leave. Synthetics refuses a period in it (API
    reference, `CreateCanary`, ArtifactS3Location). Names of buckets are unique in the world.
    """
    return f"pay-{environment}-smoke-{account_id}"


def smoke_key_alias(environment: str) -> str:
    return f"alias/{environment}-smoke-artefacts"


SMOKE_SUBNETS = "smoke"
"""The group of subnets of canaries. Payment providers must be reached from there, and nothing of
the cardholder data environment shares it."""


LOAD_SUBNETS = "load"
"""The group of subnets of load tests: they reach what the public reaches, as the public does."""


def load_security_group(environment: str) -> str:
    """Return the security group of load tests; it exists already."""
    return f"{environment}-load-sg"


def load_key_alias(environment: str) -> str:
    return f"alias/{environment}-load-tests"


def smoke_security_group(environment: str) -> str:
    """Return the security group of canaries in the VPC; it exists already."""
    return f"{environment}-smoke-sg"
