"""Judges the healthy tasks of both sides, whose count is also the heartbeat of the metrics.

A load balancer reports its healthy targets each minute, also without requests. Where the count is
there and requests are not, there were none; where both are missing, nobody knows.
"""

from collections.abc import Mapping, Sequence

from pay.model.judging.part import Part, Verdict
from pay.model.vocabulary import Side

LOW_MINUTES, LOW_OF = 5, 10
"""As the alarm counts, because a task that ends is replaced sooner."""
HEARTBEATS, HEARTBEATS_OF = 13, 15


def judge_hosts(healthy: Mapping[Side, Sequence[float | None]], needed: Mapping[Side, int]) -> Part:
    """Judge the last minutes, the newest last; None for a minute without a count."""
    beats = {
        side: sum(count is not None for count in counts[-HEARTBEATS_OF:])
        for side, counts in healthy.items()
    }
    seen = ", ".join(
        f"{side}: {_newest(healthy[side])} of {needed[side]} healthy tasks" for side in healthy
    )
    low = {
        side
        for side, counts in healthy.items()
        if sum(count is not None and count < needed[side] for count in counts[-LOW_OF:])
        >= LOW_MINUTES
    }
    if low == set(Side):
        reason = f"both sides lack tasks, so a rollback does not help: {seen}"
        return Part(verdict=Verdict.NOT_ENOUGH_DATA, reason=reason, escalate=True)
    if Side.FARGATE in low:
        return Part(verdict=Verdict.FAIL, reason=f"Fargate lacks tasks: {seen}")
    if Side.EC2 in low:
        # Rolling back would send the requests to the side that lacks tasks.
        reason = f"EC2 lacks tasks, so it could not take the requests back: {seen}"
        return Part(verdict=Verdict.NOT_ENOUGH_DATA, reason=reason, escalate=True)
    if min(beats.values()) < HEARTBEATS:
        reason = "the metrics lack minutes: " + ", ".join(
            f"{side} reported in {count} of {HEARTBEATS_OF}" for side, count in beats.items()
        )
        lost = not min(beats.values())
        return Part(verdict=Verdict.NOT_ENOUGH_DATA, reason=reason, escalate=lost)
    return Part(verdict=Verdict.PASS, reason=seen)


def _newest(counts: Sequence[float | None]) -> str:
    known = [count for count in counts if count is not None]
    return f"{known[-1]:.0f}" if known else "unknown"
