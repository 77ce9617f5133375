"""The rows of a service's dashboard, one function each: add a widget to a row, or a row to `ROWS`.

Both sides stand beside each other in each graph. Like its records, a side is in the graphs of its
load balancer from its first record on. Before, there is nothing to look up.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pay.model import names
from pay.model.alarms import MAX_ERROR_PERCENT, alarms
from pay.model.environment.environment import Environment
from pay.model.environment.host_names import host_name
from pay.model.metrics import (
    CLIENT_ERROR_PERCENT,
    DATABASE_CONNECTIONS,
    DATABASE_CPU,
    DATABASE_READ_LATENCY,
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
from pay.model.monitoring.dashboard import (
    AlarmStates,
    Graph,
    GraphLine,
    LogQuery,
    Mark,
    MarkedMoment,
    Text,
    Widget,
    WidgetRow,
)
from pay.model.monitoring.queues import received_queues
from pay.model.monitoring.series import always, of_side, share_of_side, side_of
from pay.model.monitoring.service_alarms import alarms_over_both
from pay.model.monitoring.share import REQUESTS_OF, fargate_weight, share
from pay.model.monitoring.stay import Stay
from pay.model.queue_metrics import OLDEST, WAITING
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
class WatchedService:
    """A service at its stage, and the dimensions of its metrics."""

    service: Microservice
    environment: Environment
    looked_up: Mapping[Side, Dimensions]
    """The sides whose load balancers were looked up, which are those that a record leads to."""
    stay: Stay | None = None
    """None: the journal does not have the stage that the file has."""

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


def rows(watched: WatchedService) -> Iterator[WidgetRow]:
    """Yield the rows that the service has, from the top."""
    for row in ROWS:
        yield tuple(_since(watched.stay, watched.stage, widget) for widget in row(watched))


def _since(stay: Stay | None, stage: Stage, widget: Widget) -> Widget:
    """Return the widget with a line where the stage began, if it is a graph."""
    if stay is None or not isinstance(widget, Graph):
        return widget
    return replace(widget, moments=(MarkedMoment(stage, stay.since),))


def _header(watched: WatchedService) -> Iterator[Widget]:
    environment, service = watched.environment, watched.service
    weights = ", ".join(
        f"{record.side} {'everything' if record.weight is None else f'{record.weight} %'}"
        for record in environment.ladder.records(watched.stage)
    )
    lines = [
        f"# {service.name} in {environment.name}: {watched.stage}",
        f"`{host_name(service, environment)}` leads to {weights}.",
    ]
    if watched.stay:
        lines.append(watched.stay.came)
    if environment.monitoring:
        lines.append(f"[What to do about an alarm]({environment.monitoring.runbook})")
    yield Text(width=WHOLE_ROW // 2, height=6, markdown="\n\n".join(lines))
    yield AlarmStates(width=WHOLE_ROW // 2, height=6, title="Alarms", arns=_alarms(watched))


def _alarms(watched: WatchedService) -> list[str]:
    environment, service = watched.environment, watched.service
    of_service = alarms_over_both(service, environment)
    of_sides = [
        names.alarm(environment.name, service.name, side.side, alarm.name)
        for side in watched.sides
        for alarm in alarms(side)
    ]
    return [environment.arn("cloudwatch", f"alarm:{name}") for name in (*of_service, *of_sides)]


def _traffic(watched: WatchedService) -> Iterator[Widget]:
    service, weight = watched.service, fargate_weight(watched.service, watched.environment)
    counted = REQUESTS_OF[service.load_balancer_type]
    title = "Requests" if watched.is_http else "Connections"
    yield from _graph(watched, title, counted, stacked=True)
    if len(watched.looked_up) == len(Side):
        part = share(service, Side.FARGATE, least=1)
        yield Graph(
            title="Fargate's share",
            lines=[GraphLine(part, lambda metric: watched.looked_up[side_of(metric)], "fargate")],
            unit="Percent",
            marks=[Mark(f"{watched.stage}: {weight} %", weight)],
        )


def _errors(watched: WatchedService) -> Iterator[Widget]:
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


def _latency(watched: WatchedService) -> Iterator[Widget]:
    if watched.is_http:
        for percent in (50, 95):
            yield from _graph(watched, f"Response time, p{percent}", response_time(percent))


def _tasks(watched: WatchedService) -> Iterator[Widget]:
    hosts = HEALTHY_HOSTS[watched.service.load_balancer_type]
    marks = [Mark(f"needed on {each.side}", each.needed_tasks) for each in watched.sides]
    yield from _graph(watched, "Healthy tasks", hosts, marks=marks)
    for title, metric in (("CPU", TASK_CPU), ("Memory", TASK_MEMORY)):
        yield Graph(
            title=title,
            lines=[
                GraphLine(of_side(metric, each.side), always(_of_ecs(each)), each.side)
                for each in watched.sides
            ],
            unit=metric.unit,
        )


def _queues(watched: WatchedService) -> Iterator[Widget]:
    yield from queue_graphs(watched.environment, [watched.service])


def _database(watched: WatchedService) -> Iterator[Widget]:
    """Yield the graphs of the database, which both sides share. They are a sign to stop, and do not
    say which side is at fault.
    """
    if database := watched.service.database:
        peak = watched.environment.services[watched.service.name].tasks.peak
        pools = len(watched.sides) * peak * database.pool_size
        for title, metric, marks in (
            ("Database connections", DATABASE_CONNECTIONS, [Mark("all pools full", pools)]),
            ("Database CPU", DATABASE_CPU, []),
            ("Time of a database read", DATABASE_READ_LATENCY, []),
        ):
            lines = of_databases(metric, watched.environment, [watched.service])
            yield Graph(title=title, lines=lines, unit=metric.unit, marks=marks)


def queue_graphs(environment: Environment, services: Iterable[Microservice]) -> Iterator[Graph]:
    """Yield graphs of the queues that services receive from, and of their dead letters."""
    received = [names.queue(environment.name, queue) for queue in received_queues(services)]
    dead = list(map(names.dead_letter_queue, received))
    for title, metric, queues in (
        ("Age of the oldest message", OLDEST, received),
        ("Messages that wait", WAITING, received),
        ("Dead letters", WAITING, dead),
    ):
        if queues:
            yield Graph(title=title, lines=_of_each(metric, "QueueName", queues), unit=metric.unit)


def of_databases(
    metric: Metric, environment: Environment, services: Iterable[Microservice]
) -> list[GraphLine]:
    """Return a line of each database."""
    databases = [
        names.database(environment.name, service.name, service.database.identifier_suffix)
        for service in services
        if service.database
    ]
    return _of_each(metric, "DBInstanceIdentifier", databases)


def _of_each(metric: Metric, dimension: Dimension, values: Iterable[str]) -> list[GraphLine]:
    """Return a line of each value of the metric's dimension."""
    return [
        GraphLine(
            metric.model_copy(update={"id": f"{metric.id}_{number}"}),
            always({dimension: value}),
            value,
        )
        for number, value in enumerate(values)
    ]


def _graph(
    watched: WatchedService,
    title: str,
    metric: Metric,
    *,
    stacked: bool = False,
    marks: Sequence[Mark] = (),
) -> Iterator[Widget]:
    """Yield a graph with a line of each side that was looked up."""
    lines = [
        GraphLine(of_side(metric, side), always(dimensions), side)
        for side, dimensions in watched.looked_up.items()
    ]
    yield Graph(title=title, lines=lines, unit=metric.unit, stacked=stacked, marks=marks)


def _share_graph(watched: WatchedService, title: str, part: Share) -> Iterator[Widget]:
    lines = [
        GraphLine(share_of_side(part.of_at_least(1), side), always(dimensions), side)
        for side, dimensions in watched.looked_up.items()
    ]
    yield Graph(title=title, lines=lines, unit=part.unit, marks=[Mark("alarm", MAX_ERROR_PERCENT)])


def _of_ecs(side: ServiceSide) -> Dimensions:
    return {"ClusterName": side.cluster, "ServiceName": side.service.name}


ROWS: tuple[Callable[[WatchedService], Iterator[Widget]], ...] = (
    _header,
    _traffic,
    _errors,
    _latency,
    _tasks,
    _queues,
    _database,
)
