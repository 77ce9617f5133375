"""The built-in runner: `python -m pay.load`, with the variables of the contract
(`pay.model.environment.load`). It ends with 0, with 99 when a limit was missed, and with 1 when it
could not run.

Locust's model is closed, so a slow environment would get fewer requests. Each user starts a journey
every `INTERVAL_SECONDS`, if the one before has ended. A journey that did not start counts as
missed.
"""

import json
import math
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gevent import monkey

# Locust does it, too, but boto3 comes first, and a context of TLS from before calls itself forever.
monkey.patch_all()

import boto3  # noqa: E402
import gevent  # noqa: E402
import gevent.event  # noqa: E402
from locust import constant_throughput  # noqa: E402
from locust.env import Environment  # noqa: E402
from locust.html import get_html_report  # noqa: E402

from pay.load.scenarios import SCENARIOS, Journey  # noqa: E402

PASSED, BROKEN, THRESHOLDS_MISSED = 0, 1, 99
INTERVAL_SECONDS = 10.0
MAX_MISSED_PERCENT = 5.0
"""Journeys that did not start, of those that the rate asks for: with more, less was tested."""
LINE_SECONDS = 10.0
"""The interval of the progress lines."""
NAMESPACE = "Pay/LoadTest"


@dataclass(frozen=True)
class Settings:
    """The values of the contract's variables."""

    scenario: str
    base_url: str
    per_second: float
    ramp_seconds: float
    seconds: float
    max_p95_ms: float
    max_failed_percent: float
    bucket: str
    prefix: str
    api_token: str

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> "Settings":
        """Read the settings from variables. Raises KeyError for a variable that is missing,
        ValueError for one that is no number.
        """
        return cls(
            scenario=variables["SCENARIO"],
            base_url=variables["BASE_URL"],
            per_second=float(variables["RATE_PER_SECOND"]),
            ramp_seconds=float(variables["RAMP_SECONDS"]),
            seconds=float(variables["DURATION_SECONDS"]),
            max_p95_ms=float(variables["MAX_P95_MS"]),
            max_failed_percent=float(variables["MAX_FAILED_PERCENT"]),
            bucket=variables["RESULTS_BUCKET"],
            prefix=variables["RESULTS_PREFIX"].strip("/"),
            api_token=variables["API_TOKEN"],
        )

    @property
    def users(self) -> int:
        return math.ceil(self.per_second * INTERVAL_SECONDS)

    @property
    def rise_seconds(self) -> float:
        """Return how long users appear, evenly. Over an interval they make the whole rate."""
        return max(self.ramp_seconds, INTERVAL_SECONDS)

    @property
    def expected(self) -> float:
        """Return the journeys that should start. While the rate rises, that is about half of it."""
        rising = (self.rise_seconds - INTERVAL_SECONDS) / 2
        return self.per_second * (self.seconds - rising)


@dataclass(frozen=True)
class Threshold:
    """A limit, and what was seen."""

    name: str
    limit: float
    value: float

    @property
    def is_met(self) -> bool:
        return self.value <= self.limit


def thresholds(settings: Settings, total: Any, started: int) -> Iterator[Threshold]:
    """Yield each limit with what was seen. Without a request, every request has failed."""
    failed = 100 * total.fail_ratio if total.num_requests else 100.0
    p95 = total.get_response_time_percentile(0.95) if total.num_requests else math.inf
    missed = max(0.0, 100 * (1 - started / settings.expected))
    yield Threshold("p95_ms", settings.max_p95_ms, float(p95))
    yield Threshold("failed_percent", settings.max_failed_percent, round(failed, 3))
    yield Threshold("missed_percent", MAX_MISSED_PERCENT, round(missed, 3))


def summary(settings: Settings, total: Any, started: int) -> dict[str, object]:
    """Return what `summary.json` holds."""
    seen = [*thresholds(settings, total, started)]
    return {
        "scenario": settings.scenario,
        "requests": total.num_requests,
        "failures": total.num_failures,
        "journeys": started,
        "expected_journeys": round(settings.expected, 1),
        "p50_ms": total.median_response_time or 0,
        "p99_ms": total.get_response_time_percentile(0.99) or 0,
        "thresholds": [asdict(each) | {"is_met": each.is_met} for each in seen],
    }


def run(settings: Settings) -> int:
    """Make the load, write the results, and return the exit code."""
    journey: type[Journey] = SCENARIOS[settings.scenario]
    journey.api_token = settings.api_token
    journey.wait_time = constant_throughput(settings.per_second / settings.users)
    environment = Environment(user_classes=[journey], host=settings.base_url)
    runner = environment.create_local_runner()
    end = time.monotonic() + settings.seconds
    # Told to end, it ends as at its time, so that the results are kept.
    stopping = gevent.event.Event()
    gevent.signal_handler(signal.SIGTERM, stopping.set)
    runner.start(settings.users, spawn_rate=settings.users / settings.rise_seconds)
    while not stopping.is_set() and (left := end - time.monotonic()) > 0:
        stopping.wait(min(LINE_SECONDS, left))
        say(settings, environment.stats.total, journey.started)
    started = journey.started
    runner.quit()
    runner.greenlet.join()
    total = environment.stats.total
    results = summary(settings, total, started)
    keep(
        settings, {"report.html": get_html_report(environment), "summary.json": json.dumps(results)}
    )
    if stopping.is_set():
        print("ended before its time", flush=True)
        return BROKEN
    is_met = all(each.is_met for each in thresholds(settings, total, started))
    return PASSED if is_met else THRESHOLDS_MISSED


def say(settings: Settings, total: Any, started: int) -> None:
    """Write a line that people read, and that CloudWatch takes metrics from (AWS: CloudWatch user
    guide, "Specification: Embedded metric format").
    """
    values = {
        "Requests": total.num_requests,
        "Failures": total.num_failures,
        "Journeys": started,
        "P95": total.get_response_time_percentile(0.95) or 0,
    }
    metrics = [{"Name": name} for name in values]
    directive = {"Namespace": NAMESPACE, "Dimensions": [["Scenario"]], "Metrics": metrics}
    about = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    print(json.dumps({"Scenario": settings.scenario, **values, "_aws": about}), flush=True)


def keep(settings: Settings, files: Mapping[str, str]) -> None:
    """Write the results. Raises botocore's errors."""
    s3 = boto3.client("s3")
    for name, content in files.items():
        key = f"{settings.prefix}/{name}"
        s3.put_object(Bucket=settings.bucket, Key=key, Body=content.encode())


def main() -> int:
    try:
        settings = Settings.of(os.environ)
    except KeyError as missing:
        print(f"the variable {missing.args[0]} is missing", file=sys.stderr)
        return BROKEN
    except ValueError as error:
        print(error, file=sys.stderr)
        return BROKEN
    if settings.scenario not in SCENARIOS:
        known = ", ".join(SCENARIOS)
        print(f"no scenario {settings.scenario}; this runner has {known}", file=sys.stderr)
        return BROKEN
    return run(settings)


if __name__ == "__main__":
    sys.exit(main())
