"""Judges failures against the week before, where no other side answers at the same time.

A comparison over time is weaker than one of two sides. Outages of partners and busy clients make 13
to 22 % of healthy days look like a fault. So nothing here fails a stage. It passes when failures
stay under a limit. Where that week's failures came in bursts, it needs more requests in proportion.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pay.model.judging.bursts import is_burst, unexplained
from pay.model.judging.e_values import PASSES_AT
from pay.model.judging.errors import bad_hour
from pay.model.judging.limits import (
    ALONE,
    BURST_MINUTES,
    PATIENCE_MINUTES,
    SHORTEST_MINUTES,
    Limits,
)
from pay.model.judging.minutes import SILENT_MINUTES, Minute, blocks, fargate_is_silent, total
from pay.model.judging.part import Part, Verdict
from pay.model.judging.rates import evidence_below, needed_requests

MOST_DISPERSION = 50.0


class Count(NamedTuple):
    """The attempts in a period, and the failures among them."""

    tried: float
    failed: float


class Before(NamedTuple):
    """The failures of a service in the week before."""

    rate: float
    """Failures a try."""
    dispersion: float
    """The variance of failures by period as a multiple of what chance alone gives, from 1 to
    `MOST_DISPERSION`."""


def before(periods: Iterable[Count]) -> Before | None:
    """Return the rate and the dispersion of equal periods; None when nothing was tried in any."""
    used = [each for each in periods if each.tried > 0]
    tried = sum(each.tried for each in used)
    if not tried:
        return None
    rate = sum(each.failed for each in used) / tried
    if not rate or len(used) < 2:
        return Before(rate, 1.0)
    squares = sum((each.failed - rate * each.tried) ** 2 / (rate * each.tried) for each in used)
    return Before(rate, min(MOST_DISPERSION, max(1.0, squares / (len(used) - 1))))


def judge_rate(
    seen: Count, usual: Before | None, limits: Limits, *, minutes: int, tries: str
) -> Part:
    """Judge whether failures of a stage stay under the limits, with the week before in the place of
    EC2. `tries` names what may fail, as a plural.
    """
    if usual is None:
        reason = f"the week before has no {tries} to compare with"
        return Part(verdict=Verdict.NOT_ENOUGH_DATA, reason=reason, escalate=True)
    limit = max(limits.rate, limits.times_ec2 * usual.rate)
    scale = usual.dispersion
    better = evidence_below(seen.failed / scale, seen.tried / scale, limit)
    rate = seen.failed / seen.tried if seen.tried else 0.0
    text = (
        f"{seen.failed:,.0f} of {seen.tried:,.0f} {tries} failed ({rate:.2%}), "
        f"{usual.rate:.2%} in the week before"
    )
    part = Part(
        verdict=Verdict.PASS,
        reason=f"{text}: under {limit:.2%}",
        e_values={"e_better": better},
        numbers={
            "tried": seen.tried,
            "failed": seen.failed,
            "usual_rate": usual.rate,
            "dispersion": usual.dispersion,
            "limit": limit,
        },
    )
    if better >= PASSES_AT:
        return part
    unknown = {"verdict": Verdict.NOT_ENOUGH_DATA}
    if limit >= 1 or seen.failed > limit * seen.tried:
        reason = f"above the limit: {text}; at most {limit:.2%} passes"
        return part.model_copy(update=unknown | {"reason": reason, "escalate": True})
    missing = scale * needed_requests(seen.failed / scale, limit) - seen.tried
    wait = missing * minutes / seen.tried if seen.tried else None
    return part.model_copy(
        update=unknown
        | {
            "reason": f"few {tries}: {text}",
            "needs": f"{missing:,.0f} more {tries} without a failure",
            "wait_minutes": wait,
            # A rate of fewer minutes is chance, because right after a move nothing has come yet.
            "escalate": minutes >= SILENT_MINUTES and (wait is None or wait > PATIENCE_MINUTES),
        }
    )


def judge_errors_alone(
    minutes: Sequence[Minute], usual: Before | None, *, burst_rate: float = 0.0
) -> Part:
    """Judge 5XX of Fargate where it answers everything; `usual` is EC2's last week.

    `burst_rate` is the number of bursts in 5 minutes of the whole service in the week before.
    """
    seen = total(minutes)
    five = blocks(minutes, BURST_MINUTES)
    part = judge_rate(
        Count(seen.fargate_requests, seen.fargate_errors),
        usual,
        ALONE,
        minutes=len(minutes),
        tries="requests",
    )
    unknown = {"verdict": Verdict.NOT_ENOUGH_DATA}
    answered = BURST_MINUTES * sum(block.fargate_requests > 0 for block in five)
    if answered < SHORTEST_MINUTES:
        missing = SHORTEST_MINUTES - answered
        return part.model_copy(
            update=unknown
            | {
                "reason": f"too short: Fargate answered {answered} of {SHORTEST_MINUTES} minutes",
                "needs": f"{missing} more minutes in which Fargate answers",
                "wait_minutes": float(missing) if seen.fargate_requests else None,
                "escalate": fargate_is_silent(minutes),
            }
        )
    if usual is None:
        return part
    bursts = sum(map(is_burst, five))
    if reason := unexplained(bursts, burst_rate * len(five), "the service failed"):
        return part.model_copy(update=unknown | {"reason": reason, "escalate": True})
    if late := bad_hour(minutes, part.numbers["limit"]):
        return part.model_copy(update=unknown | late)
    return part
