"""Judges whether requests follow the weights of the records.

No test of equality: clients keep to a side for minutes, and a few of them make most requests. What
counts is a side that gets almost nothing, or much more than its weight.
"""

from collections.abc import Sequence

from pay.model.judging.minutes import SILENT_MINUTES, Minute, total
from pay.model.judging.part import Part, Verdict

LEAST_EXPECTED = 60
"""Requests of Fargate in the last hour; with fewer a small share is chance."""


def judge_share(minutes: Sequence[Minute], share: float) -> Part:
    """Judge the last hour at `share`, the weight of Fargate as a part of 1."""
    hour, newest = total(minutes[-60:]), minutes[-SILENT_MINUTES:]
    requests = hour.ec2_requests + hour.fargate_requests
    # Clients of a younger stage may still arrive.
    is_long = len(newest) == SILENT_MINUTES
    if not requests:
        text = f"no side got a request in {len(minutes[-60:])} minutes"
        return _unknown(text, escalate=is_long)
    got = hour.fargate_requests / requests
    seen = f"Fargate got {got:.1%} of {requests:,} requests, its weight is {share:.0%}"
    half = total(newest)
    if half.ec2_requests and not half.fargate_requests:
        text = f"clients do not arrive: nothing in {len(newest)} minutes; {seen}"
        return _unknown(text, escalate=is_long)
    if requests * share >= LEAST_EXPECTED and got < share / 4:
        return _unknown(f"clients do not arrive: {seen}")
    if got > 3 * share + 0.15:
        return _unknown(f"failover? {seen}")
    return Part(verdict=Verdict.PASS, reason=seen)


def judge_idle(minutes: Sequence[Minute]) -> Part:
    """Judge whether EC2, which no weight leads to, gets no request any more."""
    hour = minutes[-60:]
    if left := total(hour).ec2_requests:
        silent = next(age for age, minute in enumerate(reversed(hour)) if minute.ec2_requests)
        return Part(
            verdict=Verdict.NOT_ENOUGH_DATA,
            reason=f"EC2 still got {left:,} requests in the last hour",
            needs="an hour without a request to EC2",
            # While they still come, nobody knows when the last one does.
            wait_minutes=60.0 - silent if silent >= SILENT_MINUTES else None,
        )
    if missing := 60 - len(hour):
        return Part(
            verdict=Verdict.NOT_ENOUGH_DATA,
            reason=f"too short: EC2 got no request in the {len(hour)} minutes so far",
            needs="an hour without a request to EC2",
            wait_minutes=float(missing),
        )
    return Part(verdict=Verdict.PASS, reason="EC2 got no request in the last hour")


def _unknown(reason: str, *, escalate: bool = False) -> Part:
    return Part(verdict=Verdict.NOT_ENOUGH_DATA, reason=reason, escalate=escalate)
