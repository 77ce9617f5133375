"""Simulated days of a service: requests and errors of both sides, response times, totals.

Three kinds of errors. Independent: each request fails by itself. Clustered: clients keep to a side
for minutes, and half of all errors are in bad episodes of one client. Shocks: outages of five
minutes that hit both sides alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, pi, sin
from random import Random
from statistics import NormalDist

from pay.model.judging.latency import Pair, Percentile
from pay.model.judging.minutes import Minute
from pay.model.stage.dwell import LOCAL_ZONE

DAY = 24 * 60
CLIENTS = 20
STAYS_MINUTES = 6.5
"""How long a client keeps to the side that DNS gave it."""
EPISODE_MINUTES, EPISODE_RATE = 4, 0.5
"""A client's bad episode, and the part of its requests that fails in it."""
SHOCK_MINUTES, SHOCK_RATE, SHOCKS_A_DAY = 5, 0.3, 4

SCATTER = 0.6
"""The standard deviation of the logarithm of a response time: an assumption."""


def poisson(random: Random, mean: float) -> int:
    """Return a count; from 30 on by the normal approximation, which is close enough there."""
    if mean > 30:
        return max(0, round(random.gauss(mean, mean**0.5)))
    limit, product, count = exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        count += 1
    return count


@dataclass(frozen=True)
class Service:
    """What clients ask of a service, and how it fails."""

    requests_a_second: float
    share: float
    """Fargate's part of the requests."""
    rate: float
    """EC2's errors a request."""
    times: float = 1.0
    """Fargate's rate as a multiple of EC2's."""

    def independent(self, random: Random, minutes: int = DAY) -> list[Minute]:
        mean = 60 * self.requests_a_second
        return [
            _minute(
                random,
                poisson(random, mean * (1 - self.share)),
                self.rate,
                poisson(random, mean * self.share),
                self.rate * self.times,
            )
            for _ in range(minutes)
        ]

    def shocked(self, random: Random) -> list[Minute]:
        """Return a day whose outages hit both sides alike."""
        day = self.independent(random)
        for _ in range(poisson(random, SHOCKS_A_DAY)):
            start = random.randrange(DAY)
            for at in range(start, min(DAY, start + SHOCK_MINUTES)):
                ec2, fargate = day[at].ec2_requests, day[at].fargate_requests
                day[at] = _minute(random, ec2, SHOCK_RATE, fargate, SHOCK_RATE * self.times)
        return day

    def clustered(self, random: Random) -> list[Minute]:
        """Return a day in which clients keep to a side, and half of the errors are one client's."""
        mean = 60 * self.requests_a_second / CLIENTS
        # Half of the errors: so often an episode begins for a client.
        begins = self.rate / 2 / EPISODE_RATE / EPISODE_MINUTES
        on_fargate = [random.random() < self.share for _ in range(CLIENTS)]
        bad_until = [0] * CLIENTS
        day = []
        for at in range(DAY):
            counts = [0, 0, 0, 0]
            for client in range(CLIENTS):
                if random.random() < 1 / STAYS_MINUTES:
                    on_fargate[client] = random.random() < self.share
                if random.random() < begins:
                    bad_until[client] = at + EPISODE_MINUTES
                requests = poisson(random, mean)
                rate = EPISODE_RATE if at < bad_until[client] else self.rate / 2
                where = 2 if on_fargate[client] else 0
                counts[where] += requests
                counts[where + 1] += min(requests, poisson(random, requests * rate))
            day.append(Minute(*counts))
        return day


def _minute(random: Random, ec2: int, rate: float, fargate: int, fargate_rate: float) -> Minute:
    return Minute(
        ec2,
        min(ec2, poisson(random, ec2 * rate)),
        fargate,
        min(fargate, poisson(random, fargate * fargate_rate)),
    )


def response_times(
    random: Random, service: Service, percentile: Percentile, ratio: float
) -> list[Pair]:
    """Return a day of blocks in which Fargate takes `ratio` times as long as EC2.

    A percentile of a sample scatters about the true one, more where requests are few.
    """
    mean = 60 * service.requests_a_second * percentile.block_minutes
    return [
        Pair(
            _quantile(random, poisson(random, mean * (1 - service.share)), percentile, 1.0),
            _quantile(random, poisson(random, mean * service.share), percentile, ratio),
        )
        for _ in range(DAY // percentile.block_minutes)
    ]


def _quantile(random: Random, requests: int, of: Percentile, ratio: float) -> float | None:
    if requests < of.least_samples:
        return None
    part, normal = of.percent / 100, NormalDist()
    density = normal.pdf(normal.inv_cdf(part))
    error = SCATTER * (part * (1 - part) / requests) ** 0.5 / density
    return 100 * ratio * exp(random.gauss(0, error))


def totals(
    random: Random, requests_a_second: float, day: datetime, lost_from: datetime, lost: float
) -> dict[int, float]:
    """Return the total by five minutes, of a local day and of the same times in the weeks before.

    The level of a day drifts, a day has its shape, and from a moment on a part is lost.
    """
    found: dict[int, float] = {}
    for week in range(5):
        level, drift = exp(random.gauss(0, 0.05)), 0.0
        for at in _periods(day, week):
            drift = 0.95 * drift + random.gauss(0, 0.01)
            mean = 300 * requests_a_second * level * exp(drift) * _shape(at)
            if at >= lost_from:
                mean *= 1 - lost
            found[int(at.timestamp())] = float(poisson(random, mean))
    return found


def _periods(day: datetime, week: int) -> Iterator[datetime]:
    """Yield each five minutes from 2:30 before a local midnight to the one after, weeks before."""
    start = day.replace(tzinfo=None) - timedelta(weeks=week, hours=2, minutes=30)
    for number in range((24 * 60 + 150) // 5):
        yield (start + timedelta(minutes=5 * number)).replace(tzinfo=LOCAL_ZONE)


def _shape(at: datetime) -> float:
    """Return the part of the daily mean that a time of day gets, from 0.3 to 1.7."""
    return 1 + 0.7 * sin(2 * pi * (at.hour + at.minute / 60 - 8) / 24)
