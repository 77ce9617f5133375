"""The alarms over both sides of a service, by their names."""

from collections.abc import Mapping

from pay.model import names
from pay.model.alarms import Alarm
from pay.model.environment.environment import Environment
from pay.model.monitoring.composites import Composite, composites
from pay.model.monitoring.dip import dip_alarm
from pay.model.monitoring.log_alarms import log_alarms
from pay.model.monitoring.queues import queue_alarms
from pay.model.monitoring.share import share_alarm
from pay.model.monitoring.stages import has_composites
from pay.model.service.microservice import Microservice


def alarms_over_both(
    service: Microservice, environment: Environment
) -> Mapping[str, Alarm | Composite]:
    """Return the alarms over both sides at the service's stage, by their names in AWS."""
    every: list[Alarm | Composite] = [
        *composites(service, environment),
        *silent_alarms(service, environment),
        *log_alarms(service, environment),
        *queue_alarms(service, environment),
    ]
    place = environment.name, service.name
    return {names.service_alarm(*place, alarm.name): alarm for alarm in every}


def silent_alarms(service: Microservice, environment: Environment) -> tuple[Alarm, ...]:
    """Return those that leave notifying to the composite alarms, and stand where these do."""
    if not has_composites(environment, environment.services[service.name].stage):
        return ()
    dip = dip_alarm(service, environment)
    return (share_alarm(service, environment), *([dip] if dip else []))
