"""The time until the votes would find a fault of a given size. It shows which faults a PASS can
rule out.
"""

from math import ceil, exp, inf, lgamma, log, sqrt

from pay.model.judging.e_values import FAILS_AT
from pay.model.judging.limits import PATIENCE_MINUTES, SERVER_ERRORS, WORSE_BY
from pay.model.judging.minutes import Minute
from pay.model.judging.votes import mean_likelihood

_NEEDED = log(FAILS_AT * 2 * len(WORSE_BY) / 0.5)
"""The growth of one alternative that fails. Its stake is half, it is one of five, and its votes are
one of two."""
_MOST_ERRORS = 20.0
"""Expected in a block; with more, chance no longer moves the vote."""


def minutes_to_fail(seen: Minute, minutes: int, block_minutes: int, rate: float) -> int | None:
    """Return the minutes until Fargate's errors at `rate` are found, if EC2's rate stays as it was.
    None: not within a day. `seen` are the counts of all `minutes`, with requests on both sides.

    The votes grow by their expected logarithm, so in about half of all cases it takes longer.
    """
    scale = block_minutes / minutes
    odds = SERVER_ERRORS.tolerance * seen.fargate_requests / seen.ec2_requests
    ec2, fargate = seen.ec2_errors * scale, min(1.0, rate) * seen.fargate_requests * scale
    growth = max(_growth(odds, ec2, fargate, worse_by) for worse_by in WORSE_BY)
    if growth <= 0:
        return None
    count = max(ceil(_NEEDED / growth), ceil(SERVER_ERRORS.least_errors / fargate))
    return count * block_minutes if count * block_minutes <= PATIENCE_MINUTES else None


def _growth(odds: float, ec2: float, fargate: float, worse_by: float) -> float:
    """Return the expected logarithm of a block's vote where so many errors are expected."""

    def logarithm(on_fargate: float) -> float:
        return log(mean_likelihood(odds, on_fargate, worse_by))

    if ec2 + fargate > _MOST_ERRORS:
        return logarithm(fargate / (ec2 + fargate))
    return sum(
        _chance(i, ec2) * _chance(j, fargate) * logarithm(j / (i + j))
        for i in _likely(ec2)
        for j in _likely(fargate)
        if i + j
    )


def _likely(mean: float) -> range:
    return range(int(mean + 5 * sqrt(mean)) + 4)


def _chance(count: int, mean: float) -> float:
    """Return the chance of exactly `count` events where `mean` are expected (Poisson)."""
    return exp((count * log(mean) if mean else (-inf if count else 0.0)) - mean - lgamma(count + 1))
