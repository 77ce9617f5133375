"""What a load test saw: the runner's summary, and the counts of the load balancers."""

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side
from pay.model.environment.load import Scenario
from pay.model.metrics import ELB_5XX, ELB_503, REQUESTS, TARGET_5XX, side_dimensions
from pay.model.side import ServiceSide
from rollout.load.load_test import LoadOutcome, LoadVerdict
from rollout.load.results import LimitCheck, Results
from rollout.load.runner_log import in_words
from rollout.load.seen import P95, SideBalancer, seen_by
from rollout.terminal.refusal import Failed

SCENARIO = Scenario(per_second=1, minutes=10, max_p95_ms=500, max_failed_percent=1)
START = datetime(2027, 3, 22, 12, tzinfo=UTC)


def balancer(environments: Mapping[str, Environment], service: str) -> SideBalancer:
    side = ServiceSide(CATALOGUE[service], environments["test-12"], Side.FARGATE)
    ends = side_dimensions(side, load_balancer=f"app/{service}/1", target_group="targetgroup/x/1")
    return SideBalancer(side, ends)


def cloudwatch(values: Mapping[str, list[float]]) -> Any:
    """Return a CloudWatch in which metrics of these names have values, a minute each."""

    def get_metric_data(**asked: Any) -> dict[str, Any]:
        results = []
        for query in asked["MetricDataQueries"]:
            found = values.get(query["MetricStat"]["Metric"]["MetricName"], [])
            times = [START + timedelta(minutes=n) for n in range(len(found))]
            results.append({"Id": query["Id"], "Timestamps": times, "Values": found})
        return {"MetricDataResults": results}

    return SimpleNamespace(get_metric_data=get_metric_data)


def checks(
    environments: Mapping[str, Environment], service: str, values: Mapping[Any, list[float]]
) -> dict[str, tuple[float, bool]]:
    named = {metric.name: each for metric, each in values.items()}
    end = START + timedelta(minutes=10)
    which = (balancer(environments, service),)
    [seen] = seen_by(which, cloudwatch(named), START, end)
    return {check.name: (check.value, check.is_met) for check in seen.checks(SCENARIO)}


def test_a_load_balancer_counts_what_failed_of_all_that_reached_it(
    environments: Mapping[str, Environment],
) -> None:
    values = {REQUESTS: [60.0, 30.0], ELB_503: [10.0], TARGET_5XX: [0.0, 1.0], ELB_5XX: [1.0]}
    assert checks(environments, "ledger", values) == {"failed_percent": (2.0, False)}
    assert checks(environments, "ledger", {**values, ELB_5XX: [0.0]}) == {
        "failed_percent": (1.0, True)
    }


def test_response_times_are_judged_where_visitors_wait(
    environments: Mapping[str, Environment],
) -> None:
    values = {REQUESTS: [60.0] * 3, P95: [9.0, 0.4, 0.45]}
    assert checks(environments, "frontend", values)["p95_ms"] == (450, True)
    slow = {**values, P95: [0.4, 0.6, 0.7]}
    assert checks(environments, "frontend", slow)["p95_ms"] == (600, False)
    assert "p95_ms" not in checks(environments, "ledger", slow)


def test_without_requests_nothing_is_shown(environments: Mapping[str, Environment]) -> None:
    with pytest.raises(Failed, match="no load balancer has counted 20 requests"):
        checks(environments, "frontend", {REQUESTS: [19.0]})


class NoSuchKey(Exception):
    """S3 has no such object."""


def results(content: str | None) -> Results:
    def get_object(**asked: str) -> dict[str, Any]:
        if content is None:
            raise NoSuchKey
        return {"Body": io.BytesIO(content.encode())}

    exceptions = SimpleNamespace(NoSuchKey=NoSuchKey)
    s3 = SimpleNamespace(get_object=get_object, exceptions=exceptions)
    return Results(lambda service: s3, "bucket", "load-tests/x")


def test_reads_the_limits_of_the_runner() -> None:
    rows = [{"name": "p95_ms", "limit": 500, "value": 501.5, "unit": "ms"}]
    [check] = results(json.dumps({"thresholds": rows})).checks()
    assert (check.seen_by, check.value, check.is_met) == ("runner", 501.5, False)


@pytest.mark.parametrize(
    "content", [None, "", "[]", "{}", '{"thresholds": 1}', '{"thresholds": [{"name": "p95_ms"}]}']
)
def test_fails_for_results_of_another_form(content: str | None) -> None:
    with pytest.raises(Failed, match=r"summary\.json"):
        results(content).checks()


def test_the_verdict_is_broken_before_it_is_anything_else() -> None:
    missed, met = LimitCheck("runner", "p95_ms", 1, 2), LimitCheck("runner", "p95_ms", 2, 2)
    assert LoadOutcome("s3://x", (met,)).verdict is LoadVerdict.PASSED
    assert LoadOutcome("s3://x", (met, missed)).verdict is LoadVerdict.THRESHOLDS_MISSED
    assert LoadOutcome("s3://x", broken="not awake").verdict is LoadVerdict.BROKEN
    assert LoadOutcome("s3://x", (met,), left_awake=(object(),)).verdict is LoadVerdict.BROKEN  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('{"Requests": 3, "P95": 80, "_aws": {"Timestamp": 1}}', "Requests 3, P95 80"),
        ('{"Requests": 3}', '{"Requests": 3}'),
        ("Simulation started", "Simulation started"),
        ("[]", "[]"),
    ],
)
def test_shows_lines_of_metrics_in_words(line: str, shown: str) -> None:
    assert in_words(line) == shown
