"""When every move can happen at the earliest."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from pay.model import Stage
from pay.model.stage.dwell import LOCAL_ZONE, holds_a_peak, peak_of, peak_stages, shortest_dwell
from rollout.schedule.timetable import PlannedMove, next_slot, timetable
from tests.support.checkout import Checkout

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MONDAY = date(2026, 11, 23)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))


def walk(checkout: Checkout, environment: str, service: str) -> list[PlannedMove]:
    plan = timetable(checkout.standings(NOW), environment, MONDAY)
    return [move for wave in plan for move in wave.moves if move.service == service]


@given(moments)
def test_a_move_is_made_on_a_working_day_and_never_within_the_peak(earliest: datetime) -> None:
    at = next_slot(earliest)
    peak = peak_of(at.date())
    assert earliest <= at <= earliest + timedelta(days=6)
    assert at.date() not in country_holidays("GB", subdiv="ENG")
    assert peak is not None
    assert not peak[0] <= at < peak[1]


def test_christmas_is_no_working_day() -> None:
    christmas_eve = datetime(2026, 12, 24, 16, tzinfo=UTC)
    assert next_slot(christmas_eve).date() == date(2026, 12, 29)


def test_a_service_walks_through_every_stage_in_order(checkout: Checkout) -> None:
    moves = walk(checkout, "test-12", "ledger")
    assert [move.before for move in moves] == list(Stage)[:-1]
    assert [move.after for move in moves] == list(Stage)[1:]
    assert all(a.at < b.at for a, b in pairwise(moves))


@pytest.mark.parametrize("environment", ["test-12", "staging-2", "production-2", "test-perf-1"])
def test_every_stay_is_long_enough_and_one_spans_a_daily_peak(
    environment: str, checkout: Checkout
) -> None:
    standings = checkout.standings(NOW)
    ladder = standings.environments[environment].ladder
    for service, microservice in standings.catalogue.items():
        moves = walk(checkout, environment, service)
        stays = [(a.after, a.at, b.at) for a, b in pairwise(moves)]
        for stage, entered, left in stays:
            assert left - entered >= shortest_dwell(stage, microservice.timing)
        assert any(
            holds_a_peak(entered, left)
            for stage, entered, left in stays
            if stage in peak_stages(ladder)
        )


def test_a_wave_takes_off_after_the_one_before_is_out_of_flight(checkout: Checkout) -> None:
    plan = timetable(checkout.standings(NOW), "test-12", MONDAY)
    for earlier, later in pairwise(plan):
        out = max(move.at for move in earlier.moves if move.after is Stage.DETACHED)
        assert later.start > out


def test_no_stage_is_reached_before_the_environment_before_has_passed_it(
    checkout: Checkout,
) -> None:
    checkout.put("test-12", "webhooks", "half", now=NOW, ago=timedelta(days=1))
    for service in ("ledger", "webhooks", "connector"):
        timing = checkout.standings(NOW).catalogue[service].timing
        before = {move.after: move.at for move in walk(checkout, "test-12", service)}
        for move in walk(checkout, "staging-2", service):
            if move.after in before:
                passed = before[move.after] + shortest_dwell(move.after, timing)
                later = [before[s] for s in before if s.position > move.after.position]
                assert move.at >= min([passed, *later])


def test_a_stay_that_has_begun_counts_from_the_journal(checkout: Checkout) -> None:
    checkout.put("test-12", "ledger", "soak", now=NOW, ago=timedelta(days=5))
    detached = walk(checkout, "test-12", "ledger")[0]
    assert detached.at == datetime(2026, 11, 24, 15, tzinfo=LOCAL_ZONE)


def test_nothing_is_planned_for_the_past(checkout: Checkout) -> None:
    plan = timetable(checkout.standings(NOW), "test-12", date(2020, 1, 1))
    assert plan[0].start >= NOW
