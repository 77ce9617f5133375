"""The votes of blocks of minutes on "Fargate fails more often than EC2".

Each block has one vote, however many errors it holds. Errors come in bursts, because a client keeps
to one side for minutes. Tests that count error by error report a fault on up to 43 % of healthy
days. Blocks with a burst vote a second time among themselves, where hundreds of ordinary blocks
cannot outvote them.
"""

from bisect import insort
from collections.abc import Iterator, Sequence
from itertools import accumulate
from statistics import median

from pay.model.judging.e_values import FAILS_AT, NO_BET, restarting
from pay.model.judging.limits import BURST_MINUTES, WORSE_BY, Failing
from pay.model.judging.minutes import Minute, blocks


def first_failure(
    minutes: Sequence[Minute], block_minutes: int, failing: Failing
) -> tuple[float, int | None]:
    """Return the evidence for a fault, and the minute in which it becomes a failure."""
    ordinary = _votes(blocks(minutes, block_minutes), block_minutes, failing.tolerance)
    bursts = _votes(_only_bursts(blocks(minutes, BURST_MINUTES)), BURST_MINUTES, failing.tolerance)
    requests = [0, *accumulate(minute.fargate_requests for minute in minutes)]
    errors = [0, *accumulate(minute.fargate_errors for minute in minutes)]
    evidence = 0.0
    for end in range(1, len(minutes) + 1):
        evidence = (_last(ordinary, end // block_minutes) + _last(bursts, end // BURST_MINUTES)) / 2
        hour = max(0, end - 60)
        is_failure = (
            evidence >= FAILS_AT
            and errors[end] >= failing.least_errors
            and (
                errors[end] >= failing.least_rate * requests[end]
                or errors[end] - errors[hour]
                >= max(failing.least_errors, failing.least_rate * (requests[end] - requests[hour]))
            )
        )
        if is_failure:
            return evidence, end
    return evidence, None


def _last(wealth: Sequence[float], whole_blocks: int) -> float:
    return wealth[whole_blocks - 1] if whole_blocks else 0.0


def _only_bursts(five: Sequence[Minute]) -> Iterator[Minute]:
    """Yield the blocks with unusually many errors for the blocks up to them, and an empty one for
    each other. Later blocks change nothing: what a look found, no later look takes back.
    """
    so_far: list[int] = []
    for block in five:
        insort(so_far, block.errors)
        yield block if block.errors >= max(5, 5 * median(so_far)) else Minute()


def _votes(
    voters: Iterator[Minute] | Sequence[Minute], minutes: int, tolerance: float
) -> list[float]:
    """Return the wealth, after each block, of a bet against "Fargate's rate of errors is at most
    `tolerance` times EC2's".
    """
    factors = (tuple(vote(block, tolerance, worse_by) for worse_by in WORSE_BY) for block in voters)
    return list(restarting(factors, blocks_an_hour=60 // minutes))


def vote(block: Minute, tolerance: float, worse_by: float) -> float:
    """Return the factor of a block for the bet that Fargate's rate is `worse_by` the tolerated."""
    if not (block.has_both and block.errors):
        return NO_BET
    odds = tolerance * block.fargate_requests / block.ec2_requests
    return mean_likelihood(odds, block.fargate_errors / block.errors, worse_by)


def mean_likelihood(odds: float, on_fargate: float, worse_by: float) -> float:
    """Return the mean likelihood ratio of a block's errors, of which the part `on_fargate` is on
    Fargate. A burst weighs as much as one error. `odds` are the tolerated ones, of Fargate to EC2.
    """
    # An error on Fargate has the ratio q / p, another one (1 - q) / (1 - p). Here p is odds / (1 +
    # odds), and q the same of the worse odds. So written, no difference comes near to 0.
    return (1 + odds) / (1 + odds * worse_by) * (on_fargate * worse_by + 1 - on_fargate)
