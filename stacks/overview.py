"""`<env>-monitoring`: the dashboard of an environment, the alarm on an outage of its platform."""

from constructs import Construct

from pay.catalogue import CATALOGUE
from pay.model import Environment
from pay.model.stacks import OVERVIEW
from pay.monitoring.alarms import EnvironmentAlarms
from pay.monitoring.dashboards import environment_dashboard
from stacks.base import PayStack


class OverviewStack(PayStack):
    """Comes before the stacks whose composite alarms its alarm suppresses."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, OVERVIEW, environment)
        environment_dashboard(self, environment, CATALOGUE.values())
        EnvironmentAlarms(self, environment)
