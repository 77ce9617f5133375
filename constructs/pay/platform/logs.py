"""The log groups of every service, and the sessions' of ECS Exec."""

from collections.abc import Iterable, Mapping

from constructs import Construct

from imports.aws.cloudwatch_log_group import CloudwatchLogGroup
from imports.aws.kms_key import KmsKey
from pay.model import Environment, Microservice, Segment, addresses, scope_tag
from pay.model.log_groups import log_groups


def service_log_groups(
    scope: Construct,
    services: Iterable[Microservice],
    *,
    environment: Environment,
    keys: Mapping[Segment, KmsKey],
) -> None:
    """Create the log groups of each service, for both of its sides.

    A group outlives every move, because AWS refuses to create a second one of its name. It carries
    the scope of its service, and is encrypted with the key of that segment.
    """
    for service in services:
        for group in log_groups(environment.name, service):
            log_group(
                scope,
                addresses.log_group(service.name, group.key).id,
                name=group.name,
                environment=environment,
                key=keys[service.scope.segment],
                tags={"CardholderData": scope_tag(service.scope), "Service": service.name},
            )


def log_group(
    scope: Construct,
    id: str,
    *,
    name: str,
    environment: Environment,
    key: KmsKey,
    tags: Mapping[str, str] | None = None,
) -> CloudwatchLogGroup:
    """Create a log group, encrypted and kept for a year or more (PCI DSS v4.0.1, 10.5.1)."""
    return CloudwatchLogGroup(
        scope,
        id,
        name=name,
        retention_in_days=environment.logs.retention_in_days,
        kms_key_id=key.arn,
        skip_destroy=environment.logs.outlive_the_service or None,
        tags=tags,
    )
