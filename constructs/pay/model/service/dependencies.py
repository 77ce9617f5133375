"""The dependencies of a microservice: database, queues, topics, buckets, calls, secrets."""

import re
from collections.abc import Iterator
from enum import StrEnum

from pydantic import Field

from pay.model.base import Model
from pay.model.problem import Problem
from pay.model.text_types import (
    BucketPart,
    FamilyName,
    MessagingName,
    ServiceName,
    UrlPath,
    VariableName,
)

POSTGRESQL_PORT = 5432
REDIS_PORT = 6379


class Database(Model):
    """The microservice's own PostgreSQL database, an RDS instance that exists already."""

    identifier_suffix: int = Field(default=0, ge=0)
    """The number at the end of the RDS identifier `<env>-<service>-rds-<suffix>`."""
    pool_size: int = Field(default=8, ge=1)
    """The most connections of one task: `database.maxSize` of the service's config.yaml (public).
    It is 8 unless the service sets another."""


class Access(StrEnum):
    """A use of a queue or a bucket."""

    SEND = "send"
    RECEIVE = "receive"
    READ = "read"
    WRITE = "write"


SEND, RECEIVE = frozenset({Access.SEND}), frozenset({Access.RECEIVE})
READ, WRITE = frozenset({Access.READ}), frozenset({Access.WRITE})


class QueueUse(Model):
    """An SQS queue that exists already, its use, and the variable that carries its URL."""

    name: MessagingName
    """The queue's name without the environment."""
    variable: VariableName
    access: frozenset[Access]

    def problems(self) -> Iterator[Problem]:
        yield from _allows(self.access, {Access.SEND, Access.RECEIVE})


class TopicUse(Model):
    """An SNS topic that the service publishes to, and the variable that carries its ARN."""

    name: MessagingName
    variable: VariableName


class BucketUse(Model):
    """An S3 bucket that the service reads or writes, and the variable that carries its name."""

    name: BucketPart
    """The bucket's name without the environment."""
    variable: VariableName
    access: frozenset[Access]

    def problems(self) -> Iterator[Problem]:
        yield from _allows(self.access, {Access.READ, Access.WRITE})


def _allows(access: frozenset[Access], allowed: set[Access]) -> Iterator[Problem]:
    if not access or access - allowed:
        both, given = " and ".join(sorted(allowed)), ", ".join(sorted(access)) or "nothing"
        yield Problem(key="access", found=given, allowed=f"{both}, one or both")


class CallStyle(StrEnum):
    """The way in which a caller learns the address of a called service."""

    URL = "url"
    """A variable holds `https://<host>`."""
    JAVA_PROXY = "java_proxy"
    """JAVA_OPTS gets `-Dhttps.proxyHost` and `-Dhttps.proxyPort`, a forward proxy for a JVM."""
    HTTP_PROXY = "http_proxy"
    """A variable holds `http://<host>:<port>`, a forward proxy for Node."""


AWS_API = ".{region}.amazonaws.com"
"""The end of the names of AWS's API in a region (AWS: general reference, "Regional endpoints")."""

EXEMPTIONS = {
    CallStyle.JAVA_PROXY: ("JAVA_OPTS", re.compile(r"(?:-Dhttp\.nonProxyHosts=|\|)\*([^|\s]+)")),
    CallStyle.HTTP_PROXY: ("NO_PROXY", re.compile(r"([^,]+)")),
}
"""The variable with the hosts that the proxy is not asked for, and how to read their ends in it."""


class Call(Model):
    """A call to another microservice over its name in DNS."""

    service: ServiceName
    variables: tuple[VariableName, ...] = ()
    """The variables that carry the service's address; empty for a Java proxy."""
    path: UrlPath = ""
    """The path after the host in the variable's value, for example `/v1/api/auth`."""
    style: CallStyle = CallStyle.URL

    def problems(self) -> Iterator[Problem]:
        if self.style is CallStyle.JAVA_PROXY and self.variables:
            yield Problem(
                key="variables",
                found=", ".join(self.variables),
                allowed="none: a java_proxy is named in JAVA_OPTS",
            )
        if self.style is not CallStyle.JAVA_PROXY and not self.variables:
            yield Problem(
                key="variables",
                found="none",
                allowed=f"at least one that tells the caller where {self.service} is",
            )


class Link(Model):
    """A public address that pages or messages show: not a call, not an edge of the call graph."""

    service: ServiceName
    variable: VariableName
    path: UrlPath = ""


class TaskRun(Model):
    """A one-off Fargate task that the service starts through ECS `RunTask`."""

    family: FamilyName
    """The task definition's family without the environment."""
    task_definition_variable: VariableName
    subnets_variable: VariableName
    security_groups_variable: VariableName

    @property
    def variables(self) -> tuple[VariableName, ...]:
        """Return the variables that carry the task and its network."""
        return self.task_definition_variable, self.subnets_variable, self.security_groups_variable


class Secret(Model):
    """A secret variable: a key of a Secrets Manager secret, never a value.

    No service can name another's secret, because reading it for one key gives every other.
    """

    variable: VariableName
    shared: ServiceName | None = None
    """The secret with only what services share; None for the service's own secret."""
