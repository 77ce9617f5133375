"""Schedule expressions: the moments of AWS's cron, rate and at, through London's summer time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.model.service.schedule_expression import Cron, is_zone, parse

LONDON = "Europe/London"
SPRING, AUTUMN = datetime(2027, 3, 28, tzinfo=UTC), datetime(2027, 10, 31, tzinfo=UTC)
"""London's clocks go forward and back at 01:00 UTC."""


def moments(text: str, after: datetime, days: float, zone: str = "UTC") -> list[str]:
    found = parse(text).between(after, after + timedelta(days=days), zone=zone, start=after)
    return [f"{moment:%d %H:%M}" for moment in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cron(0/30 9 ? * MON *)", ["05 09:00", "05 09:30", "12 09:00", "12 09:30"]),
        ("cron(15 10 L * ? *)", ["31 10:15"]),
        ("cron(15 10 1W * ? *)", ["02 10:15"]),  # 1 August 2027 is a Sunday
        ("cron(0 8 LW * ? *)", ["30 08:00"]),
        ("cron(0 8 ? * 6L *)", ["30 08:00"]),
        ("cron(0 8 ? * TUE#2 *)", ["13 08:00"]),
        ("cron(0 8 ? * L *)", ["03 08:00", "10 08:00"]),
        ("cron(5-7 0 2,9 JUL ? 2027)", ["02 00:05", "02 00:06", "02 00:07", "09 00:05"]),
        ("cron(0 0 31 * ? 2028)", []),
        ("at(2027-07-04T13:00:00)", ["04 13:00"]),
    ],
)
def test_it_fires_as_aws_says(text: str, expected: list[str]) -> None:
    month = 8 if "1W" in text else 7
    start = datetime(2027, month, 1, tzinfo=UTC) - timedelta(minutes=1)
    assert moments(text, start, 31)[: len(expected) or 1] == expected


def test_a_time_that_spring_leaves_out_does_not_fire() -> None:
    assert moments("cron(30 1 * * ? *)", SPRING - timedelta(days=1), 3, LONDON) == [
        "27 01:30",
        "29 00:30",
    ]


def test_a_time_that_autumn_has_twice_fires_once_the_first_time() -> None:
    assert moments("cron(30 1 * * ? *)", AUTUMN, 2, LONDON) == ["31 00:30", "01 01:30"]


def test_a_rate_follows_elapsed_time_through_a_clock_change() -> None:
    assert moments("rate(1 day)", SPRING - timedelta(days=1), 3, LONDON) == [
        "28 00:00",
        "29 00:00",
        "30 00:00",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "* * * * *",
        "cron(0 9 * * MON *)",
        "cron(0 9 ? * ? *)",
        "cron(0 9 * * ?)",
        "cron(60 9 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 9 32 * ? *)",
        "cron(0 9 ? * 0 *)",
        "cron(0 9 * FOO ? *)",
        "cron(9-5 9 * * ? *)",
        "cron(0/0 9 * * ? *)",
        "cron(0 9 ? * MON#6 *)",
        "cron(0 9 * * ? 1969)",
        "rate(0 minutes)",
        "rate(5 weeks)",
        "at(2027-07-04)",
        "at(2027-13-04T00:00:00)",
    ],
)
def test_refuses_what_aws_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse(text)


def test_knows_the_zones_of_iana() -> None:
    assert is_zone(LONDON)
    assert not is_zone("Europe/Londn")


@given(
    hour=st.integers(2, 23),
    minute=st.integers(0, 59),
    day=st.integers(0, 360),
    split=st.floats(0.0, 1.0),
)
def test_looking_twice_finds_each_moment_once(
    hour: int, minute: int, day: int, split: float
) -> None:
    cron = parse(f"cron({minute} {hour} * * ? *)")
    assert isinstance(cron, Cron)
    start = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days=day)
    end = start + timedelta(days=4)
    middle = start + (end - start) * split
    whole, first, second = (
        [*cron.between(a, b, zone=LONDON, start=start)]
        for a, b in ((start, end), (start, middle), (middle, end))
    )
    assert whole == first + second
    assert len(whole) in (4, 3, 5)
    assert whole == sorted(set(whole))
