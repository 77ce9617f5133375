"""AWS's time in the lab: what metrics, the journal and the judge are dated by."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Self

from lab.pace import Pace
from lab.tasks import end
from pay.model.stage.dwell import LOCAL_ZONE, is_bank_holiday

MINUTE = 60
TICK_SECONDS = 0.01
"""In the lab's seconds."""

EveryMinute = Callable[[int], Awaitable[None]]
"""Is given the start of the minute that is over, in AWS's seconds since the epoch."""


def ordinary_day(now: datetime) -> datetime:
    """Return `now`, or the same time on a later day when a bank holiday is near. Near one, the
    judge knows no usual total.
    """
    days = (now + timedelta(days=later) for later in range(366))
    return next(
        day
        for day in days
        if not any(
            is_bank_holiday((day + timedelta(days=after)).astimezone(LOCAL_ZONE).date())
            for after in (0, 1)
        )
    )


class LabClock:
    """An async context manager, inside which time passes at the lab's pace.

    It ticks in the event loop that serves the requests. A machine that is too busy slows both
    alike, so that no dip appears which the clients did not make.
    """

    def __init__(self, pace: Pace, start: datetime, every_minute: EveryMinute) -> None:
        """`every_minute` runs when a minute is over; the clock stands until it returns."""
        self._pace, self._every_minute = pace, every_minute
        self._seconds = start.timestamp() // MINUTE * MINUTE
        self._reasons_to_stand = 0

    @property
    def now(self) -> datetime:
        """Return the time to the second, in UTC."""
        return datetime.fromtimestamp(int(self._seconds), UTC)

    @property
    def stands(self) -> bool:
        return self._reasons_to_stand > 0

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Let no time pass, because the pace does not shorten what Terraform does."""
        self._reasons_to_stand += 1
        try:
            yield
        finally:
            self._reasons_to_stand -= 1

    async def wait(self, aws_seconds: float) -> None:
        """Return when so much time has passed. Raises the error of `every_minute`."""
        until = self._seconds + aws_seconds
        while self._seconds < until:
            await asyncio.sleep(TICK_SECONDS)
            if self._task.done():
                self._task.result()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        await end(self._task)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            if self.stands:
                continue
            minute = int(self._seconds // MINUTE)
            self._seconds += self._pace.aws_seconds(TICK_SECONDS)
            for over in range(minute, int(self._seconds // MINUTE)):
                await self._every_minute(over * MINUTE)
