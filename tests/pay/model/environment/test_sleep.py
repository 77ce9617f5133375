"""When an environment sleeps: what its hours mean, and which hours are refused."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pay.environments.load import load_environment
from pay.model import Environment, InvalidInput
from pay.model.environment.sleep import LONGEST_STOP, Sleep
from pay.model.environment.wakes import ALARM_LAG, DAYS, SHORTEST, PartKind
from pay.sleep.planned import LONGEST_DELAY
from tests.conftest import ROOT

LONDON = "Europe/London"


def refusals(**values: Any) -> list[str]:
    try:
        Sleep(**{"timezone": LONDON, **values})
    except ValidationError as error:
        return [str(each["msg"]) for each in error.errors()]
    return []


@pytest.mark.parametrize(
    "values",
    [
        {"nightly": "23:00 for 4h"},
        {"nightly": "09:00 for 8h30m"},
        {"wakes": ("Mon-Fri 09:00 for 8h", "Sat 12:00 for 2h")},
        {"nightly": "23:00 for 4h", "wakes": ("Sun 03:15 UTC for 95m databases",)},
        {"wakes": ("Sun 03:15 UTC for 95m databases",)},
        {"wakes": ("Mon 01:30 for 8h",)},  # clocks change on Sundays
        {"nightly": "01:30 UTC for 2h"},  # and UTC never does
    ],
)
def test_takes_hours_of_every_week(values: dict[str, Any]) -> None:
    assert refusals(**values) == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"nightly": "23:00 for 2h30m"}, "01:30 and 01:40 is in the hour of a clock change"),
        ({"nightly": "02:30 for 2h"}, "01:45"),
        ({"nightly": "23:00 for 1h55m"}, "01:05"),
        ({"nightly": "00:50 for 8h"}, "01:05"),
        ({"wakes": ("Sun 01:00 for 8h",)}, "clock change"),
        ({"wakes": ("Sun 02:00 for 8h",), "timezone": "America/New_York"}, "clock change"),
        ({}, "no planned wake"),
        ({"wakes": ("Sun 03:15 for 50m databases",)}, "168.167 hours"),
        ({"wakes": ("Sun 03:15 for 35m databases",)}, "less than 7 days"),
        ({"nightly": "Mon 23:00 for 4h"}, "no days"),
        ({"wakes": ("23:00 for 4h",)}, "days first"),
        ({"wakes": ("Son 23:00 for 4h",)}, "such as Sun, Mon-Fri"),
        ({"wakes": ("Mon-Wed-Fri 23:00 for 4h",)}, "such as Sun, Mon-Fri"),
        ({"nightly": "23:00 for 24h"}, "less than a day"),
        ({"nightly": "23:00 for 55m"}, "from 60 minutes"),
        ({"wakes": ("Sun 03:15 for 5m databases",)}, "from 15 minutes"),
        ({"nightly": "23:00 for 4h", "wakes": ("Tue 03:00 for 4h",)}, "goes on"),
        ({"nightly": "22:00 for 4h", "wakes": ("Tue 23:00 UTC for 4h",)}, "goes on"),
        ({"nightly": "22:00 for 4h", "wakes": ("Tue 02:50 for 4h databases",)}, None),
        ({"nightly": "22:00 for 4h", "timezone": "Europe/Pay"}, "IANA"),
    ],
)
def test_refuses_hours(values: dict[str, Any], words: str | None) -> None:
    found = refusals(**values)
    if words is None:
        assert found == []
    else:
        assert any(words in each for each in found), found


@settings(max_examples=25)
@given(
    st.integers(0, 6),
    st.integers(0, 24 * 60 - 1),
    st.integers(15, 20 * 60),
    st.sampled_from([LONDON, "America/New_York", "UTC"]),
)
def test_what_is_taken_never_lets_rds_start_a_database(
    day: int, minute: int, length: int, zone: str
) -> None:
    """Over a year, with both clock changes: no stop is as long as RDS allows."""
    text = f"{DAYS[day]} {minute // 60:02}:{minute % 60:02} for {length}m"
    try:
        sleep = Sleep(timezone=zone, wakes=(text,))
    except ValidationError:
        return
    [wake] = sleep.planned
    spans = [*wake.spans(datetime(2029, 1, 1, tzinfo=UTC), datetime(2030, 1, 10, tzinfo=UTC))]
    stops = [begin - end for (_, end), (begin, _) in pairwise(spans)]
    assert len(spans) >= 52
    assert max(stops) < LONGEST_STOP


def test_stops_are_repeated_on_days_without_a_wake() -> None:
    sleep = Sleep(timezone=LONDON, wakes=("Mon-Fri 09:00 for 8h", "Sat 12:00 for 8h"))
    crons = [stop.cron for stop in sleep.stops()]
    # On Saturday the first would end what goes on until eight.
    assert crons == ["cron(0 17 ? * SUN,MON,TUE,WED,THU,FRI *)", "cron(0 20 ? * * *)"]


def test_says_what_is_planned_also_over_midnight_and_clock_changes() -> None:
    sleep = Sleep(timezone=LONDON, nightly="23:00 for 4h")
    local = ZoneInfo(LONDON)
    night = datetime(2027, 3, 27, 23, 30, tzinfo=local)  # the clocks go forward at one
    assert sleep.awake_until(night) == datetime(2027, 3, 28, 3, tzinfo=local)
    assert sleep.awake_until(datetime(2027, 3, 28, 3, 30, tzinfo=local)) is None
    noon = datetime(2027, 3, 28, 12, tzinfo=local)
    assert sleep.next_wake(noon) == datetime(2027, 3, 28, 23, tzinfo=local)
    assert sleep.next_stop(noon) == datetime(2027, 3, 29, 3, tzinfo=local)
    only = Sleep(timezone=LONDON, wakes=("Sun 03:15 for 95m databases",))
    assert only.next_wake(noon) is None
    assert only.next_stop(noon) is not None
    assert only.next_stop(noon) <= noon + timedelta(days=1)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("time", "awake"),
    [
        ("22:14", ""),
        ("22:15", "database"),
        ("23:00", "database service"),
        ("23:15", "database service alarms canary"),
        ("02:59", "database service alarms canary"),
        ("03:00", "database"),
        ("03:10", ""),
        ("12:00", "database"),  # they start alone at half past eleven
        ("13:05", ""),
    ],
)
def test_each_kind_of_part_has_hours_of_its_own(time: str, awake: str) -> None:
    sleep = Sleep(timezone="UTC", nightly="23:00 for 4h", wakes=("Tue 11:30 for 95m databases",))
    now = datetime.fromisoformat(f"2027-03-23T{time}:00Z")  # a Tuesday
    assert " ".join(kind for kind in PartKind if sleep.awake_until(now, kind)) == awake


def test_what_wakes_services_late_still_comes_before_their_stop() -> None:
    assert ALARM_LAG + LONGEST_DELAY < SHORTEST


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("production = false", "production = true", "sleep where no real payment passes"),
        ("schedules = false", "schedules = true", "nothing answers the calls"),
        (
            '[services.adminusers]\nstage = "detached"\ntasks = { min = 1, peak = 3 }',
            '[services.adminusers]\nstage = "detached"\ntasks = { min = 2, peak = 3, night = 1 }',
            "no key `night`",
        ),
    ],
)
def test_an_environment_that_sleeps_refuses_what_would_not(
    old: str, new: str, words: str, tmp_path: Any, environments_text: Any
) -> None:
    text = environments_text("test-perf-1")
    assert old in text
    path = tmp_path / "test-perf-1.toml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(InvalidInput) as refusal:
        load_environment(path)
    assert words in str(refusal.value)


@pytest.fixture
def environments_text() -> Any:
    return lambda name: (ROOT / "environments" / f"{name}.toml").read_text()


def test_the_load_test_environment_sleeps(environments: dict[str, Environment]) -> None:
    assert [name for name, each in environments.items() if each.sleep] == ["test-perf-1"]


def test_databases_that_start_alone_are_stopped_on_their_days_only() -> None:
    """No schedule stops them on other days: `pay wake --for` is not refused then."""
    sleep = Sleep(timezone="UTC", nightly="23:00 for 4h", wakes=("Sun 05:15 for 95m databases",))
    monday, sunday = datetime(2027, 3, 1, 4, tzinfo=UTC), datetime(2027, 3, 7, 4, tzinfo=UTC)
    assert sleep.next_stop(monday) == monday.replace(day=2, hour=3)
    assert sleep.next_stop(sunday) == sunday.replace(hour=6, minute=50)
