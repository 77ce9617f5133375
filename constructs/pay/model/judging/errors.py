"""Judges failed requests: does Fargate fail more often than EC2, and has it shown that it does not?

Each block of minutes has one vote, however many errors it holds: errors come in bursts, because a
client keeps to one side for minutes, and tests that count error by error find a fault where there
is none in up to 43 % of days. Blocks with a burst vote a second time among themselves, where
hundreds of ordinary blocks cannot outvote them.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, inf, lgamma, log, sqrt
from statistics import median

from pay.model.judging.e_values import FAILS_AT, NO_BET, PASSES_AT, restarting
from pay.model.judging.minutes import SILENT_MINUTES, Minute, blocks, total
from pay.model.judging.part import Part, Verdict

BURST_MINUTES = 5
SHORTEST_MINUTES = 60
"""Minutes in which both sides answered: fewer have not seen enough of an hour's kinds of requests.
"""
PATIENCE_MINUTES = 24 * 60
"""More data that take longer to come than this are not waited for."""

_WORSE_BY = (1.5, 2.0, 4.0, 8.0, 20.0)
"""The alternatives that a vote bets on: Fargate's rate of errors as a multiple of the allowed."""
_BETTER_BY = (0.0, 0.1, 0.25, 0.5)
"""The alternatives of PASS: Fargate's rate as a part of the limit."""


@dataclass(frozen=True)
class Limits:
    """What Fargate may do at a share of the requests."""

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


def limits_at(share: float) -> Limits:
    """Return the limits of the nearest share."""
    return LIMITS[min(LIMITS, key=lambda known: abs(known - share))]


@dataclass(frozen=True)
class Failing:
    """When more errors than EC2's are a failure."""

    tolerance: float
    """Fargate's rate of errors as a multiple of EC2's: up to here it is no failure."""
    least_rate: float
    """Of Fargate's requests, in the stage or in the last hour."""
    least_errors: int = 3


SERVER_ERRORS = Failing(tolerance=1.25, least_rate=0.001)
"""5XX: the service or its load balancer failed."""
CLIENT_ERRORS = Failing(tolerance=1.5, least_rate=0.02)
"""4XX: a wrong shared secret on Fargate is a 401 and never a 5XX; ordinary mistakes of callers are
4XX, too."""


def judge_errors(minutes: Sequence[Minute], share: float, *, burst_rate: float = 0.0) -> Part:
    """Judge 5XX at `share`, the part of the requests that Fargate gets.

    `burst_rate` is the number of bursts in 5 minutes of the whole service in the week before.
    """
    limits = limits_at(share)
    worse, minute = _first_failure(minutes, limits.block_minutes, SERVER_ERRORS)
    all_of_it = total(minutes)
    limit = _limit(all_of_it, limits)
    better = evidence_below(all_of_it.fargate_errors, all_of_it.fargate_requests, limit)
    e_values = {"e_worse": worse, "e_better": better}
    if minute:
        seen = total(minutes[:minute])
        return Part(
            verdict=Verdict.FAIL,
            reason=f"Fargate fails more often than EC2: {_rates(seen)}",
            fail_minute=minute,
            e_values=e_values,
        )
    if doubt := _doubt(minutes, share, limits, burst_rate):
        reason, escalate = doubt
    elif better >= PASSES_AT:
        reason = f"{_rates(all_of_it)}: under {limit:.2%}"
        return Part(verdict=Verdict.PASS, reason=reason, e_values=e_values)
    else:
        reason, escalate = _missing(minutes, limit)
    return Part(
        verdict=Verdict.NOT_ENOUGH_DATA, reason=reason, escalate=escalate, e_values=e_values
    )


def judge_client_errors(minutes: Sequence[Minute], share: float) -> Part:
    """Judge 4XX: fails as 5XX do, and passes otherwise once both sides answered long enough."""
    worse, minute = _first_failure(minutes, limits_at(share).block_minutes, CLIENT_ERRORS)
    if minute:
        verdict = Verdict.FAIL
        reason = f"Fargate refuses more often than EC2: {_rates(total(minutes[:minute]))}"
    elif too_short := _too_short(minutes):
        verdict, reason = Verdict.NOT_ENOUGH_DATA, too_short
    else:
        verdict, reason = Verdict.PASS, _rates(total(minutes))
    return Part(verdict=verdict, reason=reason, fail_minute=minute, e_values={"e_worse": worse})


def _first_failure(
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
    """Yield the blocks with unusually many errors, and an empty one for each other."""
    least = max(5, 5 * median([block.errors for block in five] or [0]))
    return (block if block.errors >= least else Minute() for block in five)


def _votes(
    voters: Iterator[Minute] | Sequence[Minute], minutes: int, tolerance: float
) -> list[float]:
    """Return the wealth, after each block, of a bet against "Fargate's rate of errors is at most
    `tolerance` times EC2's".
    """
    factors = (
        tuple(_vote(block, tolerance, worse_by) for worse_by in _WORSE_BY) for block in voters
    )
    return list(restarting(factors, blocks_an_hour=60 // minutes))


def _vote(block: Minute, tolerance: float, worse_by: float) -> float:
    """Return the mean likelihood ratio of the block's errors: a burst weighs as one error."""
    if not (block.has_both and block.errors):
        return NO_BET
    odds = tolerance * block.fargate_requests / block.ec2_requests
    allowed = odds / (1 + odds)
    alternative = odds * worse_by / (1 + odds * worse_by)
    on_fargate = block.fargate_errors / block.errors
    return on_fargate * alternative / allowed + (1 - on_fargate) * (1 - alternative) / (1 - allowed)


def _limit(seen: Minute, limits: Limits) -> float:
    """Return the rate of errors that Fargate must be shown to stay under."""
    if not seen.ec2_requests:
        return limits.rate
    # EC2's own rate is an estimate; its lower end, so that chance does not widen the limit.
    sure = max(0.0, seen.ec2_errors - 1.28 * sqrt(seen.ec2_errors))
    return max(limits.rate, limits.times_ec2 * sure / seen.ec2_requests)


def evidence_below(errors: int, requests: int, limit: float) -> float:
    """Return the e-value against "Fargate's rate is at least `limit`"."""
    if limit >= 1:
        return 0.0
    return sum(
        exp(
            min(
                600.0,
                (errors * log(part) if part else (-inf if errors else 0.0))
                + (requests - errors) * log((1 - limit * part) / (1 - limit)),
            )
        )
        for part in _BETTER_BY
    ) / len(_BETTER_BY)


def _doubt(
    minutes: Sequence[Minute], share: float, limits: Limits, burst_rate: float
) -> tuple[str, bool] | None:
    """Return what forbids a PASS whatever the counts are, and whether a person must decide."""
    if too_short := _too_short(minutes):
        return too_short, not total(minutes[-SILENT_MINUTES:]).fargate_requests
    five = blocks(minutes, BURST_MINUTES)
    odd = sum(map(_is_burst_of_fargate, five))
    if odd and _chance_of_at_least(odd, burst_rate * len(five) * share) < 0.05:
        return (
            f"unexplained burst: {odd} times in {BURST_MINUTES} minutes Fargate failed and EC2 did "
            "not, more often than in the week before",
            True,
        )
    hour = total(minutes[-60:])
    ec2_rate = hour.ec2_errors / hour.ec2_requests if hour.ec2_requests else 0.0
    allowed = max(limits.rate, limits.times_ec2 * ec2_rate)
    if hour.fargate_errors >= 5 and hour.fargate_errors > hour.fargate_requests * allowed:
        return f"last hour: {_rates(hour)}, more than {allowed:.2%}", False
    return None


def _too_short(minutes: Sequence[Minute]) -> str | None:
    both = BURST_MINUTES * sum(block.has_both for block in blocks(minutes, BURST_MINUTES))
    if both >= SHORTEST_MINUTES:
        return None
    return f"too short: both sides answered in {both} of {SHORTEST_MINUTES} minutes" + (
        "" if total(minutes).fargate_requests else "; Fargate got no request"
    )


def _is_burst_of_fargate(block: Minute) -> bool:
    return (
        block.fargate_errors >= max(5, 0.05 * block.fargate_requests)
        and 2 * block.ec2_errors * block.fargate_requests
        < block.fargate_errors * block.ec2_requests
    )


def burst_rate(five: Sequence[Minute]) -> float:
    """Return the bursts a block of the whole service, in blocks of 5 minutes."""
    bursts = sum(
        block.errors >= max(5, 0.05 * (block.ec2_requests + block.fargate_requests))
        for block in five
    )
    return bursts / len(five) if five else 0.0


def _chance_of_at_least(count: int, mean: float) -> float:
    """Return the chance of `count` or more events where `mean` are expected (Poisson)."""
    if not mean:
        return 0.0 if count else 1.0
    return 1 - sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(count))


def _missing(minutes: Sequence[Minute], limit: float) -> tuple[str, bool]:
    seen = total(minutes)
    if limit >= 1:
        return f"above the limit: EC2 itself fails too often to compare with: {_rates(seen)}", False
    if seen.fargate_errors >= limit * seen.fargate_requests > 0:
        return f"above the limit: {_rates(seen)}; at most {limit:.2%} passes", False
    missing = needed_requests(seen.fargate_errors, limit) - seen.fargate_requests
    wait = missing * len(minutes) / seen.fargate_requests if seen.fargate_requests else inf
    text = f"few requests: {_rates(seen)}; {missing:,} more without error prove under {limit:.2%}"
    if wait > PATIENCE_MINUTES:
        return f"{text}, which takes more than a day at this rate", True
    return f"{text}, in about {wait:.0f} minutes", False


def needed_requests(errors: int, limit: float) -> int:
    """Return the requests with `errors` among them that prove a rate below `limit`."""
    most = int((50 + 10 * errors) / limit)
    return bisect_left(range(most), PASSES_AT, key=lambda n: evidence_below(errors, n, limit))


def _rates(seen: Minute) -> str:
    return (
        f"{seen.fargate_errors:,} of {seen.fargate_requests:,} on Fargate, "
        f"{seen.ec2_errors:,} of {seen.ec2_requests:,} on EC2"
    )
