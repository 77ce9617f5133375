"""The log of all requests, each with the DNS query that it followed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from math import inf

from pay.model import Side


@dataclass(frozen=True)
class ClientRequest:
    """One request and the side that answered; `error` is the reason if the status was not 200."""

    began: float
    """Seconds since the epoch."""
    ended: float
    habit: str
    """The client's habit."""
    side: Side | None
    error: str | None = None
    drawn: float | None = None
    """The time of this request's DNS query, in seconds since the epoch. None: it used a kept answer
    or connection. One resolution by one client is an independent draw, however many requests follow
    it."""
    led_to: Side | None = None
    """The side that the client's latest DNS answer led to; None if to neither."""
    is_injected: bool = False
    """It failed because the lab wanted it to."""


@dataclass
class TrafficLog:
    """All requests of the clients, in the order in which they ended."""

    requests: list[ClientRequest] = field(default_factory=list)

    @property
    def failures(self) -> list[ClientRequest]:
        """Return the requests that failed, without those that the lab lets fail."""
        return [request for request in self.requests if request.error and not request.is_injected]

    @property
    def injected(self) -> int:
        """Return the number of requests that the lab let fail."""
        return sum(request.is_injected for request in self.requests)

    @property
    def draws(self) -> list[ClientRequest]:
        """Return the requests with a DNS query of their own."""
        return [request for request in self.requests if request.drawn is not None]

    def draws_between(self, start: float, end: float) -> Counter[Side | None]:
        """Count the draws of that time by the side that answered; None for no answer."""
        draws = (r for r in self._recent(start) if r.drawn is not None and start <= r.drawn < end)
        return Counter(request.side for request in draws)

    def requests_between(self, start: float, end: float = inf) -> Counter[Side | None]:
        """Count the requests sent in that time by the side that answered."""
        return Counter(r.side for r in self._recent(start) if start <= r.began < end)

    def _recent(self, start: float) -> Iterator[ClientRequest]:
        """Yield requests in reverse, back to `start` only: the log is long and read often."""
        return takewhile(lambda request: request.ended >= start, reversed(self.requests))
