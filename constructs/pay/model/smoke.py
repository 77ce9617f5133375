"""Smoke tests as values: what each tries, and what its failure says of the release.

Sources of the limits: Synthetics API reference, `CreateCanary`, `CanaryScheduleInput`,
`CanaryRunConfigInput`.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from pay.model.base import Model
from pay.model.problem import Problem
from pay.model.text_types import EnvironmentName, Sentence, ServiceName, TagValue

SCHEDULED = "scheduled"
"""The end of the name of a canary that follows DNS on a schedule, where others have their side."""

LONGEST_QUARANTINE = timedelta(days=31)
"""GOV.UK Pay's own lasted up to a month (pay-smoke-tests, 2023 to 2025)."""


class ThirdParty(StrEnum):
    """A company whose test system takes part in a scenario."""

    STRIPE = "stripe"
    WORLDPAY = "worldpay"


class Quarantine(Model):
    """A time in which a scenario's failure says nothing; it ends by itself."""

    environment: EnvironmentName | None = None
    """None: every environment."""
    owner: TagValue
    """The role that repairs the scenario, or waits for the third party."""
    because: Sentence
    since: date
    until: date
    """The last day, in UTC."""

    def problems(self) -> Iterator[Problem]:
        if not self.since <= self.until <= self.since + LONGEST_QUARANTINE:
            yield Problem(
                key="until",
                found=f"{self.until}",
                allowed=f"{self.since} to {self.since + LONGEST_QUARANTINE}",
                fix="name a day on which somebody looks at the scenario again",
            )

    def holds(self, environment: str, day: date) -> bool:
        """Return whether it counts in this environment on this day."""
        is_here = self.environment in (None, environment)
        return is_here and self.since <= day <= self.until


class SmokeScenario(Model):
    """One smoke test: a script, what it needs and what it proves."""

    name: Annotated[ServiceName, Field(description="lower-case words with hyphens")]
    what: Sentence
    """The steps of a payer or a service in it."""
    opens: tuple[ServiceName, ...] | None
    """The services whose load balancers the script itself asks. One side of each can be tried
    before DNS leads there. None: every service of the environment."""
    passes_through: tuple[ServiceName, ...] = ()
    """The services behind them, which DNS leads to: not their sides, only their function is
    tried."""
    needs_browser: bool = False
    third_party: ThirdParty | None = None
    attempts: int = Field(default=1, ge=1, le=10)
    """The number of runs until one run passes."""
    timeout_seconds: int = Field(default=120, ge=3, le=840)
    """After so long AWS ends a run."""
    schedules: Mapping[EnvironmentName, Annotated[int, Field(ge=1, le=60)]] = {}
    """Environment -> the minutes between two scheduled runs; others run it only when asked."""
    quarantines: tuple[Quarantine, ...] = ()

    @property
    def services(self) -> frozenset[str]:
        """Return every service that takes part, of those that are named."""
        return frozenset({*(self.opens or ()), *self.passes_through})

    def is_opened(self, service: str) -> bool:
        """Return whether the script itself asks this service's load balancer."""
        return self.opens is None or service in self.opens

    def quarantine(self, environment: str, day: date) -> Quarantine | None:
        """Return the quarantine that counts in this environment on this day."""
        held = (each for each in self.quarantines if each.holds(environment, day))
        return next(held, None)

    def problems(self) -> Iterator[Problem]:
        for environment, minutes in self.schedules.items():
            if minutes * 60 < self.timeout_seconds:
                yield Problem(
                    key=f"schedules.{environment}",
                    found=f"{minutes} minutes",
                    allowed=f"at least the timeout of {self.timeout_seconds} seconds",
                    fix="run it less often, or lower timeout_seconds",
                )
        if self.attempts > 1 and self.third_party is None:
            yield Problem(
                key="attempts",
                found=str(self.attempts),
                allowed="1 without a third party: a release that fails now and then is not good",
            )
