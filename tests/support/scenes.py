"""Days of a service under traffic, minute by minute, as an account of the sandbox has them."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import exp
from typing import NamedTuple

from pay.model import Side
from tests.support.metrics import Feed, Traffic

LEAD = timedelta(hours=2)
"""Metrics begin so long before the window: the level of the total is taken from there."""


class Minute(NamedTuple):
    """One minute of both sides."""

    ec2: Traffic
    fargate: Traffic

    def failing(self, *, ec2: float = 0, fargate: float = 0) -> "Minute":
        """Return it with these shares of each side's requests failed."""
        return Minute(
            replace(self.ec2, errors=round(self.ec2.requests * ec2)),
            replace(self.fargate, errors=round(self.fargate.requests * fargate)),
        )

    def with_clients(self, part: float) -> "Minute":
        """Return it with a part of its requests."""
        return Minute(*(replace(side, requests=round(side.requests * part)) for side in self))


UNREPORTED = Minute(Traffic(0, hosts=None), Traffic(0, hosts=None))
"""No load balancer reports anything, also no healthy tasks."""

Happens = Callable[[int, Minute], Minute]
"""What a minute is instead of a usual one; minutes count from the start of the window."""


def usually(_: int, minute: Minute) -> Minute:
    """Nothing happens."""
    return minute


def between(start: int, end: int, change: Callable[[Minute], Minute]) -> Happens:
    """Change the minutes from `start` to before `end`."""
    return lambda number, minute: change(minute) if start <= number < end else minute


@dataclass(frozen=True)
class Scene:
    """A service at a stage, whose window begins at `start`."""

    service: str
    stage: str
    share: float
    """Fargate's, by the weights."""
    start: datetime
    total: float = 600
    """The requests of both sides in a minute."""
    minutes: int = 180
    happens: Happens = usually

    def send(self, feed: Feed) -> None:
        """Send the hours before, the window, and the weeks before."""
        lead = int(LEAD.total_seconds()) // 60
        fargate = round(self.total * self.share)
        usual = Minute(Traffic(self.total - fargate), Traffic(fargate))
        days = [self.happens(number, usual) for number in range(-lead, self.minutes)]
        send(feed, self.start - LEAD, days, self.total)


def send(feed: Feed, start: datetime, minutes: list[Minute], usual_total: float) -> None:
    """Send minutes, and the usual total of the same minutes in the weeks before."""
    feed.weeks_before(start, len(minutes) + 60, usual_total)
    for side, traffic in zip(Side, zip(*minutes, strict=True), strict=True):
        feed.each(side, start, traffic)
    feed.send()


def healthy(dice: random.Random, total: float, shares: Iterable[tuple[float, int]]) -> list[Minute]:
    """Return minutes in which nothing is wrong: the total drifts, clients draw their side, one in a
    thousand requests fails, response times vary. `shares` are Fargate's, each with its minutes.
    """
    drift, minutes = 0.0, []
    for share, count in shares:
        for _ in range(count):
            drift = 0.95 * drift + dice.gauss(0, 0.02)
            requests = total * exp(drift)
            fargate = _drawn(dice, requests * share)
            ec2 = _drawn(dice, requests * (1 - share))
            minutes.append(Minute(*(_side(dice, each) for each in (ec2, fargate))))
    return minutes


def _side(dice: random.Random, requests: int) -> Traffic:
    errors = sum(dice.random() < 0.001 for _ in range(requests))
    return Traffic(requests, errors=errors, seconds=0.1 * exp(dice.gauss(0, 0.1)))


def _drawn(dice: random.Random, mean: float) -> int:
    """Return a count around its mean, as independent requests make it (nearly Poisson)."""
    return max(0, round(dice.gauss(mean, mean**0.5)))
