"""The log groups of a service: both sides share one for each container, except those of a proxy.

The answers of a proxy are only in its log. A metric filter counts the lines of a group and cannot
select a stream. AWS: CloudWatch Logs API reference, `PutMetricFilter`. So the judge can compare the
sides of a proxy only where each has a group of its own (docs/decisions/0161).
"""

from typing import NamedTuple

from pay.model import names
from pay.model.service.microservice import Microservice
from pay.model.vocabulary import Side


class LogGroup(NamedTuple):
    """A log group that the platform holds."""

    name: str
    key: str
    """The part of state addresses that names it."""


def log_group(environment: str, service: Microservice, kind: str, side: Side) -> str:
    """Return the name of the group that a side's containers of this kind write to."""
    if service.is_proxy and side is Side.FARGATE:
        return names.log_group_of_fargate(environment, kind, service.name)
    return names.log_group(environment, kind, service.name)


def log_groups(environment: str, service: Microservice) -> tuple[LogGroup, ...]:
    """Return every log group of a service, whatever its stage, because a group outlives a side."""
    kinds = [part.log_kind for part in service.containers]
    keys = {log_group(environment, service, kind, Side.EC2): kind for kind in kinds}
    for kind in kinds:
        of_fargate = log_group(environment, service, kind, Side.FARGATE)
        keys.setdefault(of_fargate, f"{Side.FARGATE}_{kind}")
    return tuple(LogGroup(name, key) for name, key in keys.items())
