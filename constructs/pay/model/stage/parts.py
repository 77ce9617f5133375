"""The parts of a judgement, and those that a service has at a stage."""

from enum import StrEnum

from pay.model.service.dependencies import Access
from pay.model.service.microservice import Microservice
from pay.model.vocabulary import LoadBalancerType


class PartName(StrEnum):
    """The parts, in the order in which a report lists them."""

    ERRORS = "errors"
    CLIENT_ERRORS = "4xx"
    LATENCY = "latency"
    TUNNELS = "tunnels"
    DIP = "dip"
    SHARE = "share"
    IDLE = "idle"
    QUEUES = "queues"
    DATABASE = "database"
    HOSTS = "hosts"
    ALARMS = "alarms"


_HTTP = frozenset({PartName.CLIENT_ERRORS, PartName.LATENCY})
"""A TCP service has neither status codes nor response times."""

NOTHING: frozenset[PartName] = frozenset()
BOTH_THERE = frozenset(
    {PartName.DIP, PartName.QUEUES, PartName.DATABASE, PartName.HOSTS, PartName.ALARMS}
)
"""No weight leads to Fargate, but it works queues, and the total may not change."""
COMPARED = BOTH_THERE | _HTTP | {PartName.ERRORS, PartName.TUNNELS, PartName.SHARE}
"""Both sides answer requests at the same time."""
ALONE = BOTH_THERE | {PartName.ERRORS, PartName.TUNNELS, PartName.IDLE}
"""Fargate answers everything: its errors are compared with EC2's last week, and nothing makes them
a FAIL (docs/decisions/0156). EC2 has to be silent."""


def receives_messages(service: Microservice) -> bool:
    """Return whether the service takes messages of a queue."""
    return any(Access.RECEIVE in queue.access for queue in service.queues)


def parts_of(service: Microservice, at_stage: frozenset[PartName]) -> frozenset[PartName]:
    """Return those of a stage's parts that the service has metrics for."""
    missing: set[PartName] = set()
    if service.load_balancer_type is LoadBalancerType.NETWORK:
        missing |= _HTTP
    if not service.is_proxy:
        missing.add(PartName.TUNNELS)
    if not receives_messages(service):
        missing.add(PartName.QUEUES)
    if service.database is None:
        missing.add(PartName.DATABASE)
    return at_stage - missing
