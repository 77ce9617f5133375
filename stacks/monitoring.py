"""`<env>-<service>-monitoring`: the dashboard of a microservice, its composite alarms, its logs."""

from constructs import Construct

from pay.model import Environment, Microservice
from pay.model.log_groups import log_groups
from pay.model.monitoring.stay import Stay
from pay.model.stacks import MONITORING
from pay.monitoring.alarms import ServiceAlarms
from pay.monitoring.dashboards import service_dashboard
from pay.monitoring.logs import metric_filters, subscriptions
from pay.monitoring.lookups import looked_up_sides
from stacks.base import PayStack


class MonitoringStack(PayStack):
    """Watches both sides of a service; nothing in it carries a request."""

    def __init__(
        self,
        scope: Construct,
        environment: Environment,
        service: Microservice,
        *,
        stay: Stay | None = None,
    ) -> None:
        super().__init__(scope, MONITORING, environment, service)
        looked_up = looked_up_sides(self, service, environment)
        service_dashboard(self, service, environment, looked_up, stay)
        ServiceAlarms(self, service=service, environment=environment, looked_up=looked_up)
        metric_filters(self, service, environment)
        if environment.logs.pipeline:
            groups = {group.key: group.name for group in log_groups(environment.name, service)}
            subscriptions(self, groups, environment.logs.pipeline)
