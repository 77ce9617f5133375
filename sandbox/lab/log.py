"""What happened, as it happened: answers of the name server, requests, and moments of the walk."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pay.model import Side


@dataclass(frozen=True)
class Draw:
    """One resolution by a client: an independent draw, whatever number of requests follow it."""

    time: float
    """When it was asked for, in seconds since the epoch."""
    side: Side | None
    """None: no answer, or one that leads to neither side."""


@dataclass(frozen=True)
class Request:
    """One request and the side that answered; `error` says why nothing or no 200 came back."""

    began: float
    """Seconds since the epoch."""
    ended: float
    habit: str
    """Of the client."""
    side: Side | None
    error: str | None = None


@dataclass
class TrafficLog:
    """Everything the clients saw."""

    draws: list[Draw] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    @property
    def failures(self) -> list[Request]:
        return [request for request in self.requests if request.error]

    def draws_between(self, start: float, end: float) -> Counter[Side | None]:
        """How often each side was drawn."""
        return Counter(draw.side for draw in self.draws if start <= draw.time < end)

    def requests_between(self, start: float, end: float) -> Counter[Side | None]:
        """How many requests, sent in that time, each side answered."""
        return Counter(r.side for r in self._recent(start) if start <= r.began < end)

    def requests_since(self, start: float) -> Counter[Side | None]:
        return self.requests_between(start, time.time() + 1)

    def _recent(self, start: float) -> Iterator[Request]:
        """In reverse, and no further back than needed: the log is long and asked often."""
        for request in reversed(self.requests):
            if request.ended < start:
                return
            yield request
