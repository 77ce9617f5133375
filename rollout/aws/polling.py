"""Looks again and again until something is as it should be, or its time is over."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """The clock of a wait: it reads the time and sleeps."""

    seconds: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    poll_seconds: float = 2
    """The pause between two looks."""

    def looks(self, longest: float) -> Iterator[None]:
        """Yield for each look, the first at once, the last when `longest` seconds have passed."""
        end = self.seconds() + longest
        yield
        while self.seconds() < end:
            self.sleep(self.poll_seconds)
            yield
