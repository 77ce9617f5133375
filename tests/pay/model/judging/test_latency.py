"""The judge of response times, by worked cases."""

from collections.abc import Sequence
from itertools import product
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.model.judging.latency import (
    LEAST_AN_HOUR,
    Pair,
    Percentile,
    choose_percentile,
    judge_latency,
    percentile_of,
    ratio,
)
from pay.model.judging.minutes import Minute
from pay.model.judging.part import JudgeExitCode, Verdict

SAME, SLOWER = Pair(100, 120), Pair(100, 140)


@pytest.mark.parametrize(
    ("pairs", "verdict", "name", "evidence"),
    [
        ([SAME] * 5, Verdict.NOT_ENOUGH_DATA, "e_better", 13.0),
        ([SAME] * 6, Verdict.PASS, "e_better", 22.9),
        ([SLOWER] * 10, Verdict.NOT_ENOUGH_DATA, "e_worse", 122.8),
        ([SLOWER] * 11, Verdict.FAIL, "e_worse", 226.5),
    ],
)
def test_worked_cases(pairs: Sequence[Pair], verdict: Verdict, name: str, evidence: float) -> None:
    part = judge_latency(pairs, block_minutes=5)
    assert part.verdict is verdict
    assert part.e_values[name] == pytest.approx(evidence, abs=0.05)


def test_a_ratio_that_changes_about_the_limit_proves_nothing() -> None:
    part = judge_latency([SLOWER, Pair(100, 110)] * 100, block_minutes=5)
    assert part.verdict is Verdict.NOT_ENOUGH_DATA


def test_a_fault_after_a_good_night_is_found_within_two_hours() -> None:
    """Restarts each hour: the good blocks before do not have to be outvoted."""
    part = judge_latency([SAME] * 144 + [SLOWER] * 24, block_minutes=5)
    assert part.verdict is Verdict.FAIL
    assert part.fail_minute is not None
    assert part.fail_minute - 720 <= 120


@pytest.mark.parametrize("good", [6, 60, 288])
@pytest.mark.parametrize("bad", [3, 4, 5])
def test_a_fault_of_the_last_blocks_does_not_pass(good: int, bad: int) -> None:
    part = judge_latency([SAME] * good + [SLOWER] * bad, block_minutes=5)
    assert part.e_values["e_better"] >= 20 or good == 6
    assert part.verdict is Verdict.NOT_ENOUGH_DATA
    assert part.needs is not None
    missing = int(part.needs.split()[0])
    after = [SAME] * good + [SLOWER] * bad
    assert judge_latency([*after, *[SAME] * missing], block_minutes=5).verdict is Verdict.PASS
    assert judge_latency([*after, *[SAME] * (missing - 1)], block_minutes=5).verdict is not (
        Verdict.PASS
    )


def test_a_fault_that_ended_within_the_last_blocks_does_not_pass() -> None:
    bad_then_good = [SAME] * 60 + [SLOWER] * 8 + [SAME]
    part = judge_latency(bad_then_good, block_minutes=5)
    assert part.verdict is Verdict.NOT_ENOUGH_DATA
    assert part.needs == "6 more blocks under 1.25 in a row"
    assert judge_latency([*bad_then_good, *[SAME] * 6], block_minutes=5).verdict is Verdict.PASS


@pytest.mark.parametrize("end", [[], [SLOWER], [SLOWER] * 2, [SLOWER, SAME, SLOWER, SAME]])
def test_single_slow_blocks_of_a_good_stage_pass(end: list[Pair]) -> None:
    assert judge_latency([SAME] * 60 + end, block_minutes=5).verdict is Verdict.PASS


@given(
    st.lists(st.sampled_from([SAME, SLOWER, Pair(None, 140)]), max_size=60),
    st.lists(st.just(Pair(None, 140)), max_size=3),
)
def test_nothing_passes_whose_newest_blocks_are_slower(
    pairs: list[Pair], empty: list[Pair]
) -> None:
    late = [*[SAME] * 40, *pairs, *[SLOWER] * 3, *empty]
    assert judge_latency(late, block_minutes=5).verdict is not Verdict.PASS


@given(st.lists(st.sampled_from([SAME, SLOWER])))
def test_blocks_with_too_few_requests_say_nothing(pairs: list[Pair]) -> None:
    empty = [Pair(None, 140), Pair(100, None), Pair(None, None)]
    assert judge_latency(empty * 40, block_minutes=60).verdict is Verdict.NOT_ENOUGH_DATA
    alone = judge_latency(pairs, block_minutes=60)
    after = judge_latency([*pairs, *empty], block_minutes=60)
    assert alone.e_values["e_better"] == after.e_values["e_better"]


def test_evidence_does_not_grow_where_a_coin_makes_blocks_slower() -> None:
    """The mean over all days is what was bet: half at first, a quarter after an hour."""
    days = product([SLOWER, SAME], repeat=8)
    ends = [judge_latency(day, block_minutes=10).e_values["e_worse"] for day in days]
    assert mean(ends) == pytest.approx(0.75)


def test_one_bad_block_does_not_move_the_ratio() -> None:
    assert ratio([Pair(100, 110)] * 9 + [Pair(100, 9000)]) == pytest.approx(1.1)


def test_the_blocks_that_are_missing_are_those_that_pass() -> None:
    few = judge_latency([SAME] * 3 + [SLOWER], block_minutes=10)
    assert few.needs is not None
    missing = int(few.needs.split()[0])
    assert few.wait_minutes == 10 * missing
    passes = [SAME] * 3 + [SLOWER] + [SAME] * missing
    assert judge_latency(passes, block_minutes=10).verdict is Verdict.PASS
    assert judge_latency(passes[:-1], block_minutes=10).verdict is Verdict.NOT_ENOUGH_DATA


def test_blocks_that_take_more_than_a_day_are_for_a_person() -> None:
    long = judge_latency([SLOWER] * 10, block_minutes=60)
    assert (long.needs, long.wait_minutes) == ("over 24 more blocks under 1.25 in a row", None)
    assert long.exit_code is JudgeExitCode.ESCALATED
    soon = judge_latency([SLOWER] * 10, block_minutes=10)
    assert soon.wait_minutes
    assert soon.exit_code is JudgeExitCode.NOT_ENOUGH_DATA


def test_the_fewest_requests_that_show_a_percentile_do() -> None:
    assert choose_percentile(LEAST_AN_HOUR / 60) == Percentile(50, 60)
    assert choose_percentile((LEAST_AN_HOUR - 1) / 60) is None


def test_a_service_may_have_a_limit_of_its_own() -> None:
    assert judge_latency([SLOWER] * 11, block_minutes=5, slower_by=1.5).verdict is Verdict.PASS


NIGHT, DAY = Minute(90, 0, 30, 0), Minute(1350, 0, 450, 0)


def test_what_is_compared_stays_the_same_when_more_requests_come() -> None:
    """A percentile of a busy day has too few requests by night: a FAIL of the night would go."""
    choices = {percentile_of([*[NIGHT] * 300, *[DAY] * end]) for end in range(0, 600, 30)}
    assert choices == {Percentile(95, 10)}
    assert percentile_of([*[DAY] * 60, *[NIGHT] * 600]) == Percentile(99, 5)


def test_hours_without_a_percentile_wait_for_one_that_has_it() -> None:
    assert percentile_of([]) is None
    assert percentile_of([Minute(600, 0, 0, 0)] * 120) is None
    late = percentile_of([*[Minute(600, 0, 0, 0)] * 120, *[DAY] * 60])
    assert late is not None
    assert percentile_of([*[Minute(600, 0, 0, 0)] * 120, *[DAY] * 600]) == late
