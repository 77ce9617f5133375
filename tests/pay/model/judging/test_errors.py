"""The judge of failed requests, by cases whose answers were worked out before the code was."""

import random
from collections.abc import Sequence
from itertools import compress, product
from math import comb, prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pay.model.judging.before import Before, judge_errors_alone
from pay.model.judging.e_values import PASSES_AT
from pay.model.judging.errors import judge_client_errors, judge_errors
from pay.model.judging.limits import CLIENT_ERRORS, LIMITS, SERVER_ERRORS, Failing, Limits
from pay.model.judging.minutes import Minute
from pay.model.judging.part import JudgeExitCode, Verdict
from pay.model.judging.rates import evidence_below, needed_requests
from pay.model.judging.votes import first_failure

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
    assert part.needs == "an hour in which at most 1.58% fail on Fargate"
    assert part.wait_minutes == 15
    for wait, verdict in ((14, UNKNOWN), (15, PASS)):
        later = judge_errors(minutes(good_day, *bad_hour, [wait, 190, 1, 10, 0]), 0.05)
        assert later.verdict is verdict


def test_both_sides_failing_all_requests_never_pass() -> None:
    part = judge_errors(minutes([240, 100, 100, 100, 100]), 0.5)
    assert part.verdict is UNKNOWN
    assert part.reason.startswith(("above the limit", "last hour"))


def test_a_person_decides_when_waiting_would_not_help() -> None:
    nothing = judge_errors(minutes([120, 600, 1, 0, 0]), 0.05)
    slow = judge_errors(minutes([600, 1, 0, 1, 0], [600, 0, 0, 0, 0]), 0.75)
    soon = judge_errors(minutes([330, 11, 0, 1, 0]), 0.05)
    assert nothing.exit_code is slow.exit_code is JudgeExitCode.ESCALATED
    assert soon.exit_code is JudgeExitCode.NOT_ENOUGH_DATA


@pytest.mark.parametrize(
    ("minute", "said", "wait"),
    [
        ([950, 0, 0, 0], "; Fargate got no request", None),
        ([0, 0, 50, 0], "; EC2 got no request", None),
        ([0, 0, 0, 0], "; Fargate and EC2 got no request", None),
        ([950, 0, 50, 0], "in 50 of 60 minutes", 10),
    ],
)
def test_a_side_without_a_request_is_named_and_has_no_time(
    minute: Sequence[int], said: str, wait: float | None
) -> None:
    part = judge_errors(minutes([50, *minute]), 0.05)
    assert part.reason.endswith(said)
    assert part.wait_minutes == wait


@pytest.mark.parametrize(("count", "exit_code"), [(0, 3), (1, 3), (29, 3), (30, 4)])
def test_no_person_is_asked_right_after_a_move(count: int, exit_code: int) -> None:
    """Nothing has come to Fargate yet: a few minutes prove no silence, and watching goes on."""
    young = minutes([count, 950, 0, 0, 0])
    assert judge_errors(young, 0.05).exit_code == exit_code
    assert judge_errors_alone(young, Before(0.001, 1)).exit_code == exit_code


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


def a_bad_day(rnd: random.Random) -> list[Minute]:
    """A day whose errors come in bursts, of one side or of both."""
    day = []
    for _ in range(48):
        rates = [0.3 if rnd.random() < 0.05 else 0.01 for _ in "ab"]
        for _ in range(5):
            ec2, fargate = (sum(rnd.random() < rate for _ in range(10)) for rate in rates)
            day.append(Minute(10, ec2, 10, fargate))
    return day


def shuffled(day: Sequence[Minute], rnd: random.Random) -> list[Minute]:
    """The same day with the sides of each block exchanged by a coin."""
    blocks = (day[at : at + 10] for at in range(0, len(day), 10))
    return [
        Minute(*(minute if keep else (*minute[2:], *minute[:2])))
        for block in blocks
        for keep in [rnd.random() < 0.5]
        for minute in block
    ]


@pytest.mark.parametrize("seed", range(3))
def test_evidence_does_not_grow_where_a_coin_names_the_sides(seed: int) -> None:
    """The mean of an e-value is at most 1 where neither side is worse, however errors cluster."""
    rnd = random.Random(seed)
    day = a_bad_day(rnd)
    ends = [judge_errors(shuffled(day, rnd), 0.5).e_values["e_worse"] for _ in range(150)]
    mean = sum(ends) / len(ends)
    deviation = (sum((end - mean) ** 2 for end in ends) / (len(ends) - 1)) ** 0.5
    assert mean <= 1 + 3 * deviation / len(ends) ** 0.5


CAUSE = st.sampled_from([0, 1, 2, 12, 40])
"""Errors that one cause makes in a minute."""


@pytest.mark.parametrize("failing", [SERVER_ERRORS, CLIENT_ERRORS], ids=["5xx", "4xx"])
@pytest.mark.parametrize("share", LIMITS)
@given(causes=st.lists(st.tuples(CAUSE, CAUSE), min_size=1, max_size=3))
@settings(max_examples=20)
def test_evidence_gains_nothing_on_average_at_the_tolerated_rate(
    failing: Failing, share: float, causes: list[tuple[int, int]]
) -> None:
    """Half of the stake is bet in the first hour, and the mean over all days is at most that. The
    errors of a minute have two causes, and each strikes one side.
    """
    ec2, fargate = round(1000 * (1 - share)), round(1000 * share)
    odds = failing.tolerance * fargate / ec2
    chances = {True: odds / (1 + odds), False: 1 / (1 + odds)}
    mean = 0.0
    for sides in product(chances, repeat=2 * len(causes)):
        day: list[Minute] = []
        for at, errors in enumerate(causes):
            struck = sides[2 * at : 2 * at + 2]
            on_fargate = sum(compress(errors, struck))
            day.append(Minute(ec2, sum(errors) - on_fargate, fargate, on_fargate))
            day += [Minute(ec2, 0, fargate, 0)] * 9
        evidence, _ = first_failure(day, LIMITS[share].block_minutes, failing)
        mean += prod(chances[side] for side in sides) * evidence
    assert mean <= 0.5 + 1e-9


@given(st.sampled_from(list(LIMITS.values())), st.integers(1, 300))
def test_evidence_of_a_pass_gains_nothing_on_average_at_the_limit(
    limits: Limits, requests: int
) -> None:
    """Over all numbers of errors, each with its chance (binomial)."""
    rate = limits.rate
    mean = sum(
        comb(requests, errors)
        * rate**errors
        * (1 - rate) ** (requests - errors)
        * evidence_below(errors, requests, rate)
        for errors in range(requests + 1)
    )
    assert mean == pytest.approx(1)


@pytest.mark.parametrize("share", LIMITS)
def test_a_fail_that_a_look_found_is_never_taken_back(share: float) -> None:
    """Bursts of a quiet night stay bursts when a busy day makes more errors usual."""
    ec2, fargate = round(100 * (1 - share)), round(100 * share)
    quiet = [Minute(ec2, 0, fargate, 0)] * 4 + [Minute(ec2, 1, fargate, 0)]
    burst = [Minute(ec2, 0, fargate, 0)] * 4 + [Minute(ec2, 0, fargate, min(fargate, 12))]
    busy = [Minute(10 * ec2, 2, 10 * fargate, 0)] * 4 + [Minute(10 * ec2, 2, 10 * fargate, 2)]
    night = quiet * 36 + burst * 35
    first = next(
        part
        for end in range(len(quiet) * 36, len(night) + 1)
        if (part := judge_errors(night[:end], share)).verdict is FAIL
    )
    later = judge_errors(night + busy * 120, share)
    assert (later.verdict, later.fail_minute) == (FAIL, first.fail_minute)
    assert (later.reason, later.e_values["e_worse"]) == (first.reason, first.e_values["e_worse"])


def test_what_is_missing_has_a_number_and_a_time() -> None:
    few = judge_errors(minutes([330, 11, 0, 1, 0]), 0.05)
    assert few.needs == "24 more Fargate requests without error"
    assert few.wait_minutes == 24
    later = judge_errors(minutes([330 + 24, 11, 0, 1, 0]), 0.05)
    assert later.verdict is PASS


@pytest.mark.parametrize(
    ("ec2", "fargate", "share", "reference"),
    [(570, 30, 0.05, 111), (450, 150, 0.25, 66), (300, 300, 0.5, 45), (150, 450, 0.75, 64)],
)
def test_says_how_soon_it_would_have_seen_a_fault(
    ec2: int, fargate: int, share: float, reference: int
) -> None:
    """Half of simulated faults of 5 times 0.1 % are found by the minute of the reference."""
    hours = [[999, ec2, 0, fargate, 0], [1, ec2, ec2, fargate, 0]]
    part = judge_errors(minutes(*hours), share)
    assert part.sees is not None
    text, _, minute = part.sees.removesuffix(" min").rpartition(" ")
    assert text == "errors of 0.50% on Fargate in about"
    assert int(minute) == pytest.approx(reference, rel=0.35)


def test_refused_requests_fail_and_ordinary_mistakes_of_callers_do_not() -> None:
    ordinary = judge_client_errors(minutes([240, 950, 30, 50, 2]), 0.05)
    wrong_secret = judge_client_errors(minutes([120, 950, 30, 50, 50]), 0.05)
    few = judge_client_errors(minutes([240, 9500, 0, 500, 5]), 0.05)
    assert ordinary.verdict is few.verdict is PASS
    assert wrong_secret.verdict is FAIL
    assert judge_client_errors(minutes([30, 950, 30, 50, 2]), 0.05).verdict is UNKNOWN


@pytest.mark.parametrize("bad_minutes", [5, 10, 15])
def test_requests_that_are_refused_of_late_do_not_pass(bad_minutes: int) -> None:
    """Twelve good hours outvote the first minutes of a wrong secret."""
    part = judge_client_errors(minutes([720, 950, 30, 50, 2], [bad_minutes, 950, 30, 50, 40]), 0.05)
    assert part.verdict is UNKNOWN
    assert "last hour" in part.reason
    assert part.needs == "an hour in which at most 9.47% fail on Fargate"
    assert part.wait_minutes
    until = [int(part.wait_minutes), 950, 30, 50, 0]
    after = minutes([720, 950, 30, 50, 2], [bad_minutes, 950, 30, 50, 40], until)
    assert judge_client_errors(after, 0.05).verdict is PASS
    assert judge_client_errors(after[:-1], 0.05).verdict is UNKNOWN


def test_callers_who_are_refused_alike_on_both_sides_pass() -> None:
    part = judge_client_errors(minutes([720, 950, 30, 50, 2], [30, 950, 800, 50, 45]), 0.05)
    assert part.verdict is PASS
