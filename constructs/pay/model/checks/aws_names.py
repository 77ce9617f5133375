"""Names in AWS that would be refused, or that two things would share."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pay.model import names
from pay.model.environment.environment import Environment
from pay.model.environment.host_names import host_name
from pay.model.problem import Problem
from pay.model.service.microservice import Microservice
from pay.model.stack_kind import StackScope
from pay.model.stacks import KINDS
from pay.model.vocabulary import Segment, Side

QUEUE_NAME_LIMIT = 80
"""Characters; AWS: SQS `CreateQueue`, `QueueName`."""
TOPIC_NAME_LIMIT = 256
"""Characters; AWS: SNS `CreateTopic`, `Name`."""
BUCKET_NAME_LIMIT = 63
"""Characters; AWS: S3, "Bucket naming rules"."""
DNS_NAME_LIMIT = 253
"""Characters without the dot at the end (RFC 1035, 2.3.4: 255 octets with their lengths)."""


@dataclass(frozen=True)
class AwsName:
    """One name, and what must have it for itself."""

    kind: str
    """The kind of the named thing; two things of one kind in one account must not share a name."""
    text: str
    owner: str
    """`<environment>/<service>`, and the side where each side has its own."""
    limit: int = 255


def names_of(environment: Environment, service: Microservice) -> Iterator[AwsName]:
    """Yield every name that a service alone has, and its environment's stacks."""
    env, owner = environment.name, f"{environment.name}/{service.name}"
    for kind in filter(lambda kind: kind.is_wanted(environment), KINDS):
        if kind.scope is StackScope.ENVIRONMENT:
            yield AwsName("stack", kind.stack_id(env), env)
        elif kind.scope is StackScope.SERVICE:
            of_side = f"{owner} on {kind.side}" if kind.side else owner
            yield AwsName("stack", kind.stack_id(env, service.name), of_side)
    for side in Side:
        one_side = f"{owner} on {side}"
        for kind_of_name, name_of, limit in (
            ("load balancer", names.load_balancer, names.LOAD_BALANCER_NAME_LIMIT),
            ("target group", names.target_group, names.LOAD_BALANCER_NAME_LIMIT),
            ("role", names.task_role, names.ROLE_NAME_LIMIT),
            ("role", names.execution_role, names.ROLE_NAME_LIMIT),
        ):
            yield AwsName(kind_of_name, name_of(env, service.name, side), one_side, limit)
    yield AwsName("DNS name", host_name(service, environment), owner, DNS_NAME_LIMIT)


def name_problems(pairs: Iterable[tuple[Environment, Microservice]]) -> Iterator[Problem]:
    """Yield names over AWS's limits and names that two things share; `where` is the environment.

    Two environments of one account share its names, so all environments are given together. Of two
    that share a name the later is wrong.
    """
    owners: dict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
    for environment, service in pairs:
        own = tuple(names_of(environment, service))
        for name in own:
            owners[environment.account_id, name.kind, name.text][name.owner] = None
        for name in (*own, *_names_of_what_exists(environment, service)):
            if len(name.text) > name.limit:
                yield Problem(
                    where=environment.name,
                    key=f"services.{service.name}",
                    found=f"{name.kind} {name.text} of {len(name.text)} characters",
                    allowed=f"at most {name.limit} characters",
                    fix="choose a shorter name in the catalogue",
                )
    for (_, kind, text), sharing in owners.items():
        if len(sharing) > 1:
            yield Problem(
                where=[*sharing][-1].split("/")[0],
                key="services",
                found=f"one {kind} {text} for {' and '.join(sharing)}",
                allowed=f"a {kind} of its own for each",
                fix="rename one of the services or environments",
            )


def _names_of_what_exists(environment: Environment, service: Microservice) -> Iterator[AwsName]:
    for kind, name_of, uses, limit in (
        ("queue", names.queue, service.queues, QUEUE_NAME_LIMIT),
        ("topic", names.topic, service.topics, TOPIC_NAME_LIMIT),
        ("bucket", names.bucket, service.buckets, BUCKET_NAME_LIMIT),
    ):
        for use in uses:
            yield AwsName(kind, name_of(environment.name, use.name), service.name, limit)


def security_group_problems(
    environment: Environment, services: Iterable[Microservice]
) -> Iterator[Problem]:
    """Yield security groups that services inside the cardholder data environment share with others.
    PCI DSS v4.0.1, 1.4.4: systems that store or process card data are separated.
    """
    users: dict[str, dict[Segment, str]] = defaultdict(dict)
    for service in services:
        env, segment = environment.name, service.scope.segment
        for group in (
            names.base_security_group(env, segment),
            names.instance_security_group(env, segment),
            names.task_security_group(env, service.name),
            names.load_balancer_security_group(env, service.name),
        ):
            users[group].setdefault(segment, service.name)
    for group, by_segment in users.items():
        if len(by_segment) > 1:
            cde, general = by_segment[Segment.CDE], by_segment[Segment.GENERAL]
            yield Problem(
                where=environment.name,
                key="services",
                found=f"security group {group} for {cde} (in the CDE) and {general} (not in it)",
                allowed="security groups of its own for the CDE",
                fix="rename one of the services",
            )
