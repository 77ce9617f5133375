"""The limits of failed requests: numbers, and nothing that judges."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The limits of Fargate at a share of the requests."""

    block_minutes: int
    rate: float
    """Errors a request that are accepted even where EC2 has none."""
    times_ec2: float
    """The multiple of EC2's rate that is accepted."""


LIMITS = {
    0.05: Limits(block_minutes=5, rate=0.01, times_ec2=3),
    0.25: Limits(block_minutes=5, rate=0.005, times_ec2=2),
    0.5: Limits(block_minutes=2, rate=0.003, times_ec2=2),
    0.75: Limits(block_minutes=1, rate=0.002, times_ec2=2),
}
"""By Fargate's share: a small one gets a wider limit, because fewer people would feel the fault."""

ALONE = Limits(block_minutes=1, rate=0.005, times_ec2=2)
"""Limits while Fargate answers everything, and only EC2's last week can be compared with."""


def limits_at(share: float) -> Limits:
    """Return the limits of the nearest share."""
    return LIMITS[min(LIMITS, key=lambda known: abs(known - share))]


@dataclass(frozen=True)
class Failing:
    """The limits above which more errors than EC2's are a failure."""

    tolerance: float
    """Fargate's rate of errors as a multiple of EC2's. Up to here it is no failure."""
    least_rate: float
    """Of Fargate's requests, in the stage or in the last hour."""
    least_errors: int = 3


SERVER_ERRORS = Failing(tolerance=1.25, least_rate=0.001)
"""5XX: the service or its load balancer failed."""
CLIENT_ERRORS = Failing(tolerance=1.5, least_rate=0.02)
"""4XX: a wrong shared secret on Fargate is a 401 and never a 5XX. Ordinary mistakes of callers are
4XX as well."""

WORSE_BY = (1.5, 2.0, 4.0, 8.0, 20.0)
"""The alternatives that a vote bets on. Each is a multiple of Fargate's allowed rate of errors."""
BETTER_BY = (0.0, 0.1, 0.25, 0.5)
"""The alternatives of PASS. Each is Fargate's rate as a part of the limit."""

BURST_MINUTES = 5
SHORTEST_MINUTES = 60
"""Minutes with answers. Fewer have not seen enough of an hour's kinds of requests."""
PATIENCE_MINUTES = 24 * 60
"""More data that take longer to come than this are not waited for."""
