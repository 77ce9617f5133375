"""The dashboards of a service and of an environment."""

from collections.abc import Iterable, Mapping

from constructs import Construct

from imports.aws.cloudwatch_dashboard import CloudwatchDashboard
from pay.model import Environment, Microservice, Side, addresses, names
from pay.model.metrics import Dimension
from pay.model.monitoring.dashboard import WidgetRow, body
from pay.model.monitoring.overview import overview_rows
from pay.model.monitoring.stay import Stay
from pay.model.monitoring.widgets import WatchedService, rows


def service_dashboard(
    scope: Construct,
    service: Microservice,
    environment: Environment,
    looked_up: Mapping[Side, Mapping[Dimension, str]],
    stay: Stay | None,
) -> None:
    """Create the dashboard of a service, both sides beside each other."""
    name = names.dashboard(environment.name, service.name)
    watched = WatchedService(service, environment, looked_up, stay)
    _dashboard(scope, name, rows(watched), environment.region)


def environment_dashboard(
    scope: Construct, environment: Environment, services: Iterable[Microservice]
) -> None:
    """Create the dashboard of those of the services that the environment has."""
    name = names.dashboard(environment.name)
    _dashboard(scope, name, overview_rows(environment, services), environment.region)


def _dashboard(scope: Construct, name: str, content: Iterable[WidgetRow], region: str) -> None:
    CloudwatchDashboard(
        scope,
        addresses.DASHBOARD.id,
        dashboard_name=name,
        dashboard_body=body(content, region),
    )
