"""The times of a request's life, chosen together so that no deployment cuts one off.

A load balancer that stops sending to a target lets running requests end (deregistration delay).
Only then does ECS stop the task (stop timeout). Keep-alive bounds a connection that outlives them.
A value that contradicts another loses requests, so they are derived, not set one by one.
"""

from collections.abc import Iterable

from pydantic import Field

from pay.model.base import Model
from pay.model.problem import Problem

MARGIN_SECONDS = 10
"""The time that a limit adds to the longest request."""

IDLE_MARGIN_SECONDS = 5
"""The time that the idle timeout adds, which has to stay below the target's keep-alive as well."""

NGINX_KEEP_ALIVE_SECONDS = 75
"""NGINX's own default (`keepalive_timeout`), which the sidecar's image does not change."""

LONGEST_REQUEST_SECONDS = 60
"""More would leave the load balancer no idle timeout between the request and the keep-alive."""

CLIENT_KEEP_ALIVE_SECONDS = 300
"""The longest time of a client on one connection, whatever DNS answers by then. AWS's default of
3600 would delay every weight change by an hour. Source: Application Load Balancer attribute
`client_keep_alive.seconds`, 60 to 604800."""

DATABASE_FAILOVER_SECONDS = 120
"""The longest usual failover of an RDS Multi-AZ instance: AWS says 60 to 120 seconds. RDS user
guide, "Failing over a Multi-AZ DB instance"."""

DATABASE_DNS_SECONDS = 15
"""The time for which a JVM then keeps the old address (public: `DNS_TTL` in the services'
Dockerfiles)."""

_MOST_ANSWERS = 10
"""The largest threshold that Elastic Load Balancing takes."""


class HealthCheck(Model):
    """The interval of a load balancer's checks, and the number of equal answers in a row that it
    believes.

    The limits are those of `CreateTargetGroup` (Elastic Load Balancing API reference).
    """

    interval_seconds: int = Field(default=10, ge=5, le=300)
    timeout_seconds: int = Field(default=5, ge=2, le=120)
    healthy_threshold: int = Field(default=2, ge=2, le=_MOST_ANSWERS)
    unhealthy_threshold: int = Field(default=3, ge=2, le=_MOST_ANSWERS)


def outlasting(seconds: int) -> HealthCheck:
    """Return the check that asks most often of those that no outage of `seconds` makes unhealthy.

    The first check may fail as soon as the outage begins. So one interval less than the threshold
    has to be longer.
    """
    return HealthCheck(
        interval_seconds=seconds // (_MOST_ANSWERS - 1) + 1, unhealthy_threshold=_MOST_ANSWERS
    )


class Timing(Model):
    """The longest request and the longest start of a microservice, and what follows from them."""

    longest_request_seconds: int = Field(default=30, ge=1, le=LONGEST_REQUEST_SECONDS)
    """The longest request that the service answers."""
    start_seconds: int = Field(default=60, ge=1, le=600)
    """The longest time from container start to the first passing health check."""
    target_keep_alive_seconds: int = Field(default=NGINX_KEEP_ALIVE_SECONDS, ge=1)
    """The time for which the target keeps an idle connection. The load balancer must give up
    before. Otherwise it reuses a connection that the target has just closed, and answers 502. AWS:
    "Troubleshoot your Application Load Balancers", HTTP 502."""

    def problems(self) -> Iterable[Problem]:
        if self.idle_timeout_seconds >= self.target_keep_alive_seconds:
            yield Problem(
                key="target_keep_alive_seconds",
                found=str(self.target_keep_alive_seconds),
                allowed=f"more than the load balancer's idle timeout of "
                f"{self.idle_timeout_seconds}, which follows from the longest request of "
                f"{self.longest_request_seconds}",
                fix="raise it together with the server's own setting, or shorten the request",
            )

    @property
    def idle_timeout_seconds(self) -> int:
        """Return a time later than the longest request, and before the target closes its
        connection.
        """
        return max(60, self.longest_request_seconds + IDLE_MARGIN_SECONDS)

    @property
    def deregistration_delay_seconds(self) -> int:
        """Return the time in which running requests may end before the target leaves."""
        return self.longest_request_seconds + MARGIN_SECONDS

    @property
    def shutdown_seconds(self) -> int:
        """Return the time from SIGTERM to the end of the last connection of a proxy. A request may
        have begun just before. It ends before the stop timeout.
        """
        return self.longest_request_seconds

    @property
    def stop_timeout_seconds(self) -> int:
        """Return the time from SIGTERM to SIGKILL: one more longest request, for work from a queue.
        Fargate allows 120 seconds (AWS: ECS task definition parameters, `stopTimeout`).
        """
        return self.longest_request_seconds + MARGIN_SECONDS

    @property
    def health_check_grace_period_seconds(self) -> int:
        """Return for how long after a task starts ECS ignores failing load balancer checks."""
        return self.start_seconds * 2
