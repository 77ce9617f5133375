"""The times of a request's life, chosen together so that no deployment cuts one off.

A load balancer that stops sending to a target lets running requests end (deregistration delay);
only then does ECS stop the task (stop timeout); a connection that outlives them is what keep-alive
bounds. A value that contradicts another loses requests, so they are derived, not set one by one.
"""

from pydantic import Field

from pay.model.base import Model

IDLE_TIMEOUT_MARGIN_SECONDS = 15
"""A target must keep an idle connection longer than its load balancer does, or the load balancer
reuses one that the target has just closed and answers 502 (AWS: "Troubleshoot your Application Load
Balancers", HTTP 502)."""

CLIENT_KEEP_ALIVE_SECONDS = 300
"""How long a client may stay on one connection, whatever DNS says by then: AWS's default of 3600
would delay every weight change by an hour (Application Load Balancer attribute
`client_keep_alive.seconds`, 60 to 604800)."""

MAX_STOP_TIMEOUT_SECONDS = 120
"""AWS Fargate's limit of `stopTimeout`."""


class Timing(Model):
    """The longest request and the longest start of a microservice, and what follows from them."""

    longest_request_seconds: int = Field(default=30, ge=1, le=90)
    """The longest request that the service answers."""
    start_seconds: int = Field(default=60, ge=1, le=600)
    """The longest time from container start to the first passing health check."""

    @property
    def idle_timeout_seconds(self) -> int:
        """The load balancer gives up on a silent target only after the longest request."""
        return max(60, self.longest_request_seconds + IDLE_TIMEOUT_MARGIN_SECONDS)

    @property
    def target_keep_alive_seconds(self) -> int:
        """The NGINX sidecar's own keep-alive, longer than the load balancer's idle timeout."""
        return self.idle_timeout_seconds + IDLE_TIMEOUT_MARGIN_SECONDS

    @property
    def deregistration_delay_seconds(self) -> int:
        """Running requests may end before the target leaves."""
        return self.longest_request_seconds + IDLE_TIMEOUT_MARGIN_SECONDS

    @property
    def stop_timeout_seconds(self) -> int:
        """From SIGTERM to SIGKILL: one more longest request, for work taken from a queue."""
        return min(
            MAX_STOP_TIMEOUT_SECONDS, self.longest_request_seconds + IDLE_TIMEOUT_MARGIN_SECONDS
        )

    @property
    def health_check_grace_period_seconds(self) -> int:
        """ECS ignores failing load balancer checks for so long after a task starts."""
        return self.start_seconds * 2
