"""The judge of the total of both sides, by worked cases."""

from collections.abc import Sequence

import pytest

from pay.model.judging.dip import TotalBlock, judge_dip
from pay.model.judging.part import Verdict

USUAL, LOW = TotalBlock(1000, 1000), TotalBlock(400, 1000)


@pytest.mark.parametrize(
    ("blocks", "verdict"),
    [
        ([USUAL] * 12 + [LOW] * 2, Verdict.NOT_ENOUGH_DATA),
        ([USUAL] * 12 + [LOW] * 3, Verdict.FAIL),
        ([LOW] * 2, Verdict.FAIL),
        ([TotalBlock(750, 1000)] * 24, Verdict.PASS),
        ([TotalBlock(5, 20)] * 24, Verdict.NOT_ENOUGH_DATA),
        ([TotalBlock(0, 0)] * 24, Verdict.NOT_ENOUGH_DATA),
        ([USUAL] * 12, Verdict.PASS),
        ([USUAL] * 11, Verdict.NOT_ENOUGH_DATA),
        ([], Verdict.NOT_ENOUGH_DATA),
    ],
)
def test_worked_cases(blocks: Sequence[TotalBlock], verdict: Verdict) -> None:
    assert judge_dip(blocks).verdict is verdict


def test_two_low_blocks_are_almost_enough() -> None:
    almost = judge_dip([USUAL] * 12 + [LOW] * 2)
    assert almost.e_values["e"] == pytest.approx(156.3, abs=0.05)
    assert judge_dip([LOW] * 2).e_values["e"] == 312.5


def test_a_doubt_ends_after_as_many_blocks_as_it_says() -> None:
    lows = [*[USUAL] * 12, *[LOW] * 2]
    almost = judge_dip(lows)
    assert (almost.needs, almost.wait_minutes) == ("4 more blocks that are not low", 20)
    assert judge_dip([*lows, *[USUAL] * 3]).verdict is Verdict.NOT_ENOUGH_DATA
    assert judge_dip([*lows, *[USUAL] * 4]).verdict is Verdict.PASS


def test_a_dip_after_a_good_night_is_found_in_a_quarter_of_an_hour() -> None:
    part = judge_dip([USUAL] * 144 + [LOW] * 4)
    assert part.verdict is Verdict.FAIL
    assert part.fail_minute is not None
    assert part.fail_minute - 720 <= 20


def test_a_low_block_of_few_requests_may_be_chance() -> None:
    assert not TotalBlock(20, 31).is_low
    assert TotalBlock(2, 31).is_low
