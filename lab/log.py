"""What happened, as it happened: each request, and the resolution that it followed."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pay.model import Side


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
    drawn: float | None = None
    """When this request asked DNS, in seconds since the epoch; None: it used what the client kept,
    an answer or a connection. One resolution by one client is an independent draw, whatever number
    of requests follow it."""
    led_to: Side | None = None
    """Where the client's latest answer of DNS led; None: nowhere, or to neither side."""


@dataclass
class TrafficLog:
    """Everything the clients saw, in the order in which the requests ended."""

    requests: list[Request] = field(default_factory=list)

    @property
    def failures(self) -> list[Request]:
        return [request for request in self.requests if request.error]

    @property
    def draws(self) -> list[Request]:
        """The requests that asked DNS."""
        return [request for request in self.requests if request.drawn is not None]

    def draws_between(self, start: float, end: float) -> Counter[Side | None]:
        """How often each side answered what was drawn in that time; None: nobody answered."""
        return Counter(
            request.side
            for request in self._recent(start)
            if request.drawn is not None and start <= request.drawn < end
        )

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
