"""Bursts of many failures within five minutes.

Votes of hundreds of ordinary blocks outvote a burst, so one without a cause forbids to pass.
"""

from collections.abc import Sequence
from math import exp, lgamma, log

from pay.model.judging.limits import BURST_MINUTES
from pay.model.judging.minutes import Minute

LEAST_ERRORS, LEAST_RATE = 5, 0.05
SURPRISING = 0.05
"""Bursts that the week before makes less likely than this need an explanation."""


def is_burst(block: Minute) -> bool:
    """Return whether the service failed in a burst, on whichever side."""
    requests = block.ec2_requests + block.fargate_requests
    return block.errors >= max(LEAST_ERRORS, LEAST_RATE * requests)


def is_burst_of_fargate(block: Minute) -> bool:
    """Return whether Fargate failed in a burst, at over twice EC2's rate."""
    return (
        block.fargate_errors >= max(LEAST_ERRORS, LEAST_RATE * block.fargate_requests)
        and 2 * block.ec2_errors * block.fargate_requests
        < block.fargate_errors * block.ec2_requests
    )


def burst_rate(five: Sequence[Minute]) -> float:
    """Return the bursts a block of the whole service, in blocks of 5 minutes."""
    return sum(map(is_burst, five)) / len(five) if five else 0.0


def unexplained(bursts: int, expected: float, who: str) -> str | None:
    """Return why so many bursts are surprising where `expected` are usual; None if they are not."""
    if not bursts or chance_of_at_least(bursts, expected) >= SURPRISING:
        return None
    return (
        f"unexplained burst: {bursts} times in {BURST_MINUTES} minutes {who}, more often than in "
        "the week before"
    )


def chance_of_at_least(count: int, mean: float) -> float:
    """Return the chance of `count` or more events where `mean` are expected (Poisson)."""
    if not mean:
        return 0.0 if count else 1.0
    return 1 - sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(count))
