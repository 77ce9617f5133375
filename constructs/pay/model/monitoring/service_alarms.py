"""The alarms over both sides of a service, by their names."""

from collections.abc import Mapping

from pay.model import names
from pay.model.alarms import Alarm
from pay.model.environment.environment import Environment
from pay.model.monitoring.composites import Composite, composites
from pay.model.monitoring.log_alarms import log_alarms
from pay.model.monitoring.queues import queue_alarms
from pay.model.monitoring.share import share_alarm
from pay.model.service.microservice import Microservice


def alarms_over_both(
    service: Microservice, environment: Environment
) -> Mapping[str, Alarm | Composite]:
    """Return the alarms over both sides at the service's stage, by their names in AWS."""
    over_alarms = composites(service, environment)
    share = (share_alarm(service, environment),) if over_alarms else ()
    return {
        names.service_alarm(environment.name, service.name, alarm.name): alarm
        for alarm in (
            *over_alarms,
            *share,
            *log_alarms(service, environment),
            *queue_alarms(service, environment),
        )
    }
