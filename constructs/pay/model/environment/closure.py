"""Times at which nobody is expected to use a service, such as a provider's announced maintenance.

Silence is then no dip, for the alarm as for the judge (docs/decisions/0183).
"""

from collections.abc import Iterator
from datetime import timedelta

from pay.model.base import Model
from pay.model.environment.moments import Moment
from pay.model.problem import Problem
from pay.model.text_types import Sentence, ServiceName

LONGEST = timedelta(days=7)
"""Of one closure. A service that is closed for longer has no traffic to watch."""
MOST = 10
"""In one file. The formula of an alarm takes 2,048 characters (AWS: CloudWatch API reference,
`MetricDataQuery`, `Expression`)."""


class Closure(Model):
    """A time at which requests are not expected."""

    begins: Moment
    ends: Moment
    reason: Sentence
    """The reason that a verdict gives for it."""
    services: tuple[ServiceName, ...] = ()
    """The services that are closed. Left out: every one of the environment."""

    @property
    def seconds(self) -> tuple[int, int]:
        """Return its begin and its end, since the epoch."""
        return int(self.begins.timestamp()), int(self.ends.timestamp())

    def overlaps(self, start: float, seconds: float) -> bool:
        """Return whether it has a part of a period that begins at `start`, since the epoch."""
        begins, ends = self.seconds
        return start < ends and begins < start + seconds

    def problems(self) -> Iterator[Problem]:
        length = self.ends - self.begins
        if not timedelta(0) < length <= LONGEST:
            yield Problem(
                key="ends",
                found=f"{self.ends:%Y-%m-%dT%H:%M:%S%z}",
                allowed=f"a time after begins, at most {LONGEST.days} days later",
            )
