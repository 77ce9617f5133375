"""The metrics that a microservice is watched by, as values.

A metric names its dimensions, not their values: `side_dimensions` returns those. Alarms give it
references to Terraform's resources; ARN suffixes that AWS returns fit the same places.

Sources: AWS, "CloudWatch metrics for your Application Load Balancer" and the same page of the
Network Load Balancer. A count of zero is not reported there.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from pay.model.base import Model
from pay.model.problem import Problem
from pay.model.side import ServiceSide
from pay.model.vocabulary import LoadBalancerType

Dimension = Literal[
    "LoadBalancer",
    "TargetGroup",
    "ClusterName",
    "ServiceName",
    "QueueName",
    "DBInstanceIdentifier",
    "CanaryName",
]
"""The dimensions of a side: the ARN suffixes of its load balancer and target group. Others are its
names in ECS, SQS and RDS."""

Unit = Literal["Count", "Percent", "Seconds"]
"""Those of CloudWatch's units in use (AWS: CloudWatch API reference, `MetricDatum`, `Unit`)."""

MetricId = Annotated[str, Field(pattern=r"^[a-z][a-zA-Z0-9_]{0,254}$")]
"""A name in a formula (AWS: CloudWatch API reference, `MetricDataQuery`, `Id`)."""

Statistic = Annotated[
    str,
    Field(pattern=r"^(Average|Maximum|Minimum|SampleCount|Sum|p(100|[0-9]{1,2}(\.[0-9]{1,10})?))$"),
]
"""A statistic, or a percentile such as p99 or p99.9 (AWS: CloudWatch user guide, "CloudWatch
statistics definitions")."""

MAX_METRICS = 10
"""In the formula of one alarm (AWS: CloudWatch user guide, "Create a CloudWatch alarm based on a
metric math expression")."""


class Metric(Model):
    """One series of CloudWatch, and the statistic that is read of it."""

    id: MetricId
    namespace: str
    name: str
    statistic: Statistic
    unit: Unit
    dimensions: tuple[Dimension, ...]

    @property
    def is_percentile(self) -> bool:
        return self.statistic.startswith("p")

    def dimension_values(self, values: Mapping[Dimension, str]) -> dict[str, str]:
        """Return the series' own dimensions; `values` are all that its side knows."""
        return {dimension: values[dimension] for dimension in self.dimensions}


DimensionsOf = Callable[[Metric], Mapping[Dimension, str]]
"""Returns all dimensions that the side of a metric knows."""


class Share(Model):
    """A part of a whole in per cent, as a formula over sums."""

    id: MetricId
    label: str
    part: tuple[Metric, ...]
    whole: tuple[Metric, ...]
    min_whole: int = Field(ge=1)
    """With less than this in a period the share counts as 0, because it would prove nothing."""

    @property
    def unit(self) -> Unit:
        return "Percent"

    def of_at_least(self, min_whole: int) -> "Share":
        """Return the same share with another least whole."""
        return self.model_copy(update={"min_whole": min_whole})

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Return each metric of the formula once, ordered by id."""
        return tuple(sorted({*self.part, *self.whole}, key=lambda metric: metric.id))

    @property
    def expression(self) -> str:
        """Return the formula in CloudWatch's metric math; a count that is not reported is 0."""
        part, whole = (
            "+".join(f"FILL({metric.id},0)" for metric in metrics)
            for metrics in (self.part, self.whole)
        )
        divisor = f"({whole})" if len(self.whole) > 1 else whole
        return f"IF({whole}>={self.min_whole},100*({part})/{divisor},0)"

    @staticmethod
    def min_whole_of(expression: str) -> float:
        """Return the `min_whole` of a formula as `expression` writes it; 0 if it has none."""
        return max(map(float, re.findall(r">=(\d+)", expression)), default=0.0)

    def problems(self) -> Iterator[Problem]:
        if len(self.metrics) > MAX_METRICS:
            yield Problem(
                key="part",
                found=f"{len(self.metrics)} metrics",
                allowed=f"at most {MAX_METRICS} in the formula of one alarm",
                fix="split the alarm",
            )
        ids = [metric.id for metric in self.metrics]
        for repeated in dict.fromkeys(id for id in ids if ids.count(id) > 1):
            yield Problem(
                key="part",
                found=f"two metrics with the id {repeated}",
                allowed="an id of its own for each metric of a formula",
                fix="rename one of them",
            )
        for metric in self.metrics:
            if (metric.statistic, metric.unit) != ("Sum", "Count"):
                yield Problem(
                    key="part",
                    found=f"{metric.id}, the {metric.statistic} of {metric.unit}",
                    allowed="sums of counts: nothing else has a share",
                    fix="choose another metric, or another formula",
                )


class Sum(Model):
    """Metrics added up. CloudWatch counts one without data as 0, and has no sum without any."""

    id: MetricId
    label: str
    metrics: tuple[Metric, ...] = Field(min_length=2, max_length=MAX_METRICS)
    closed: tuple[tuple[int, int], ...] = ()
    """Between these times, in seconds since the epoch, periods that begin count as `while_closed`.
    """
    while_closed: int = 0

    @property
    def unit(self) -> Unit:
        return self.metrics[0].unit

    @property
    def expression(self) -> str:
        added = "+".join(metric.id for metric in self.metrics)
        if not self.closed:
            return added
        # The time of each period, also of one without data (AWS: CloudWatch user guide, "Metric
        # math syntax and functions", `EPOCH`).
        at = f"EPOCH({self.metrics[0].id})"
        closed = "||".join(f"({at}>{after}&&{at}<{before})" for after, before in self.closed)
        return f"IF({closed},{self.while_closed},{added})"


Formula = Share | Sum


def side_dimensions(
    side: ServiceSide, *, load_balancer: str, target_group: str
) -> Mapping[Dimension, str]:
    """Return the values of a side's dimensions.

    `load_balancer` and `target_group` are ARN suffixes, or references to them.
    """
    return {
        "LoadBalancer": load_balancer,
        "TargetGroup": target_group,
        "ClusterName": side.cluster,
        "ServiceName": side.service.name,
    }


def arn_suffix(arn: str) -> str:
    """Return the end of the ARN of a load balancer or target group by which CloudWatch names it:
    `app/NAME/ID`, `targetgroup/NAME/ID`.
    """
    resource = arn.split(":", 5)[5]
    return resource.removeprefix("loadbalancer/")


_LOAD_BALANCER: tuple[Dimension, ...] = ("LoadBalancer",)
_TARGET_GROUP: tuple[Dimension, ...] = ("LoadBalancer", "TargetGroup")
_NAMESPACES = {
    LoadBalancerType.APPLICATION: "AWS/ApplicationELB",
    LoadBalancerType.NETWORK: "AWS/NetworkELB",
}


def _metric(
    id: str,
    balancer: LoadBalancerType,
    name: str,
    dimensions: tuple[Dimension, ...],
    statistic: Statistic = "Sum",
    unit: Unit = "Count",
) -> Metric:
    return Metric(
        id=id,
        namespace=_NAMESPACES[balancer],
        name=name,
        statistic=statistic,
        unit=unit,
        dimensions=dimensions,
    )


_HTTP, _TCP = LoadBalancerType.APPLICATION, LoadBalancerType.NETWORK

REQUESTS = _metric("requests", _HTTP, "RequestCount", _TARGET_GROUP)
TARGET_5XX = _metric("target_5xx", _HTTP, "HTTPCode_Target_5XX_Count", _TARGET_GROUP)
TARGET_4XX = _metric("target_4xx", _HTTP, "HTTPCode_Target_4XX_Count", _TARGET_GROUP)
ELB_503 = _metric("elb_503", _HTTP, "HTTPCode_ELB_503_Count", _LOAD_BALANCER)
"""Requests without a healthy target: `RequestCount` does not count them."""
ELB_5XX = _metric("elb_5xx", _HTTP, "HTTPCode_ELB_5XX_Count", _LOAD_BALANCER)
"""Among them the 502 for a target that refuses the connection: `TargetConnectionErrorCount` would
count it again."""
CONNECTIONS = _metric("connections", _TCP, "NewFlowCount", _LOAD_BALANCER)
ELB_RESETS = _metric("elb_resets", _TCP, "TCP_ELB_Reset_Count", _LOAD_BALANCER)
TARGET_RESETS = _metric("target_resets", _TCP, "TCP_Target_Reset_Count", _LOAD_BALANCER)


def response_time(percent: int) -> Metric:
    """Return a percentile of the time from the request to the first byte of the answer."""
    statistic = f"p{percent}"
    id = f"response_time_{statistic}"
    return _metric(id, _HTTP, "TargetResponseTime", _TARGET_GROUP, statistic, "Seconds")


HEALTHY_HOSTS: Mapping[LoadBalancerType, Metric] = {
    balancer: _metric("healthy_hosts", balancer, "HealthyHostCount", _TARGET_GROUP, "Minimum")
    for balancer in LoadBalancerType
}
"""Every node of a load balancer that balances across zones counts all targets. The minimum is the
count of the node that sees the fewest."""

MIN_REQUESTS = 20
"""In a period. With fewer, one error proves nothing: 1 of 1 would be 100 per cent."""

ERROR_PERCENT = Share(
    id="error_percent",
    label="failed requests, per cent",
    part=(TARGET_5XX, ELB_5XX),
    whole=(REQUESTS, ELB_503),
    min_whole=MIN_REQUESTS,
)
"""The requests that fail, of all that reach the load balancer. It counts those that it answers with
502 or 504 in `RequestCount`."""

RESET_PERCENT = Share(
    id="reset_percent",
    label="reset connections, per cent",
    part=(TARGET_RESETS, ELB_RESETS),
    whole=(CONNECTIONS,),
    min_whole=MIN_REQUESTS,
)
"""The errors of a TCP service, which has no status codes: connections reset by the proxy or its
load balancer. Its latency is not measured anywhere."""

FAILED_PERCENT: Mapping[LoadBalancerType, Share] = {
    LoadBalancerType.APPLICATION: ERROR_PERCENT,
    LoadBalancerType.NETWORK: RESET_PERCENT,
}
"""The failures behind each kind of load balancer, of all that it counts."""

CLIENT_ERROR_PERCENT = Share(
    id="client_error_percent",
    label="refused requests, per cent",
    part=(TARGET_4XX,),
    whole=(REQUESTS,),
    min_whole=MIN_REQUESTS,
)
"""The requests that the service refuses. A wrong shared secret shows here only: as 401."""


def _of_tasks(id: str, name: str) -> Metric:
    """Return an average over a service's tasks, which ECS sends while one runs."""
    return Metric(
        id=id,
        namespace="AWS/ECS",
        name=name,
        statistic="Average",
        unit="Percent",
        dimensions=("ClusterName", "ServiceName"),
    )


TASK_CPU, TASK_MEMORY = _of_tasks("cpu", "CPUUtilization"), _of_tasks("memory", "MemoryUtilization")

RUNNING_TASKS = Metric(
    id="tasks",
    namespace="ECS/ContainerInsights",
    name="TaskCount",
    statistic="Minimum",
    unit="Count",
    dimensions=("ClusterName",),
)
"""The tasks of a cluster (AWS: "Amazon ECS Container Insights metrics")."""


def _of_database(id: str, name: str, statistic: Statistic, unit: Unit) -> Metric:
    """Return a metric of a database (AWS: RDS user guide, "Amazon CloudWatch metrics for RDS")."""
    return Metric(
        id=id,
        namespace="AWS/RDS",
        name=name,
        statistic=statistic,
        unit=unit,
        dimensions=("DBInstanceIdentifier",),
    )


DATABASE_CONNECTIONS = _of_database("connections", "DatabaseConnections", "Maximum", "Count")
"""Both sides keep a pool each, so a service that moves has twice as many."""
DATABASE_CPU = _of_database("database_cpu", "CPUUtilization", "Average", "Percent")
DATABASE_READ_LATENCY = _of_database("read_latency", "ReadLatency", "Average", "Seconds")
