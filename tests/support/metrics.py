"""An account with both sides of services, and the metrics that AWS would send of their traffic."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from typer.testing import CliRunner, Result

from pay.model import Environment, Side, names
from pay.model.alarms import alarms
from pay.model.log_metrics import proxy_log
from pay.model.metrics import (
    CONNECTIONS,
    HEALTHY_HOSTS,
    REQUESTS,
    TARGET_4XX,
    TARGET_5XX,
    TARGET_RESETS,
    Dimension,
    Metric,
    response_time,
)
from pay.model.queue_metrics import DELETED, RECEIVED, WAITING
from pay.model.service.dependencies import Access
from pay.model.side import ServiceSide
from pay.model.vocabulary import LoadBalancerType
from rollout.cli import app
from rollout.measure.running_side import RunningSide, read_running
from sandbox.server.process import Server
from sandbox.settings import ACCESS_KEY_ID
from tests.support.checkout import Checkout


def make_sides(client: Callable[[str], Any], sides: Iterable[ServiceSide]) -> None:
    """Create the load balancer, the target group and the ECS service of each side."""
    ec2, elbv2, ecs = client("ec2"), client("elbv2"), client("ecs")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for block, zone in (("10.0.0.0/24", "eu-west-1a"), ("10.0.1.0/24", "eu-west-1b"))
    ]
    group = ec2.create_security_group(GroupName="all", Description="all", VpcId=vpc)["GroupId"]
    network = {"subnets": subnets[:1], "securityGroups": [group]}
    for side in sides:
        is_tcp = side.service.load_balancer_type is LoadBalancerType.NETWORK
        kind, protocol = ("network", "TCP") if is_tcp else ("application", "HTTPS")
        elbv2.create_load_balancer(Name=side.load_balancer, Subnets=subnets, Type=kind)
        elbv2.create_target_group(Name=side.target_group, Protocol=protocol, Port=443, VpcId=vpc)
        ecs.create_cluster(clusterName=side.cluster)
        ecs.register_task_definition(
            family=side.task_family,
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="512",
            memory="1024",
            containerDefinitions=[{"name": "app", "image": "app:1"}],
        )
        ecs.create_service(
            cluster=side.cluster,
            serviceName=side.service.name,
            taskDefinition=side.task_family,
            desiredCount=1,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": network},
        )


def make_queues(client: Callable[[str], Any], side: ServiceSide) -> list[str]:
    """Create the queues that a service receives from, each with one for its dead letters; return
    their names.
    """
    sqs, made = client("sqs"), []
    for use in side.service.queues:
        if Access.RECEIVE in use.access:
            name = names.queue(side.environment.name, use.name)
            url = sqs.create_queue(QueueName=dead_letters(name))["QueueUrl"]
            asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
            arn = asked["Attributes"]["QueueArn"]
            policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
            sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": policy})
            made.append(name)
    return made


def dead_letters(queue: str) -> str:
    return f"{queue}-dlq"


def make_alarms(server: Server, side: ServiceSide) -> None:
    """Create every alarm of a side, of a metric that nobody sends: it keeps a state that is set."""
    for alarm in alarms(side):
        server.client("cloudwatch").put_metric_alarm(
            AlarmName=names.alarm(side.environment.name, side.service.name, side.side, alarm.name),
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            MetricName="x",
            Namespace="x",
            Period=60,
            Statistic="Sum",
            Threshold=1,
            TreatMissingData="ignore",
        )


Run = Callable[..., Result]
"""Runs `pay` with arguments, in a checkout."""


def account_variables(checkout: Checkout, server: Server) -> dict[str, str]:
    """Return the shell in which `pay` reads these files and asks the account of a sandbox."""
    return {
        "PAY_ENVIRONMENTS": str(checkout.folder),
        "COLUMNS": "1000",
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": ACCESS_KEY_ID,
    }


def runner(server: Server) -> Run:
    """Return what runs `pay` on the account of a sandbox."""

    def run(checkout: Checkout, *arguments: str) -> Result:
        return CliRunner().invoke(app, arguments, env=account_variables(checkout, server))

    return run


@dataclass
class Traffic:
    """What one minute of one side looks like."""

    requests: float
    errors: float = 0
    client_errors: float = 0
    seconds: float | None = 0.1
    """Every request takes as long; None: no response times."""
    hosts: float | None = 10


@dataclass
class Feed:
    """Sends minutes of traffic to the sandbox's metrics."""

    server: Server
    running: Mapping[Side, RunningSide]
    balancer: LoadBalancerType = LoadBalancerType.APPLICATION
    rows: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, server: Server, sides: Mapping[Side, ServiceSide]) -> "Feed":
        balancer = sides[Side.EC2].service.load_balancer_type
        return cls(server, read_running(sides, server.client), balancer)

    def minutes(self, side: Side, start: datetime, count: int, traffic: Traffic) -> None:
        """Send the same minute `count` times."""
        self.each(side, start, [traffic] * count)

    def each(self, side: Side, start: datetime, minutes: Sequence[Traffic]) -> None:
        """Send one minute after the other."""
        points: dict[Metric, list[tuple[float, float, float]]] = {}
        for number, traffic in enumerate(minutes):
            at = (start + timedelta(minutes=number)).timestamp()
            for metric, value, count in (
                (self._requests, traffic.requests, 1),
                (self._errors, traffic.errors, 1),
                (TARGET_4XX, traffic.client_errors, 1),
                (response_time(50), traffic.seconds, 0 if self._is_tcp else traffic.requests),
            ):
                # AWS does not report a zero.
                if value and count:
                    points.setdefault(metric, []).append((at, value, count))
            if traffic.hosts is not None:
                hosts = HEALTHY_HOSTS[self.balancer]
                points.setdefault(hosts, []).append((at, traffic.hosts, 1))
        for metric, found in points.items():
            self._add(side, metric, found)

    @property
    def _is_tcp(self) -> bool:
        return self.balancer is LoadBalancerType.NETWORK

    @property
    def _requests(self) -> Metric:
        return CONNECTIONS if self._is_tcp else REQUESTS

    @property
    def _errors(self) -> Metric:
        return TARGET_RESETS if self._is_tcp else TARGET_5XX

    def weeks_before(self, start: datetime, minutes: int, requests_a_minute: float) -> None:
        """Send the usual total, in the same minutes of the four weeks before, all on EC2."""
        for week in range(1, 5):
            for number in range(0, minutes, 5):
                at = start - timedelta(weeks=week) + timedelta(minutes=number)
                self._add(Side.EC2, self._requests, [(at.timestamp(), 5 * requests_a_minute, 1)])

    def tunnels(
        self, side: ServiceSide, start: datetime, minutes: int, each: float, failed: float
    ) -> None:
        """Send what squid's log says of a side, every five minutes."""
        log = proxy_log(side)
        for metric, value in ((log.tunnels.metric, each), (log.failed.metric, failed)):
            self._series(metric, {}, start, minutes, 5 * value)

    def queue(
        self, name: str, start: datetime, minutes: int, received: float, deleted: float
    ) -> None:
        """Send a queue's receipts and deletions a minute, every five minutes."""
        for metric, value in ((RECEIVED, received), (DELETED, deleted)):
            self._series(metric, {"QueueName": name}, start, minutes, 5 * value)

    def waiting(self, name: str, start: datetime, minutes: int, messages: float) -> None:
        """Send what waits in a queue, every five minutes."""
        self._series(WAITING, {"QueueName": name}, start, minutes, messages)

    def _series(
        self,
        metric: Metric,
        dimensions: Mapping[Dimension, str],
        start: datetime,
        minutes: int,
        value: float,
    ) -> None:
        if value:
            times = (start + timedelta(minutes=number) for number in range(0, minutes, 5))
            self._row(metric, dimensions, [(at.timestamp(), value, 1) for at in times])

    def send(self) -> None:
        self.server.administer("metrics", method="POST", body=self.rows)
        self.rows.clear()

    def _add(self, side: Side, metric: Metric, points: list[tuple[float, float, float]]) -> None:
        self._row(metric, self.running[side].dimensions, points)

    def _row(
        self,
        metric: Metric,
        dimensions: Mapping[Dimension, str],
        points: list[tuple[float, float, float]],
    ) -> None:
        self.rows.append(
            {
                "namespace": metric.namespace,
                "name": metric.name,
                "dimensions": metric.dimension_values(dimensions),
                "points": points,
            }
        )


def sides_of(
    environment: Environment, service: str, catalogue: Mapping[str, Any]
) -> dict[Side, ServiceSide]:
    """Return both sides of a service."""
    return {side: ServiceSide(catalogue[service], environment, side) for side in Side}
