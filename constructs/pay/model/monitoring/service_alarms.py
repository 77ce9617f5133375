"""The names of the alarms over both sides of a service."""

from pay.model import names
from pay.model.environment.environment import Environment
from pay.model.monitoring.composites import composites
from pay.model.monitoring.log_filters import log_alarms
from pay.model.monitoring.share import share_alarm
from pay.model.service.microservice import Microservice


def service_alarm_names(service: Microservice, environment: Environment) -> frozenset[str]:
    """Return the names that the alarms over both sides have at the service's stage."""
    over_both = composites(service, environment)
    share = [share_alarm(service, environment).name] if over_both else []
    last = [*(each.name for each in (*over_both, *log_alarms(service, environment))), *share]
    return frozenset(names.service_alarm(environment.name, service.name, each) for each in last)
