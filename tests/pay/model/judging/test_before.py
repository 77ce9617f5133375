"""The judge where no other side answers: the week before stands in its place."""

import pytest

from pay.model.judging.before import MOST_DISPERSION, Before, Count, before, judge_errors_alone
from pay.model.judging.limits import ALONE
from pay.model.judging.minutes import Minute
from pay.model.judging.part import Verdict
from pay.model.judging.rates import needed_requests

PASS, UNKNOWN = Verdict.PASS, Verdict.NOT_ENOUGH_DATA
GOOD = Before(rate=0.001, dispersion=1.0)


def alone(minutes: int, requests: int, errors: int = 0) -> list[Minute]:
    return [Minute(0, 0, requests, errors)] * minutes


def test_errors_that_scatter_as_chance_does_have_no_dispersion() -> None:
    assert before([Count(1000, 1), Count(1000, 1), Count(0, 0)]) == Before(0.001, 1.0)
    assert before([Count(1000, 0)] * 3) == Before(0.0, 1.0)
    assert before([Count(0, 0)] * 3) is None


def test_bursts_of_the_week_before_make_each_count_weigh_less() -> None:
    burst = before([Count(1000, 0)] * 9 + [Count(1000, 20)])
    assert burst is not None
    assert burst.rate == 0.002
    # One period of 20 where 2 are expected: (9 * 2² / 2 + 18² / 2) / 9.
    assert burst.dispersion == pytest.approx(20.0)
    worst = before([Count(1000, 0)] * 99 + [Count(1000, 1000)])
    assert worst is not None
    assert worst.dispersion == MOST_DISPERSION


def test_a_good_side_passes_after_the_requests_that_it_needs() -> None:
    needed = needed_requests(0, ALONE.rate)
    assert judge_errors_alone(alone(60, needed // 60 + 1), GOOD).verdict is PASS
    few = judge_errors_alone(alone(60, 10), GOOD)
    assert few.verdict is UNKNOWN
    assert few.needs == f"{needed - 600} more requests without a failure"
    assert few.wait_minutes == pytest.approx((needed - 600) / 10)


def test_a_week_of_bursts_needs_as_many_more() -> None:
    needed = needed_requests(0, ALONE.rate)
    minutes = alone(120, needed // 60)
    assert judge_errors_alone(minutes, GOOD).verdict is PASS
    assert judge_errors_alone(minutes, Before(0.001, 10.0)).verdict is UNKNOWN


def test_nothing_fails_without_another_side() -> None:
    broken = judge_errors_alone(alone(240, 600, 60), GOOD)
    assert (broken.verdict, broken.escalate) == (UNKNOWN, True)
    assert broken.reason.startswith("unexplained burst")
    worse = judge_errors_alone(alone(240, 600, 6), GOOD)
    assert worse.reason.startswith(("last hour", "above the limit"))
    assert worse.verdict is UNKNOWN


def test_a_month_without_ec2_compares_with_nothing() -> None:
    part = judge_errors_alone(alone(240, 600), None)
    assert (part.verdict, part.escalate) == (UNKNOWN, True)
    assert judge_errors_alone(alone(30, 600), GOOD).reason.startswith("too short")
    assert judge_errors_alone([], GOOD).verdict is UNKNOWN
