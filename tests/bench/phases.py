"""Where the time of one run goes: laps of a run of main.py, by wrapping its public steps."""

import functools
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.bench.process import cpu_seconds, descendants


@dataclass
class Lap:
    """What one part of a run took."""

    seconds: float = 0.0
    python_seconds: float = 0.0
    """CPU time of this process."""
    node_seconds: float = 0.0
    """CPU time of the processes below it: cdktf itself."""

    def plus(self, other: "Lap", times: int = 1) -> "Lap":
        return Lap(
            self.seconds + times * other.seconds,
            self.python_seconds + times * other.python_seconds,
            self.node_seconds + times * other.node_seconds,
        )


class Phases:
    """Laps by name, in the order in which they first occur."""

    def __init__(self, started: float) -> None:
        """`started`: the time (`time.monotonic()`) at which this process was started."""
        self.laps: dict[str, Lap] = {}
        self._last = Lap(seconds=started)

    def lap(self, name: str) -> None:
        """Everything since the last lap belongs to `name`."""
        now = _now()
        self._add(name, now.plus(self._last, times=-1))
        self._last = now

    def wrap(self, owner: Any, method: str, name: str) -> None:
        """Counts what every call of `owner.method` takes as `name`; what other wrapped methods take
        within it is theirs.
        """
        original: Callable[..., Any] = getattr(owner, method)

        @functools.wraps(original)
        def timed(*args: Any, **kwargs: Any) -> Any:
            self.lap(OTHER)
            try:
                return original(*args, **kwargs)
            finally:
                self.lap(name)

        setattr(owner, method, timed)

    def _add(self, name: str, lap: Lap) -> None:
        self.laps[name] = self.laps.get(name, Lap()).plus(lap)


OTHER = "the rest"


def _now() -> Lap:
    below = descendants(os.getpid())[1:]
    return Lap(time.monotonic(), time.process_time(), sum(map(cpu_seconds, below)))
