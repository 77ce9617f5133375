"""The requests that a side gets at least, which its alarms have to work with.

An alarm that waits for more requests than come never goes off. So its percentile and its period
follow the catalogue's rate, the environment's part of it, and the side's smallest share.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pay.model.environment.environment import Environment
from pay.model.service.microservice import Microservice
from pay.model.side import ServiceSide
from pay.model.stage.stage import FULL_WEIGHT, Ladder
from pay.model.vocabulary import Side

MARGIN = 1.3
"""So many times what an alarm needs is expected, so that it also works when fewer come."""


class Window(NamedTuple):
    """The periods of an alarm. So many of the last ones have to breach."""

    period_seconds: int
    evaluation_periods: int
    datapoints_to_alarm: int

    @property
    def minutes(self) -> float:
        return self.period_seconds / 60


WINDOWS: Sequence[Window] = (
    Window(60, 5, 3),
    Window(300, 3, 2),
    Window(600, 3, 2),
    Window(900, 3, 2),
    Window(1800, 1, 1),
    Window(3600, 1, 1),
    Window(21_600, 1, 1),
)
"""From the shortest. The newest minute often lacks its metrics, so a short window asks for some of
several. CloudWatch looks each minute at the periods that end there, so a long window sees a total
failure soon, too."""


def window_of(period_seconds: int) -> Window:
    """Return the window of a period."""
    return next(window for window in WINDOWS if window.period_seconds == period_seconds)


def choose_window(requests_a_minute: float, needed: int) -> tuple[Window, int]:
    """Return the shortest window that is expected to hold `needed` requests, and how many it asks
    for. It asks for fewer if even the longest window does not hold them.
    """
    for window in WINDOWS:
        if requests_a_minute * window.minutes >= needed * MARGIN:
            return window, needed
    longest = WINDOWS[-1]
    return longest, max(1, int(requests_a_minute * longest.minutes / MARGIN))


def all_requests(service: Microservice, environment: Environment) -> float:
    """Return the requests a minute that both sides get together at least."""
    return service.requests_a_minute * environment.traffic_percent / 100


def expected_requests(side: ServiceSide) -> float:
    """Return the requests a minute that the side gets at least, wherever its weight may be soon."""
    return all_requests(side.service, side.environment) * smallest_share(side) / FULL_WEIGHT


def smallest_share(side: ServiceSide) -> int:
    """Return the smallest weight, other than 0, that the side may have before it is deployed again.

    A rollback may give any weight back within a minute, and deploys no side before. So Fargate's
    alarms are for its first weight until EC2's record is gone, and EC2's for its last.
    """
    if side.side is Side.FARGATE and not side.deployment.stage.is_in_flight:
        return FULL_WEIGHT
    return smallest_weight(side.environment.ladder, side.side)


def smallest_weight(ladder: Ladder, side: Side) -> int:
    """Return the smallest weight, other than 0, of a side on the ladder."""
    rungs = list(ladder.rungs.values())
    return FULL_WEIGHT - rungs[-2] if side is Side.EC2 else rungs[1]
