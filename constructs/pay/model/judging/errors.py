"""Judges failed requests: does Fargate fail more often than EC2, and has it shown that it does not?

FAIL is by votes. PASS counts plainly, because a relative PASS by votes would miss bursts.
"""

from collections.abc import Sequence
from math import sqrt
from typing import Any

from pay.model.judging.bursts import is_burst_of_fargate, unexplained
from pay.model.judging.e_values import PASSES_AT
from pay.model.judging.limits import (
    BURST_MINUTES,
    CLIENT_ERRORS,
    PATIENCE_MINUTES,
    SERVER_ERRORS,
    SHORTEST_MINUTES,
    Limits,
    limits_at,
)
from pay.model.judging.minutes import Minute, blocks, fargate_is_silent, total
from pay.model.judging.part import Part, Verdict
from pay.model.judging.rates import evidence_below, needed_requests
from pay.model.judging.sight import minutes_to_fail
from pay.model.judging.votes import first_failure

SEEN_TIMES = 5
"""The factor of Fargate's errors in the fault whose detection time a verdict names."""


def judge_errors(minutes: Sequence[Minute], share: float, *, burst_rate: float = 0.0) -> Part:
    """Judge 5XX at `share`, the part of the requests that Fargate gets.

    `burst_rate` is the number of bursts in 5 minutes of the whole service in the week before.
    """
    limits = limits_at(share)
    worse, minute = first_failure(minutes, limits.block_minutes, SERVER_ERRORS)
    seen = total(minutes)
    limit = _limit(seen, limits)
    better = evidence_below(seen.fargate_errors, seen.fargate_requests, limit)
    part = Part(
        verdict=Verdict.NOT_ENOUGH_DATA,
        reason=f"{rates(seen)}: under {limit:.2%}",
        fail_minute=minute,
        e_values={"e_worse": worse, "e_better": better},
        numbers={**counted(seen), "limit": limit, "block_minutes": limits.block_minutes},
        sees=_sees(seen, len(minutes), limits.block_minutes),
    )
    return part.model_copy(update=_decided(part, minutes, share, limits, burst_rate))


def _decided(
    part: Part, minutes: Sequence[Minute], share: float, limits: Limits, burst_rate: float
) -> dict[str, Any]:
    """Return the verdict with its reason, and what is missing."""
    if part.fail_minute:
        seen = rates(total(minutes[: part.fail_minute]))
        text = f"Fargate fails more often than EC2: {seen}"
        return {"verdict": Verdict.FAIL, "reason": text}
    if short := too_short(minutes):
        return {**short, "escalate": fargate_is_silent(minutes)}
    odd = sum(map(is_burst_of_fargate, blocks(minutes, BURST_MINUTES)))
    expected = burst_rate * (len(minutes) // BURST_MINUTES) * share
    if reason := unexplained(odd, expected, "Fargate failed and EC2 did not"):
        return {"reason": reason, "escalate": True}
    if late := _bad_hour(minutes, limits, limits.rate):
        return late
    if part.e_values["e_better"] >= PASSES_AT:
        return {"verdict": Verdict.PASS}
    return _missing(minutes, part.numbers["limit"])


def judge_client_errors(minutes: Sequence[Minute], share: float) -> Part:
    """Judge 4XX, which fail as 5XX do, and otherwise pass once both sides answered long enough.
    They do not pass if Fargate refused many in the last hour. Good hours before it outvote a fault
    for a while.
    """
    limits = limits_at(share)
    length = limits.block_minutes
    worse, minute = first_failure(minutes, length, CLIENT_ERRORS)
    seen = total(minutes)
    part = Part(
        verdict=Verdict.PASS,
        reason=rates(seen),
        fail_minute=minute,
        e_values={"e_worse": worse},
        numbers={**counted(seen), "block_minutes": length},
    )
    if minute:
        reason = f"Fargate refuses more often than EC2: {rates(total(minutes[:minute]))}"
        return part.model_copy(update={"verdict": Verdict.FAIL, "reason": reason})
    if short := too_short(minutes):
        return part.model_copy(update={"verdict": Verdict.NOT_ENOUGH_DATA, **short})
    if late := _bad_hour(minutes, limits, CLIENT_ERRORS.least_rate):
        return part.model_copy(update={"verdict": Verdict.NOT_ENOUGH_DATA, **late})
    return part


def _limit(seen: Minute, limits: Limits) -> float:
    """Return the rate of errors that Fargate must be shown to stay under."""
    if not seen.ec2_requests:
        return limits.rate
    # EC2's own rate is an estimate; its lower end, so that chance does not widen the limit.
    sure = max(0.0, seen.ec2_errors - 1.28 * sqrt(seen.ec2_errors))
    return max(limits.rate, limits.times_ec2 * sure / seen.ec2_requests)


def _bad_hour(
    minutes: Sequence[Minute], limits: Limits, least_rate: float
) -> dict[str, Any] | None:
    """Return what the last hour shows against a PASS, beside EC2's in the same hour."""
    hour = total(minutes[-60:])
    ec2_rate = hour.ec2_errors / hour.ec2_requests if hour.ec2_requests else 0.0
    return bad_hour(minutes, max(least_rate, limits.times_ec2 * ec2_rate))


def bad_hour(minutes: Sequence[Minute], allowed: float) -> dict[str, Any] | None:
    """Return the evidence of a good stage's last hour against a PASS; None if there is no evidence.
    It names the time when the evidence ends if as many requests come and no more of them fail.
    """
    hour = minutes[-60:]
    seen = total(hour)

    def is_bad(errors: int) -> bool:
        return errors >= 5 and errors > seen.fargate_requests * allowed

    if not is_bad(seen.fargate_errors):
        return None
    # The oldest minute of a whole hour is the first to leave it.
    gone = next(
        gone
        for gone in range(1, 61)
        if not is_bad(sum(each.fargate_errors for each in hour[gone:]))
    )
    return {
        "reason": f"last hour: {rates(seen)}, more than {allowed:.2%}",
        "needs": f"an hour in which at most {allowed:.2%} fail on Fargate",
        "wait_minutes": float(gone + 60 - len(hour)),
    }


def too_short(minutes: Sequence[Minute]) -> dict[str, Any] | None:
    """Return what is missing while the sides answered for less than an hour; None if nothing is."""
    both = BURST_MINUTES * sum(block.has_both for block in blocks(minutes, BURST_MINUTES))
    if both >= SHORTEST_MINUTES:
        return None
    missing = SHORTEST_MINUTES - both
    seen = total(minutes)
    counts = {"Fargate": seen.fargate_requests, "EC2": seen.ec2_requests}
    silent = " and ".join(side for side, requests in counts.items() if not requests)
    return {
        "reason": f"too short: both sides answered in {both} of {SHORTEST_MINUTES} minutes"
        + (f"; {silent} got no request" if silent else ""),
        "needs": f"{missing} more minutes in which both sides answer",
        # Nobody knows when a side gets its first one.
        "wait_minutes": None if silent else float(missing),
    }


def _missing(minutes: Sequence[Minute], limit: float) -> dict[str, Any]:
    seen = total(minutes)
    if limit >= 1:
        return {"reason": f"above the limit: EC2 itself fails too often: {rates(seen)}"}
    if seen.fargate_errors >= limit * seen.fargate_requests > 0:
        return {"reason": f"above the limit: {rates(seen)}; at most {limit:.2%} passes"}
    missing = needed_requests(seen.fargate_errors, limit) - seen.fargate_requests
    wait = missing * len(minutes) / seen.fargate_requests if seen.fargate_requests else None
    return {
        "reason": f"few requests: {rates(seen)}, which do not prove under {limit:.2%}",
        "needs": f"{missing:,} more Fargate requests without error",
        "wait_minutes": wait,
        "escalate": wait is None or wait > PATIENCE_MINUTES,
    }


def rates(seen: Minute) -> str:
    """Return the counts in words."""
    return (
        f"{seen.fargate_errors:,} of {seen.fargate_requests:,} on Fargate, "
        f"{seen.ec2_errors:,} of {seen.ec2_requests:,} on EC2"
    )


def counted(seen: Minute) -> dict[str, float]:
    """Return the counts by name."""
    return {name: float(count) for name, count in seen._asdict().items()}


def _sees(seen: Minute, minutes: int, block_minutes: int) -> str | None:
    """Return how soon the votes would find worse errors, at the rates of the stage."""
    if not minutes or not seen.has_both:
        return None
    worse = SEEN_TIMES * max(seen.ec2_errors / seen.ec2_requests, SERVER_ERRORS.least_rate)
    wait = minutes_to_fail(seen, minutes, block_minutes, worse)
    what = f"errors of {min(1.0, worse):.2%} on Fargate"
    return f"{what} in about {wait} min" if wait else f"{what} not within a day"
