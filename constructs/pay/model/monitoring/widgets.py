"""The rows of a service's dashboard, one function each: add a widget to a row, or a row to `ROWS`.

Both sides stand beside each other in each graph. A side is in the graphs of its load balancer from
its first record on, as the records are: before, there is nothing to look up.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pay.model import names
from pay.model.alarms import MAX_ERROR_PERCENT, alarms
from pay.model.environment.environment import Environment
from pay.model.environment.host_names import host_name
from pay.model.metrics import (
    CLIENT_ERROR_PERCENT,
    DATABASE_CONNECTIONS,
    ERROR_PERCENT,
    HEALTHY_HOSTS,
    RESET_PERCENT,
    TASK_CPU,
    TASK_MEMORY,
    Dimension,
    Metric,
    Share,
    response_time,
)
from pay.model.monitoring.composites import composites
from pay.model.monitoring.dashboard import (
    AlarmStates,
    Graph,
    Line,
    LogQuery,
    Mark,
    Row,
    Text,
    Widget,
)
from pay.model.monitoring.series import always, of_side, share_of_side, side_of
from pay.model.monitoring.share import REQUESTS_OF, fargate_weight, share
from pay.model.queue_metrics import OLDEST, WAITING
from pay.model.service.dependencies import Access
from pay.model.service.microservice import Microservice
from pay.model.side import ServiceSide
from pay.model.stage.stage import Stage
from pay.model.vocabulary import LoadBalancerType, Side

Dimensions = Mapping[Dimension, str]

WHOLE_ROW = 24

PROXY_ERRORS = (
    r"parse @message /^\S+ +\d+ \S+ \S+\/(?<code>\d{3}) /"
    " | filter code >= 500"
    ' | stats sum(strcontains(@logStream, "ec2/")) as ec2,'
    ' sum(strcontains(@logStream, "fargate/")) as fargate by bin(5m)'
)
"""squid's own format: time, milliseconds, client, result/code. A stream begins with its side
(docs/decisions/0122-keep-log-groups-in-the-platform.md)."""


@dataclass(frozen=True)
class Watched:
    """A service at its stage, and the dimensions of its metrics."""

    service: Microservice
    environment: Environment
    looked_up: Mapping[Side, Dimensions]
    """The sides whose load balancers were looked up: those that a record leads to."""

    @property
    def stage(self) -> Stage:
        return self.environment.services[self.service.name].stage

    @property
    def sides(self) -> tuple[ServiceSide, ...]:
        """Return the sides that exist."""
        return tuple(
            ServiceSide(self.service, self.environment, side)
            for side in Side
            if self.stage.has(side)
        )

    @property
    def is_http(self) -> bool:
        return self.service.load_balancer_type is LoadBalancerType.APPLICATION


def rows(watched: Watched) -> Iterator[Row]:
    """Yield the rows that the service has, from the top."""
    for row in ROWS:
        yield tuple(row(watched))


def _header(watched: Watched) -> Iterator[Widget]:
    environment, service = watched.environment, watched.service
    weights = ", ".join(
        f"{record.side} {'everything' if record.weight is None else f'{record.weight} %'}"
        for record in environment.ladder.records(watched.stage)
    )
    lines = [
        f"# {service.name} in {environment.name}: {watched.stage}",
        f"`{host_name(service, environment)}` leads to {weights}.",
    ]
    if environment.monitoring:
        lines.append(f"[What to do about an alarm]({environment.monitoring.runbook})")
    yield Text(width=WHOLE_ROW // 2, height=4, markdown="\n\n".join(lines))
    yield AlarmStates(width=WHOLE_ROW // 2, height=4, title="Alarms", arns=_alarms(watched))


def _alarms(watched: Watched) -> list[str]:
    environment, service = watched.environment, watched.service
    of_service = [
        names.service_alarm(environment.name, service.name, composite.name)
        for composite in composites(service, environment)
    ]
    of_sides = [
        names.alarm(environment.name, service.name, side.side, alarm.name)
        for side in watched.sides
        for alarm in alarms(side)
    ]
    return [environment.arn("cloudwatch", f"alarm:{name}") for name in (*of_service, *of_sides)]


def _traffic(watched: Watched) -> Iterator[Widget]:
    service, weight = watched.service, fargate_weight(watched.service, watched.environment)
    counted = REQUESTS_OF[service.load_balancer_type]
    title = "Requests" if watched.is_http else "Connections"
    yield from _graph(watched, title, counted, stacked=True)
    if len(watched.looked_up) == len(Side):
        part = share(service, Side.FARGATE, least=1)
        yield Graph(
            title="Fargate's share",
            lines=[Line(part, lambda metric: watched.looked_up[side_of(metric)], "fargate")],
            unit="Percent",
            marks=[Mark(f"{watched.stage}: {weight} %", weight)],
        )


def _errors(watched: Watched) -> Iterator[Widget]:
    if watched.is_http:
        yield from _share_graph(watched, "Failed requests (5XX)", ERROR_PERCENT)
        yield from _share_graph(watched, "Refused requests (4XX)", CLIENT_ERROR_PERCENT)
    else:
        yield from _share_graph(watched, "Reset connections", RESET_PERCENT)
        yield LogQuery(
            title="Answers of 500 and above",
            log_groups=[side.log_group(watched.service.log_kind) for side in watched.sides],
            query=PROXY_ERRORS,
        )


def _latency(watched: Watched) -> Iterator[Widget]:
    if watched.is_http:
        for percent in (50, 95):
            yield from _graph(watched, f"Response time, p{percent}", response_time(percent))


def _tasks(watched: Watched) -> Iterator[Widget]:
    hosts = HEALTHY_HOSTS[watched.service.load_balancer_type]
    marks = [Mark(f"needed on {each.side}", each.needed_tasks) for each in watched.sides]
    yield from _graph(watched, "Healthy tasks", hosts, marks=marks)
    for title, metric in (("CPU", TASK_CPU), ("Memory", TASK_MEMORY)):
        yield Graph(
            title=title,
            lines=[
                Line(of_side(metric, each.side), always(_of_ecs(each)), each.side)
                for each in watched.sides
            ],
            unit=metric.unit,
        )


def _shared_by_both_sides(watched: Watched) -> Iterator[Widget]:
    received = [queue.name for queue in watched.service.queues if Access.RECEIVE in queue.access]
    for title, metric in (("Age of the oldest message", OLDEST), ("Messages that wait", WAITING)):
        if received:
            yield Graph(
                title=title,
                lines=[_of_queue(watched, metric, name, i) for i, name in enumerate(received)],
                unit=metric.unit,
            )
    if database := watched.service.database:
        name = names.database(
            watched.environment.name, watched.service.name, database.identifier_suffix
        )
        of_database = always({"DBInstanceIdentifier": name})
        yield Graph(
            title="Database connections",
            lines=[Line(DATABASE_CONNECTIONS, of_database, name)],
            unit=DATABASE_CONNECTIONS.unit,
        )


def _graph(
    watched: Watched,
    title: str,
    metric: Metric,
    *,
    stacked: bool = False,
    marks: Sequence[Mark] = (),
) -> Iterator[Widget]:
    """Yield a graph with a line of each side that was looked up."""
    lines = [
        Line(of_side(metric, side), always(dimensions), side)
        for side, dimensions in watched.looked_up.items()
    ]
    yield Graph(title=title, lines=lines, unit=metric.unit, stacked=stacked, marks=marks)


def _share_graph(watched: Watched, title: str, part: Share) -> Iterator[Widget]:
    lines = [
        Line(share_of_side(part.of_at_least(1), side), always(dimensions), side)
        for side, dimensions in watched.looked_up.items()
    ]
    yield Graph(title=title, lines=lines, unit=part.unit, marks=[Mark("alarm", MAX_ERROR_PERCENT)])


def _of_ecs(side: ServiceSide) -> Dimensions:
    return {"ClusterName": side.cluster, "ServiceName": side.service.name}


def _of_queue(watched: Watched, metric: Metric, name: str, number: int) -> Line:
    own = metric.model_copy(update={"id": f"{metric.id}_{number}"})
    queue = names.queue(watched.environment.name, name)
    return Line(own, always({"QueueName": queue}), name)


ROWS: tuple[Callable[[Watched], Iterator[Widget]], ...] = (
    _header,
    _traffic,
    _errors,
    _latency,
    _tasks,
    _shared_by_both_sides,
)
