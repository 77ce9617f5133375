"""Judges the work of queues, which DNS weights do not divide.

Both sides poll a queue from `ready` on, and SQS counts by queue and not by side. So Fargate works
about half of the messages at every weight, and what changes is compared with the week before. A
message that a side cannot work is received again, and in the end it is a dead letter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log

from pay.model.judging.before import Before, Count, judge_rate
from pay.model.judging.bursts import chance_of_at_least
from pay.model.judging.e_values import FAILS_AT, PASSES_AT
from pay.model.judging.limits import BETTER_BY, Limits, limits_at
from pay.model.judging.line import PERIOD_MINUTES, Levels
from pay.model.judging.part import Part, Verdict

SHARE = 0.5
"""Fargate's part of the messages, because both sides have tasks for the daily peak."""
PROVEN_IN_DAYS = 0.25
"""A queue with few messages gets the limit that its usual number proves in so long."""
LOOSEST = 0.25
"""If Fargate works none of its half, one receipt of two leads to no deletion or more."""
LEAST_AGE_SECONDS, LEAST_DEPTH = 300.0, 100.0
"""A queue that is always empty may be as long as this."""


@dataclass(frozen=True)
class DeadLetters:
    """The contents of the queue of dead letters, by period."""

    now: Sequence[float]
    """Of the stage, with the last period before it."""
    before: Sequence[float]
    """Of the week before."""


@dataclass(frozen=True)
class Queue:
    """The counts of SQS for a queue that both sides receive from."""

    name: str
    is_reported: bool
    """SQS sent something in the last quarter of an hour, as it does while a task polls."""
    minutes: int
    """Of the stage."""
    received: Count
    """Of the stage: messages received, and those of them that nobody deleted."""
    usual: Before | None
    usual_a_day: float
    """Messages received in the week before, a day."""
    age_seconds: Levels
    depth: Levels
    dead_letters: DeadLetters | None
    """None: the queue has no queue for them."""


def judge_queues(queues: Sequence[Queue]) -> Part:
    """Judge each queue: one that fails fails all, and all have to pass."""
    parts = [(queue.name, judge_queue(queue)) for queue in queues]
    order = (Verdict.FAIL, Verdict.NOT_ENOUGH_DATA, Verdict.PASS)
    verdict = min((part.verdict for _, part in parts), key=order.index)
    chosen = [(name, part) for name, part in parts if part.verdict is verdict]
    waits = [part.wait_minutes for _, part in chosen]
    minutes = [part.fail_minute for _, part in chosen if part.fail_minute]
    return Part(
        verdict=verdict,
        reason="; ".join(f"{name}: {part.reason}" for name, part in chosen),
        needs="; ".join(f"{name}: {part.needs}" for name, part in chosen if part.needs) or None,
        wait_minutes=None if None in waits else max(filter(None, waits), default=None),
        escalate=any(part.escalate for _, part in chosen),
        fail_minute=min(minutes, default=None),
        e_values={
            "e_better": min(part.e_values.get("e_better", 0.0) for _, part in parts),
        },
        numbers={
            f"{name}.{key}": number for name, part in parts for key, number in part.numbers.items()
        },
    )


def judge_queue(queue: Queue) -> Part:
    """Judge a queue by its dead letters, its length, and the messages that were received again."""
    grown, first = _growth(queue.dead_letters.now) if queue.dead_letters else (0.0, 0)
    grew_before, _ = _growth(queue.dead_letters.before) if queue.dead_letters else (0.0, 0)
    part = judge_rate(
        queue.received,
        queue.usual,
        _limits(queue),
        minutes=queue.minutes,
        tries="messages",
    )
    numbers = {**part.numbers, "dead_letters": grown, "dead_letters_before": grew_before}
    part = part.model_copy(update={"numbers": numbers, "needs": _what_to_do(queue, part)})
    unknown = {"verdict": Verdict.NOT_ENOUGH_DATA, "needs": None, "wait_minutes": None}
    if grown and not grew_before:
        reason = f"{grown:,.0f} new dead letters, and none in the week before"
        minute = max(1, first * PERIOD_MINUTES)
        return part.model_copy(
            update=unknown
            | {"verdict": Verdict.FAIL, "reason": reason, "escalate": False, "fail_minute": minute}
        )
    expected = grew_before * queue.minutes / (7 * 24 * 60)
    if grown and chance_of_at_least(round(grown), expected) < 1 / FAILS_AT:
        reason = f"{grown:,.0f} new dead letters, where the week before makes {expected:,.1f} usual"
        return part.model_copy(update=unknown | {"reason": reason, "escalate": True})
    if not queue.is_reported:
        reason = "SQS reported nothing for 15 minutes: no task polls, or metrics are missing"
        return part.model_copy(update=unknown | {"reason": reason, "escalate": True})
    if wait := queue.age_seconds.minutes_high(LEAST_AGE_SECONDS):
        reason = (
            f"messages wait: the oldest {queue.age_seconds.now[-1] / 60:,.0f} min, at most "
            f"{queue.age_seconds.highest_before / 60:,.0f} min in the week before"
        )
        shorter = {"needs": "an hour with fewer that wait", "wait_minutes": wait}
        return part.model_copy(update=unknown | shorter | {"reason": reason})
    if wait := queue.depth.minutes_high(LEAST_DEPTH):
        reason = (
            f"{queue.depth.now[-1]:,.0f} messages wait, at most {queue.depth.highest_before:,.0f} "
            "in the week before"
        )
        shorter = {"needs": "an hour with fewer that wait", "wait_minutes": wait}
        return part.model_copy(update=unknown | shorter | {"reason": reason})
    return part


def _limits(queue: Queue) -> Limits:
    """Return the limits of `half`, wider where few messages come, as days would not prove them."""
    usual = limits_at(SHARE)
    if not (queue.usual and queue.usual_a_day):
        return usual
    # Without a failure the evidence grows by 1 - limit a message. Its logarithm has to reach that
    # of four times what passes. The bet on no failure is one of four.
    needed = log(PASSES_AT * len(BETTER_BY)) * queue.usual.dispersion
    provable = needed / (PROVEN_IN_DAYS * queue.usual_a_day)
    return replace(usual, rate=min(LOOSEST, max(usual.rate, provable)))


def _what_to_do(queue: Queue, part: Part) -> str | None:
    """Return what is missing, and how to get it where it does not come by itself. Fewer messages
    prove nothing: by chance, a side that works none of its half leaves few to the other.
    """
    accept = "see in the log of Fargate that it worked some, and accept that with --evidence"
    if queue.usual is None:
        return f"a week with messages: {accept}"
    if part.needs and part.escalate:
        week = f"{7 * queue.usual_a_day:,.0f} came in the week before"
        return f"{part.needs} ({week}): send as many harmless ones to it, or {accept}"
    return part.needs


def _growth(held: Sequence[float]) -> tuple[float, int]:
    """Return by how much dead letters grew in all, and the period of the first growth. Emptying the
    queue does not undo the growth.
    """
    steps = [max(0.0, after - before) for before, after in pairwise(held)]
    first = next((number for number, step in enumerate(steps, start=1) if step), 0)
    return sum(steps), first
