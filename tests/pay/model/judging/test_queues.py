"""The judge of queue work, which both sides share from `ready` on."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pay.model.judging.before import Before, Count
from pay.model.judging.line import Levels
from pay.model.judging.part import Verdict
from pay.model.judging.queues import DeadLetters, Queue, judge_queue, judge_queues

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.NOT_ENOUGH_DATA
NONE = DeadLetters(now=[0.0] * 13, before=[0.0] * 2016)

GOOD = Queue(
    name="capture",
    is_reported=True,
    minutes=60,
    received=Count(3000, 0),
    usual=Before(0.001, 1.0),
    usual_a_day=72_000,
    age_seconds=Levels([5.0] * 12, 60),
    depth=Levels([3.0] * 12, 50),
    dead_letters=NONE,
)


def letters(now: Sequence[float], before: Sequence[float] = (0, 0)) -> DeadLetters:
    return DeadLetters(now, before)


@pytest.mark.parametrize(
    ("change", "verdict", "said"),
    [
        ({}, PASS, "0 of 3,000 messages failed"),
        ({"dead_letters": None}, PASS, "messages"),
        ({"dead_letters": letters([2, 2, 2])}, PASS, "messages"),
        ({"dead_letters": letters([0, 0, 1])}, FAIL, "1 new dead letters, and none in the week"),
        # Somebody emptied the queue meanwhile.
        ({"dead_letters": letters([0, 3, 0])}, FAIL, "3 new dead letters"),
        # The week before had a few a day: one in an hour is ordinary, 40 are not.
        ({"dead_letters": letters([9, 10], range(30))}, PASS, "messages"),
        ({"dead_letters": letters([9, 49], range(30))}, UNKNOWN, "makes 0.2 usual"),
        ({"received": Count(300, 0)}, UNKNOWN, "few messages"),
        ({"received": Count(0, 0)}, UNKNOWN, "few messages"),
        ({"received": Count(3000, 300)}, UNKNOWN, "above the limit"),
        ({"usual": None}, UNKNOWN, "the week before has no messages"),
        ({"is_reported": False}, UNKNOWN, "SQS reported nothing"),
        ({"age_seconds": Levels([5.0] * 9 + [700.0] * 3, 60)}, UNKNOWN, "the oldest 12 min"),
        ({"age_seconds": Levels([5.0] * 10 + [700.0] * 2, 60)}, PASS, "messages"),
        ({"age_seconds": Levels([700.0] * 12, 400)}, PASS, "messages"),
        ({"depth": Levels([3.0] * 9 + [500.0] * 3, 50)}, UNKNOWN, "500 messages wait"),
    ],
)
def test_one_queue(change: dict[str, object], verdict: Verdict, said: str) -> None:
    part = judge_queue(replace(GOOD, **change))  # type: ignore[arg-type]
    assert part.verdict is verdict
    assert said in part.reason


@pytest.mark.parametrize("received", [0, 1])
@pytest.mark.parametrize(("minutes", "escalate"), [(0, False), (29, False), (30, True)])
def test_messages_of_a_young_stage_may_still_come(
    received: int, minutes: int, escalate: bool
) -> None:
    part = judge_queue(replace(GOOD, minutes=minutes, received=Count(received, 0)))
    assert (part.verdict, part.escalate) == (UNKNOWN, escalate)


def test_the_first_dead_letter_is_the_minute_of_the_fail() -> None:
    part = judge_queue(replace(GOOD, dead_letters=letters([0, 0, 0, 2, 2])))
    assert part.fail_minute == 15


def test_a_fargate_side_that_works_nothing_is_above_the_limit() -> None:
    """Half of the messages are received again and again: as many receipts without a deletion."""
    part = judge_queue(replace(GOOD, received=Count(6000, 3000)))
    assert (part.verdict, part.escalate) == (UNKNOWN, True)


@pytest.mark.parametrize(
    ("usual_a_day", "enough", "few"), [(72_000, 1184, 1183), (400, 100, 70), (20, 20, 10)]
)
def test_a_queue_with_few_messages_has_a_wider_limit(
    usual_a_day: float, enough: int, few: int
) -> None:
    """A quarter of a day proves it, but never less than a handful of messages."""
    queue = replace(GOOD, usual=Before(0, 1.0), usual_a_day=usual_a_day)
    assert judge_queue(replace(queue, received=Count(enough, 0))).verdict is PASS
    assert judge_queue(replace(queue, received=Count(few, 0))).verdict is UNKNOWN
    assert judge_queue(replace(queue, received=Count(enough, enough / 2))).verdict is UNKNOWN


def test_a_queue_that_a_few_messages_a_week_reach_says_what_to_do() -> None:
    """Three a week never prove anything by themselves; sixteen at once do."""
    rare = replace(GOOD, usual=Before(0, 1.0), usual_a_day=3 / 7, minutes=7 * 24 * 60)
    part = judge_queue(replace(rare, received=Count(3, 0)))
    assert (part.verdict, part.escalate) == (UNKNOWN, True)
    assert part.needs is not None
    missing, _, text = part.needs.partition(" ")
    assert text.startswith("more messages without a failure (3 came in the week before): send as")
    assert "--evidence" in text
    assert judge_queue(replace(rare, received=Count(3 + int(missing), 0))).verdict is PASS
    never = judge_queue(replace(rare, usual=None, usual_a_day=0, received=Count(0, 0)))
    assert never.needs is not None
    assert "--evidence" in never.needs


def test_a_queue_that_fills_by_itself_only_says_what_is_missing() -> None:
    part = judge_queue(replace(GOOD, received=Count(300, 0)))
    assert part.needs is not None
    assert part.needs.endswith("more messages without a failure")


def test_all_queues_have_to_pass() -> None:
    few = replace(GOOD, name="events", received=Count(300, 0))
    grown = replace(GOOD, name="refunds", dead_letters=letters([0, 1]))
    assert judge_queues([GOOD, GOOD]).verdict is PASS
    waits = judge_queues([GOOD, few])
    assert waits.verdict is UNKNOWN
    assert waits.reason.startswith("events: few messages")
    assert waits.needs is not None
    assert waits.needs.startswith("events: ")
    assert waits.wait_minutes == judge_queue(few).wait_minutes
    assert judge_queues([few, grown, GOOD]).reason.startswith("refunds: 1 new dead letters")
