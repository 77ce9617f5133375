"""The dashboards of a service and of an environment."""

from collections.abc import Iterable, Mapping

from constructs import Construct

from imports.aws.cloudwatch_dashboard import CloudwatchDashboard
from pay.model import Environment, Microservice, Side, addresses, names
from pay.model.metrics import Dimension
from pay.model.monitoring.dashboard import Row, body
from pay.model.monitoring.overview import overview_rows
from pay.model.monitoring.widgets import Watched, rows


def service_dashboard(
    scope: Construct,
    service: Microservice,
    environment: Environment,
    looked_up: Mapping[Side, Mapping[Dimension, str]],
) -> None:
    """Create the dashboard of a service, both sides beside each other."""
    name = names.dashboard(environment.name, service.name)
    _dashboard(scope, name, rows(Watched(service, environment, looked_up)), environment.region)


def environment_dashboard(scope: Construct, environment: Environment) -> None:
    """Create the dashboard of all services of an environment."""
    name = names.dashboard(environment.name)
    _dashboard(scope, name, overview_rows(environment), environment.region)


def _dashboard(scope: Construct, name: str, content: Iterable[Row], region: str) -> None:
    CloudwatchDashboard(
        scope,
        addresses.DASHBOARD.id,
        dashboard_name=name,
        dashboard_body=body(content, region),
    )
