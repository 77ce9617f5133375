"""What a total would usually be: the same local time of four weeks, at the level of today."""

from datetime import date, datetime, timedelta

import pytest

from pay.model.judging.dip import TotalBlock, judge_dip
from pay.model.judging.part import Verdict
from pay.model.stage.dwell import LOCAL_ZONE
from rollout.measure.expected import WEEKS, bank_holidays, blocks, minutes_without, usual
from rollout.measure.span import WEEK, Span

NOON = datetime(2026, 11, 25, 12, tzinfo=LOCAL_ZONE)


def stamp(moment: datetime) -> int:
    return int(moment.timestamp())


def weeks(noon: datetime, *values: float, hours: int = 6) -> dict[int, float]:
    """The same requests in each 5 minutes of the hours around a time, in the weeks before."""
    first = noon.replace(tzinfo=None) - timedelta(hours=hours)
    return {
        stamp((first + timedelta(minutes=5 * n, weeks=-week)).replace(tzinfo=LOCAL_ZONE)): value
        for week, value in enumerate(values, start=1)
        for n in range(hours * 24)
    }


def test_the_usual_is_the_median_of_four_weeks() -> None:
    assert usual(weeks(NOON, 100, 300, 110, 90), stamp(NOON)) == 105


def test_the_clocks_do_not_shift_the_week_before() -> None:
    """Noon on the Monday after summer time ended is an hour later in UTC."""
    monday = datetime(2026, 10, 26, 12, tzinfo=LOCAL_ZONE)
    same_hour_in_utc = stamp(monday) - 7 * 86_400
    assert usual({same_hour_in_utc - 3600: 1.0}, stamp(monday)) == 1.0
    assert usual({same_hour_in_utc: 1.0}, stamp(monday)) is None


def test_a_bank_holiday_is_not_usual() -> None:
    tuesday_after = datetime(2026, 9, 7, 12, tzinfo=LOCAL_ZONE)  # 31 August was one
    assert usual(weeks(tuesday_after, 1, 100, 100, 100), stamp(tuesday_after)) == 100
    assert bank_holidays(Span(NOON, NOON + timedelta(hours=1))) == []
    christmas = datetime(2026, 12, 25, 12, tzinfo=LOCAL_ZONE)
    assert bank_holidays(Span(christmas - timedelta(days=1), christmas)) == [christmas.date()]


def test_the_level_of_the_last_hours_scales_what_is_expected() -> None:
    """A quiet day is no dip; requests that go missing within minutes are one."""
    totals = weeks(NOON, *[1000.0] * WEEKS)
    start = stamp(NOON)
    totals |= {start - 300 * n: 500.0 for n in range(1, 30)}
    totals |= {start + 300 * n: 500.0 for n in range(6)}
    totals |= {start + 300 * n: 100.0 for n in range(6, 12)}
    found, minutes = blocks(totals, Span(NOON, NOON + timedelta(hours=1)))
    assert minutes == 5
    assert [block.is_low for block in found] == [False] * 6 + [True] * 6
    assert found[0].expected == pytest.approx(500)


@pytest.mark.parametrize(("usual_total", "expected_minutes"), [(40, 5), (15, 15), (3, 60), (1, 60)])
def test_few_requests_make_long_blocks(usual_total: float, expected_minutes: int) -> None:
    totals = weeks(NOON, *[usual_total] * WEEKS)
    _, minutes = blocks(totals, Span(NOON, NOON + timedelta(hours=3)))
    assert minutes == expected_minutes


def test_a_dip_of_the_night_is_still_one_by_noon() -> None:
    """Blocks keep their length when the day brings more requests."""
    night = NOON.replace(hour=1)
    first = stamp(night - timedelta(hours=2))
    requests = [20.0 if number < 84 else 400.0 for number in range(26 * 12)]
    totals = {
        first + 300 * number - week * 7 * 24 * 3600: value
        for number, value in enumerate(requests)
        for week in range(WEEKS + 1)
    }
    totals |= {stamp(night) + 300 * number: 0.0 for number in range(24, 48)}
    ends = range(5, 14)
    found = [blocks(totals, Span(night, night + timedelta(hours=hours))) for hours in ends]
    assert len({minutes for _, minutes in found}) == 1
    judged = [judge_dip(seen, block_minutes=minutes) for seen, minutes in found]
    assert len({(part.verdict, part.fail_minute) for part in judged}) == 1


def night_after_a_day(seen: float) -> list[TotalBlock]:
    """Blocks of five minutes from an afternoon to the end of a thin night; `seen` of the last two
    hours arrived.
    """
    start = NOON.replace(hour=15)
    first = stamp(start - timedelta(hours=2))
    requests = [200.0 if number < 8 * 12 else 10.0 for number in range(14 * 12)]
    totals = {
        first + 300 * number - week * 7 * 24 * 3600: value
        for number, value in enumerate(requests)
        for week in range(WEEKS + 1)
    }
    totals |= dict.fromkeys(range(first + 12 * 3600, first + 14 * 3600, 300), 10 * seen)
    found, minutes = blocks(totals, Span(start, start + timedelta(hours=12)))
    assert minutes == 5
    assert len(found) == 12 * 12
    return found


def test_thin_blocks_of_a_night_are_joined() -> None:
    """Each hour of the night counts, where a block of five minutes alone expects too few."""
    found = night_after_a_day(1.0)
    night = [block for block in found[6 * 12 :] if block.counts]
    assert len(night) == 24
    assert {block.observed for block in night} == {30.0}
    assert judge_dip(found).verdict is Verdict.PASS
    assert sum(block.observed for block in found) == 6 * 12 * 200 + 6 * 12 * 10


def test_a_dip_of_a_thin_night_is_found() -> None:
    part = judge_dip(night_after_a_day(0.0))
    assert part.verdict is Verdict.FAIL
    assert part.fail_minute is not None
    assert part.fail_minute > 10 * 60


def test_nothing_is_expected_without_a_week_before() -> None:
    with pytest.raises(LookupError, match="no week before"):
        blocks({stamp(NOON): 5.0}, Span(NOON, NOON + timedelta(hours=1)))


@pytest.mark.parametrize("end", [(28, 9), (30, 0), (34, 23)])
def test_a_bank_holiday_leaves_the_window_when_it_says(end: tuple[int, int]) -> None:
    """The substitute day of Boxing Day in 2026, and a window of a week at most."""
    looked = datetime(2026, 12, 1, end[1], 30, tzinfo=LOCAL_ZONE) + timedelta(days=end[0] - 1)
    holiday = date(2026, 12, 28)
    left = looked + timedelta(minutes=minutes_without(holiday, looked, WEEK))
    before = left - timedelta(minutes=1)
    assert looked < left
    assert holiday in bank_holidays(Span(before - WEEK, before))
    assert holiday not in bank_holidays(Span(left - WEEK, left))
