"""The dashboard of an environment: every service in one place, at any stage.

It names no load balancer and no stage, so that a move of a service never changes it.
"""

from collections.abc import Iterable, Iterator, Mapping

from pay.model import names
from pay.model.environment.environment import Environment
from pay.model.metrics import (
    DATABASE_CPU,
    RUNNING_TASKS,
    TASK_CPU,
    TASK_MEMORY,
    Dimension,
    Metric,
)
from pay.model.monitoring.dashboard import AlarmStates, Graph, GraphLine, Mark, Text, WidgetRow
from pay.model.monitoring.outage import of_cluster, platform_outage
from pay.model.monitoring.series import always, of_side
from pay.model.monitoring.widgets import of_databases, queue_graphs
from pay.model.service.microservice import Microservice
from pay.model.vocabulary import Side

WHOLE_ROW, HALF_A_ROW = 24, 12


def overview_rows(
    environment: Environment, services: Iterable[Microservice]
) -> Iterator[WidgetRow]:
    """Yield the rows of the environment's dashboard, from the top."""
    services = [service for service in services if service.name in environment.services]
    outage = platform_outage(environment)
    arn = environment.arn("cloudwatch", f"alarm:{_outage_name(environment)}")
    yield (
        Text(width=HALF_A_ROW, height=4, markdown=_header(environment)),
        AlarmStates(width=HALF_A_ROW, height=4, title="Platform", arns=[arn]),
    )
    yield (
        Graph(
            width=WHOLE_ROW,
            title="Running tasks",
            lines=[
                GraphLine(of_side(RUNNING_TASKS, side), of_cluster(environment), side)
                for side in Side
            ],
            unit="Count",
            stacked=True,
            marks=[Mark("platform outage", outage.threshold)],
        ),
    )
    for title, metric in (("CPU", TASK_CPU), ("Memory", TASK_MEMORY)):
        yield tuple(
            Graph(
                width=HALF_A_ROW,
                height=8,
                title=f"{title} on {side}",
                lines=list(_of_every_service(environment, metric, side)),
                unit=metric.unit,
            )
            for side in Side
        )
    yield tuple(queue_graphs(environment, services))
    if databases := of_databases(DATABASE_CPU, environment, services):
        unit = DATABASE_CPU.unit
        yield (Graph(width=WHOLE_ROW, title="Database CPU", lines=databases, unit=unit),)


def _header(environment: Environment) -> str:
    region = environment.region
    console = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
    links = [
        f"[{service}]({console}#dashboards/dashboard/{names.dashboard(environment.name, service)})"
        for service in environment.services
    ]
    runbook = environment.monitoring.runbook if environment.monitoring else ""
    return f"# {environment.name}\n\n{' '.join(links)}\n\n[What to do about an alarm]({runbook})"


def _of_every_service(environment: Environment, metric: Metric, side: Side) -> Iterator[GraphLine]:
    for number, service in enumerate(environment.services):
        own = metric.model_copy(update={"id": f"{side}_{number}"})
        dimensions: Mapping[Dimension, str] = {
            "ClusterName": names.cluster(environment.name, side),
            "ServiceName": service,
        }
        yield GraphLine(own, always(dimensions), service)


def _outage_name(environment: Environment) -> str:
    return names.environment_alarm(environment.name, platform_outage(environment).name)
