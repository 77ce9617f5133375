"""An account with both sides of services, and the metrics that AWS would send of their traffic."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pay.model import Environment, Side
from pay.model.metrics import (
    ELB_5XX,
    HEALTHY_HOSTS,
    REQUESTS,
    TARGET_4XX,
    TARGET_5XX,
    Dimension,
    Metric,
    response_time,
)
from pay.model.side import ServiceSide
from pay.model.vocabulary import LoadBalancerType
from rollout.measure.running import RunningSide, read_running
from sandbox.server.process import Server

HOSTS = HEALTHY_HOSTS[LoadBalancerType.APPLICATION]


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
        elbv2.create_load_balancer(Name=side.load_balancer, Subnets=subnets)
        elbv2.create_target_group(Name=side.target_group, Protocol="HTTPS", Port=443, VpcId=vpc)
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
    rows: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, server: Server, sides: Mapping[Side, ServiceSide]) -> "Feed":
        return cls(server, read_running(sides, server.client))

    def minutes(self, side: Side, start: datetime, count: int, traffic: Traffic) -> None:
        """Send the same minute `count` times."""
        times = [(start + timedelta(minutes=minute)).timestamp() for minute in range(count)]
        for metric, value in (
            (REQUESTS, traffic.requests),
            (TARGET_5XX, traffic.errors),
            (TARGET_4XX, traffic.client_errors),
            (ELB_5XX, 0),
        ):
            # AWS does not report a zero.
            if value:
                self._add(side, metric, [(at, value, 1) for at in times])
        if traffic.hosts is not None:
            self._add(side, HOSTS, [(at, traffic.hosts, 1) for at in times])
        if traffic.seconds and traffic.requests:
            points = [(at, traffic.seconds, traffic.requests) for at in times]
            self._add(side, response_time(50), points)

    def weeks_before(self, start: datetime, minutes: int, requests_a_minute: float) -> None:
        """Send the usual total, in the same minutes of the four weeks before, all on EC2."""
        for week in range(1, 5):
            for number in range(0, minutes, 5):
                at = start - timedelta(weeks=week) + timedelta(minutes=number)
                self._add(Side.EC2, REQUESTS, [(at.timestamp(), 5 * requests_a_minute, 1)])

    def send(self) -> None:
        self.server.administer("metrics", method="POST", body=self.rows)
        self.rows.clear()

    def _add(self, side: Side, metric: Metric, points: list[tuple[float, float, float]]) -> None:
        dimensions: Mapping[Dimension, str] = self.running[side].dimensions
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
