"""AWS's time in the lab passes at its pace, minute by minute, and stands while Terraform works."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from lab.clock import MINUTE, LabClock, ordinary_day
from lab.pace import Pace

START = datetime(2026, 11, 24, 9, 0, 30, tzinfo=UTC)
FIRST_MINUTE = int(START.timestamp()) // MINUTE * MINUTE
PACE = Pace(6000)
"""A tick is a minute."""


def minutes_of(clock_runs: float, *, stands: bool = False) -> list[int]:
    over: list[int] = []

    async def note(minute: int) -> None:
        over.append(minute)

    async def run() -> None:
        async with LabClock(PACE, START, note) as clock:
            if stands:
                with clock.standing():
                    await asyncio.sleep(0.1)
            else:
                await clock.wait(clock_runs)

    asyncio.run(run())
    return over


def test_each_minute_ends_once_and_in_order() -> None:
    over = minutes_of(10 * MINUTE)
    assert over == [FIRST_MINUTE + MINUTE * number for number in range(len(over))]
    assert len(over) >= 9


def test_no_time_passes_while_it_stands() -> None:
    assert minutes_of(0, stands=True) == []


def test_it_waits_for_what_ends_a_minute() -> None:
    seen: list[datetime] = []

    async def run() -> None:
        async def slow(_: int) -> None:
            seen.append(clock.now)
            await asyncio.sleep(0.1)
            seen.append(clock.now)

        async with LabClock(PACE, START, slow) as clock:
            await clock.wait(3 * MINUTE)

    asyncio.run(run())
    assert seen[0] == seen[1]


def test_a_minute_that_cannot_be_sent_ends_the_wait() -> None:
    async def refuse(_: int) -> None:
        raise OSError("no sandbox answers")

    async def run() -> None:
        async with LabClock(PACE, START, refuse) as clock:
            await clock.wait(100 * MINUTE)

    with pytest.raises(OSError, match="no sandbox"):
        asyncio.run(run())


@pytest.mark.parametrize(
    ("day", "begins"),
    [
        ("2026-11-24", "2026-11-24"),
        # Christmas Eve is followed by three days that are bank holidays or weekends.
        ("2026-12-23", "2026-12-23"),
        ("2026-12-24", "2026-12-29"),
        ("2026-12-25", "2026-12-29"),
    ],
)
def test_it_begins_on_a_day_without_a_bank_holiday_near(day: str, begins: str) -> None:
    moment = datetime.fromisoformat(day).replace(hour=9, tzinfo=UTC)
    assert ordinary_day(moment) - moment == timedelta(
        days=(datetime.fromisoformat(begins) - datetime.fromisoformat(day)).days
    )
