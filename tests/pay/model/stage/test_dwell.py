"""How long a service stays at a stage, and when a daily peak was within."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.model import Ladder, Stage, Timing
from pay.model.stage.dwell import drain, has_seen_a_peak, holds_a_peak, peak_of, shortest_dwell
from pay.model.stage.invariants import has_dwelt, has_passed

TIMING = Timing()
MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
moments = st.datetimes(
    min_value=datetime(2026, 1, 1), max_value=datetime(2026, 12, 31), timezones=st.just(UTC)
)


def at(hour: int, *, days: int = 0) -> datetime:
    return MONDAY + timedelta(days=days, hours=hour)


def test_the_drain_is_the_sum_of_what_keeps_a_client_on_the_old_side() -> None:
    assert drain(Timing(longest_request_seconds=60)) == timedelta(seconds=60 + 60 + 30 + 300 + 60)


@pytest.mark.parametrize(
    ("stage", "dwell"),
    [
        (Stage.DARK, timedelta(0)),
        (Stage.READY, timedelta(seconds=480)),
        (Stage.CANARY, timedelta(hours=1)),
        (Stage.MOST, timedelta(hours=1)),
        (Stage.CUTOVER, timedelta(seconds=480)),
        (Stage.SOAK, timedelta(days=7)),
        (Stage.DETACHED, timedelta(seconds=480)),
    ],
)
def test_the_shortest_dwell_of_a_stage(stage: Stage, dwell: timedelta) -> None:
    assert shortest_dwell(stage, TIMING) == dwell


@given(st.sampled_from(Stage), moments)
def test_i12_a_service_has_dwelt_from_the_second_that_the_time_is_over(
    stage: Stage, since: datetime
) -> None:
    enough = since + shortest_dwell(stage, TIMING)
    assert has_dwelt(stage, TIMING, since, enough)
    assert not has_dwelt(stage, TIMING, since, enough - timedelta(seconds=1))


def test_a_peak_counts_only_when_it_is_whole() -> None:
    assert holds_a_peak(at(10), at(15))
    assert not holds_a_peak(at(11), at(23))
    assert not holds_a_peak(at(0), at(14))
    assert holds_a_peak(at(11), at(15, days=1))


def test_the_weekend_has_no_peak() -> None:
    assert peak_of(at(0, days=5).date()) is None
    assert not holds_a_peak(at(16, days=4), at(9, days=7))


def test_a_bank_holiday_has_no_peak() -> None:
    christmas = datetime(2026, 12, 25, tzinfo=UTC)
    assert peak_of(christmas.date()) is None
    assert not holds_a_peak(christmas, christmas + timedelta(days=3))


def test_the_peak_follows_summer_time() -> None:
    july = datetime(2026, 7, 6, tzinfo=UTC)
    assert holds_a_peak(july + timedelta(hours=9), july + timedelta(hours=14))
    assert not holds_a_peak(at(9), at(14))


@pytest.mark.parametrize("stage", [Stage.READY, Stage.CANARY, Stage.CUTOVER, Stage.SOAK])
def test_a_peak_seen_at_another_stage_than_quarter_to_most_does_not_count(stage: Stage) -> None:
    stays = [(stage, at(9), at(17))]
    assert not has_seen_a_peak(Ladder(), stays)
    assert has_seen_a_peak(Ladder(), [*stays, (Stage.HALF, at(9, days=1), at(17, days=1))])


def test_a_short_ladder_sees_the_peak_at_its_last_stage_before_cutover() -> None:
    short = Ladder(quarter=None, half=None, most=None)
    assert has_seen_a_peak(short, [(Stage.CANARY, at(9), at(17))])


@given(moments, st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9)))
def test_six_days_always_hold_a_peak_and_less_than_its_length_never(
    start: datetime, length: timedelta
) -> None:
    # Easter and Christmas are four days without one, and a stay may begin just after the last.
    if length >= timedelta(days=6):
        assert holds_a_peak(start, start + length)
    if length < timedelta(hours=5):
        assert not holds_a_peak(start, start + length)


def test_i15_the_environment_before_has_passed_when_it_is_beyond_or_has_dwelt() -> None:
    now = at(12)
    long_ago, just_now = now - timedelta(days=8), now - timedelta(minutes=1)
    assert has_passed(Stage.CANARY, Stage.QUARTER, TIMING, just_now, now)
    assert has_passed(Stage.CANARY, Stage.CANARY, TIMING, long_ago, now)
    assert not has_passed(Stage.CANARY, Stage.CANARY, TIMING, just_now, now)
    assert not has_passed(Stage.CANARY, Stage.CANARY, TIMING, None, now)
    assert not has_passed(Stage.CANARY, Stage.READY, TIMING, long_ago, now)
    assert has_passed(Stage.RETIRED, Stage.RETIRED, TIMING, None, now)


@given(st.sampled_from(Stage), st.sampled_from(Stage), moments, moments)
def test_i15_what_passes_goes_on_passing_with_time_and_progress(
    stage: Stage, reached: Stage, since: datetime, now: datetime
) -> None:
    if reached.position < stage.position:
        assert not has_passed(stage, reached, TIMING, since, now)
        return
    passed = has_passed(stage, reached, TIMING, since, now)
    assert has_passed(stage, reached, TIMING, since, now + timedelta(hours=1)) >= passed
    further = [later for later in Stage if later.position > reached.position]
    assert all(has_passed(stage, later, TIMING, now, now) for later in further)
    if shortest_dwell(stage, TIMING):
        assert passed == (reached is not stage or now - since >= shortest_dwell(stage, TIMING))
        # Without a journal nobody knows how long it stayed.
        assert has_passed(stage, stage, TIMING, None, now) is False
