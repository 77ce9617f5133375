"""The load test of an environment: its image, its scenarios, its limits.

The contract of a runner: a container that reads these variables and ends with one of `RunnerExit`.
It writes `report.html` and `summary.json` below `s3://$RESULTS_BUCKET/$RESULTS_PREFIX/`.

| variable | what it is |
|---|---|
| SCENARIO | the scenario's name in the file |
| BASE_URL | the public API of the environment |
| RATE_PER_SECOND | journeys to start a second, after the ramp |
| RAMP_SECONDS, DURATION_SECONDS | how long the rate rises, and how long the whole run is |
| MAX_P95_MS, MAX_FAILED_PERCENT | the limits by which the runner ends with 99 |
| RESULTS_BUCKET, RESULTS_PREFIX | where the results go |
| API_TOKEN | of a test account; from Secrets Manager, never from a request |
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import IntEnum
from typing import Annotated

from pydantic import Field

from pay.containers.images import repository_of
from pay.identifiers import DIGEST
from pay.model.base import Model
from pay.model.problem import Problem
from pay.model.service.size import TaskSize
from pay.model.text_types import BucketName, SecretName, ServiceName

FAMILY = "load-test"
"""The task that makes the load, without its environment; also the name of its container."""

API_TOKEN = "API_TOKEN"
"""The key of the secret, and the variable that carries its value."""

AFTER = timedelta(hours=1)
"""The room of a backstop after the end of a run: for results, and for what is slow."""

PinnedImage = Annotated[
    str,
    Field(
        pattern=rf"^[a-z0-9]+([._/-][a-z0-9]+)*@{DIGEST}$",
        max_length=330,
        description="an image in the account's registry by its digest: repository@sha256: and 64 "
        "digits",
    ),
]


class RunnerExit(IntEnum):
    """The exit codes of a runner; every other code says that it is broken."""

    PASSED = 0
    THRESHOLDS_MISSED = 99


class Scenario(Model):
    """One load test: its rate, its length, and what it must hold."""

    per_second: float = Field(gt=0, le=1000)
    """Journeys that start a second; each makes several requests."""
    minutes: int = Field(ge=1, le=240)
    """The whole run, the ramp included."""
    ramp_minutes: int = Field(default=0, ge=0, le=60)
    """The time in which the rate rises."""
    max_p95_ms: int = Field(ge=1, le=60_000)
    """The longest response time of 95 per cent of the requests."""
    max_failed_percent: float = Field(ge=0, le=100)
    """Failed requests, in per cent of all: as the runner sees them, and as load balancers do."""

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    def problems(self) -> Iterator[Problem]:
        if self.ramp_minutes >= self.minutes:
            yield Problem(
                key="ramp_minutes",
                found=str(self.ramp_minutes),
                allowed=f"less than minutes, which is {self.minutes}",
            )


class Load(Model):
    """Load tests of the whole environment; one without the table has none."""

    image: PinnedImage
    """The runner: the one of this project, or another that keeps the contract."""
    bucket: BucketName
    """Exists already, and keeps the results below `load-tests/`."""
    secret_name: SecretName
    """Holds a JSON object with the key API_TOKEN, of a test account without real payments."""
    size: TaskSize
    """Of the runner's task."""
    scenarios: Mapping[ServiceName, Scenario]
    """Name -> load test. The runner must know the name."""

    @property
    def repository(self) -> str:
        return repository_of(self.image) or self.image

    def problems(self) -> Iterator[Problem]:
        if not self.scenarios:
            yield Problem(key="scenarios", found="none", allowed="at least one scenario")
