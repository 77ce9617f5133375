"""The judge of failed requests, by cases whose answers were worked out before the code was."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.model.judging.e_values import PASSES_AT
from pay.model.judging.errors import (
    LIMITS,
    Limits,
    evidence_below,
    judge_client_errors,
    judge_errors,
    needed_requests,
)
from pay.model.judging.minutes import Minute
from pay.model.judging.part import ExitCode, Verdict

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.NOT_ENOUGH_DATA

ONE_ERROR = ([20, 57, 0, 3, 0], [1, 57, 0, 3, 1])
"""Twenty quiet minutes, and one in which Fargate fails one request."""

CASES = [
    (0.05, ([114, 570, 0, 30, 0], [6, 570, 1, 30, 0]), PASS, "0 of 3,600 on Fargate"),
    (0.05, ([330, 11, 0, 1, 0],), UNKNOWN, "few requests"),
    (0.05, ([360, 11, 0, 1, 0],), PASS, "0 of 360"),
    (0.05, (*ONE_ERROR * 3, [57, 57, 0, 3, 0]), UNKNOWN, "few requests"),
    (0.05, (*ONE_ERROR * 4, [36, 57, 0, 3, 0]), FAIL, 85),
    (0.05, ([20, 57, 0, 3, 0], [1, 57, 0, 3, 3], [99, 57, 0, 3, 0]), UNKNOWN, "few requests"),
    (0.25, ([120, 450, 1, 150, 2],), FAIL, 55),
    (0.5, ([60, 300, 0, 300, 0], [5, 300, 60, 300, 60], [60, 300, 0, 300, 0]), PASS, "300"),
    (
        0.5,
        ([60, 300, 0, 300, 0], [5, 300, 0, 300, 60], [60, 300, 0, 300, 0]),
        UNKNOWN,
        "unexplained burst",
    ),
    (0.5, ([360, 1500, 4, 1500, 5],), PASS, "1,800"),
    (0.5, ([180, 1500, 3, 1500, 6],), FAIL, 94),
    (0.75, ([720, 150, 0, 450, 0], [1, 150, 1, 450, 1], [60, 150, 0, 450, 3]), FAIL, 755),
    (0.05, ([120, 600, 1, 0, 0],), UNKNOWN, "too short"),
    (0.25, ([120, 450, 2, 150, 1],), UNKNOWN, "few requests"),
    (0.5, ([120, 0, 0, 0, 0],), UNKNOWN, "too short"),
]


def minutes(*runs: Sequence[int]) -> list[Minute]:
    return [Minute(*counts) for times, *counts in runs for _ in range(times)]


@pytest.mark.parametrize(("share", "runs", "verdict", "seen"), CASES)
def test_worked_cases(
    share: float, runs: Sequence[Sequence[int]], verdict: Verdict, seen: str | int
) -> None:
    part = judge_errors(minutes(*runs), share)
    assert part.verdict is verdict
    assert part.fail_minute == (seen if isinstance(seen, int) else None)
    assert isinstance(seen, int) or seen in part.reason


def test_evidence_is_what_the_worked_cases_say() -> None:
    few = judge_errors(minutes([330, 11, 0, 1, 0]), 0.05)
    enough = judge_errors(minutes([360, 11, 0, 1, 0]), 0.05)
    assert few.e_values["e_better"] == pytest.approx(16.2, abs=0.05)
    assert enough.e_values["e_better"] == pytest.approx(21.1, abs=0.05)
    three = judge_errors(minutes(*ONE_ERROR * 3, [57, 57, 0, 3, 0]), 0.05)
    four = judge_errors(minutes(*ONE_ERROR * 4, [36, 57, 0, 3, 0]), 0.05)
    assert three.e_values["e_worse"] == pytest.approx(51.0, abs=0.05)
    assert four.e_values["e_worse"] == pytest.approx(418.6, abs=0.05)


def test_errors_of_one_minute_are_one_vote() -> None:
    burst = judge_errors(minutes([20, 57, 0, 3, 0], [1, 57, 0, 3, 3], [99, 57, 0, 3, 0]), 0.05)
    assert burst.e_values["e_worse"] == pytest.approx(1.6, abs=0.05)


def test_a_burst_that_the_week_before_also_had_does_not_forbid_to_pass() -> None:
    runs = ([60, 300, 0, 300, 0], [5, 300, 0, 300, 60], [2000, 300, 0, 300, 0])
    assert "unexplained burst" in judge_errors(minutes(*runs), 0.5).reason
    assert judge_errors(minutes(*runs), 0.5, burst_rate=0.01).verdict is PASS


def test_an_hour_of_errors_forbids_to_pass_after_a_good_day() -> None:
    good_day, bad_hour = [1440, 190, 1, 10, 0], ([4, 190, 1, 10, 0], [1, 190, 1, 10, 1]) * 12
    part = judge_errors(minutes(good_day, *bad_hour), 0.05)
    assert part.verdict is UNKNOWN
    assert part.reason.startswith("last hour: 12 of 600 on Fargate")


def test_both_sides_failing_all_requests_never_pass() -> None:
    part = judge_errors(minutes([240, 100, 100, 100, 100]), 0.5)
    assert part.verdict is UNKNOWN
    assert part.reason.startswith(("above the limit", "last hour"))


def test_a_person_decides_when_waiting_would_not_help() -> None:
    nothing = judge_errors(minutes([120, 600, 1, 0, 0]), 0.05)
    slow = judge_errors(minutes([600, 1, 0, 1, 0], [600, 0, 0, 0, 0]), 0.75)
    soon = judge_errors(minutes([330, 11, 0, 1, 0]), 0.05)
    assert nothing.exit_code is slow.exit_code is ExitCode.ESCALATED
    assert soon.exit_code is ExitCode.NOT_ENOUGH_DATA


@given(st.sampled_from(list(LIMITS.values())), st.integers(0, 20))
def test_the_needed_requests_are_the_fewest_that_pass(limits: Limits, errors: int) -> None:
    needed = needed_requests(errors, limits.rate)
    assert evidence_below(errors, needed, limits.rate) >= PASSES_AT
    assert evidence_below(errors, needed - 1, limits.rate) < PASSES_AT


@given(st.randoms(use_true_random=False))
def test_a_side_without_traffic_proves_nothing(rnd: random.Random) -> None:
    counts = [Minute(rnd.randint(0, 50), 0, 0, 0) for _ in range(rnd.randint(0, 200))]
    part = judge_errors(counts, rnd.choice(list(LIMITS)))
    assert part.verdict is UNKNOWN


def test_evidence_does_not_grow_where_both_sides_fail_alike() -> None:
    """The mean of an e-value is at most 1 where there is no fault, however errors cluster."""
    rnd = random.Random(20261126)
    ends = []
    for _ in range(400):
        day = []
        for _ in range(240):
            burst = rnd.random() < 0.02
            ec2, fargate = (
                sum(rnd.random() < (0.3 if burst else 0.01) for _ in range(10)) for _ in "ab"
            )
            day.append(Minute(10, ec2, 10, fargate))
        ends.append(judge_errors(day, 0.5).e_values["e_worse"])
    mean = sum(ends) / len(ends)
    deviation = (sum((end - mean) ** 2 for end in ends) / (len(ends) - 1)) ** 0.5
    assert mean <= 1 + 3 * deviation / len(ends) ** 0.5


def test_refused_requests_fail_and_ordinary_mistakes_of_callers_do_not() -> None:
    ordinary = judge_client_errors(minutes([240, 950, 30, 50, 2]), 0.05)
    wrong_secret = judge_client_errors(minutes([120, 950, 30, 50, 50]), 0.05)
    few = judge_client_errors(minutes([240, 9500, 0, 500, 5]), 0.05)
    assert ordinary.verdict is few.verdict is PASS
    assert wrong_secret.verdict is FAIL
    assert judge_client_errors(minutes([30, 950, 30, 50, 2]), 0.05).verdict is UNKNOWN
