"""What a load test saw: the runner's summary, and the counts of the load balancers."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from pay.model import Environment
from pay.model.environment.load import Scenario
from pay.model.metrics import (
    FAILED_PERCENT,
    MIN_REQUESTS,
    Dimension,
    arn_suffix,
    response_time,
    side_dimensions,
)
from pay.model.side import ServiceSide
from pay.model.vocabulary import Exposure, LoadBalancerType
from pay.sleep.parts import sides
from rollout.aws.clients import Client, items
from rollout.measure.cloudwatch import Query, Series, read
from rollout.terminal.refusal import Failed

REPORT, SUMMARY = "report.html", "summary.json"

P95 = response_time(95)
_HTTP = LoadBalancerType.APPLICATION


@dataclass(frozen=True)
class Check:
    """A limit, and what was seen."""

    seen_by: str
    """The runner, or a side with its load balancer."""
    name: str
    limit: float
    value: float

    @property
    def is_met(self) -> bool:
        return self.value <= self.limit


@dataclass(frozen=True)
class Results:
    """Where a run leaves its files."""

    client: Client
    bucket: str
    prefix: str

    @property
    def place(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"

    def read(self, name: str) -> bytes:
        """Return a file. Raises Failed where the runner has not left it."""
        s3 = self.client("s3")
        try:
            answer = s3.get_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}")
        except s3.exceptions.NoSuchKey:
            raise Failed(f"the runner has left no {name} below {self.place}") from None
        return bytes(answer["Body"].read())

    def checks(self) -> tuple[Check, ...]:
        """Return the limits of the runner. Raises Failed for a summary of another form."""
        try:
            rows = json.loads(self.read(SUMMARY))["thresholds"]
            return tuple(
                Check("runner", str(row["name"]), float(row["limit"]), float(row["value"]))
                for row in rows
            )
        except (ValueError, KeyError, TypeError) as error:
            raise Failed(
                f"{SUMMARY} below {self.place} has no list `thresholds` of name, limit and value: "
                f"{error!r}. Correct the runner."
            ) from None


@dataclass(frozen=True)
class Balancer:
    """The load balancer of a side."""

    side: ServiceSide
    dimensions: Mapping[Dimension, str]

    @property
    def name(self) -> str:
        return f"{self.side.service.name} on {self.side.side}"


def balancers(environment: Environment, client: Client) -> tuple[Balancer, ...]:
    """Return those that exist and count requests. Raises botocore's ClientError."""
    elbv2 = client("elbv2")
    made = {
        each["LoadBalancerName"]: each["LoadBalancerArn"]
        for each in items(elbv2, "describe_load_balancers", "LoadBalancers")
    }
    groups = {
        each["TargetGroupName"]: each["TargetGroupArn"]
        for each in items(elbv2, "describe_target_groups", "TargetGroups")
    }
    return tuple(
        Balancer(
            side,
            side_dimensions(
                side,
                load_balancer=arn_suffix(made[side.load_balancer]),
                target_group=arn_suffix(groups[side.target_group]),
            ),
        )
        for side in (each.side for each in sides(environment))
        if side.service.load_balancer_type is _HTTP
        and side.load_balancer in made
        and side.target_group in groups
    )


def balancer_checks(
    which: tuple[Balancer, ...],
    scenario: Scenario,
    cloudwatch: Any,
    start: datetime,
    end: datetime,
) -> tuple[Check, ...]:
    """Return what the load balancers counted between two times, of those with enough requests.

    Raises Failed when none counted any: nothing would show what the environment answered.
    """
    failed = FAILED_PERCENT[_HTTP]
    metrics = (*failed.metrics, P95)
    queries = [Query.of(metric, each.dimensions) for each in which for metric in metrics]
    first = start.replace(second=0, microsecond=0)
    series = read(cloudwatch, queries, first, end + timedelta(minutes=1))
    checks = tuple(check for each in which for check in _checks(each, scenario, series))
    if not checks:
        raise Failed(
            f"no load balancer has counted {MIN_REQUESTS} requests from {start:%H:%M} to "
            f"{end:%H:%M} UTC: check BASE_URL in the runner's log"
        )
    return checks


def _checks(balancer: Balancer, scenario: Scenario, series: Series) -> Iterator[Check]:
    failed = FAILED_PERCENT[_HTTP]
    points = {
        metric: series[Query.of(metric, balancer.dimensions)] for metric in (*failed.metrics, P95)
    }
    part = sum(sum(points[metric].values()) for metric in failed.part)
    whole = sum(sum(points[metric].values()) for metric in failed.whole)
    if whole < MIN_REQUESTS:
        return
    limit = scenario.max_failed_percent
    yield Check(balancer.name, "failed_percent", limit, round(100 * part / whole, 3))
    # The limit is about what visitors wait for; the typical minute, without the first cold one.
    if balancer.side.service.exposure is Exposure.PUBLIC and points[P95]:
        typical = 1000 * median(points[P95].values())
        yield Check(balancer.name, "p95_ms", scenario.max_p95_ms, round(typical))
