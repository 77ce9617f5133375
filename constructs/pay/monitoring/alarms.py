"""The alarms over both sides of a service: composite ones, and those that no side can have."""

from collections.abc import Iterable, Mapping

from constructs import Construct

from imports.aws.cloudwatch_composite_alarm import (
    CloudwatchCompositeAlarm,
    CloudwatchCompositeAlarmActionsSuppressor,
)
from imports.aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from pay.existing.messaging import ExistingAlarmTopics
from pay.model import Environment, Microservice, Side, addresses, names
from pay.model.alarms import Alarm
from pay.model.metrics import Dimension
from pay.model.monitoring.composites import (
    SUPPRESSOR_EXTENSION_SECONDS,
    SUPPRESSOR_WAIT_SECONDS,
    Composite,
    composites,
)
from pay.model.monitoring.log_alarms import log_alarms
from pay.model.monitoring.outage import of_cluster, platform_outage
from pay.model.monitoring.queues import queue_alarms
from pay.model.monitoring.series import always, side_of
from pay.model.monitoring.service_alarms import silent_alarms
from pay.service.alarms import metric_alarm
from pay.service.asleep import ignoring


class ServiceAlarms:
    """The alarms of a service over both of its sides."""

    def __init__(
        self,
        scope: Construct,
        *,
        service: Microservice,
        environment: Environment,
        looked_up: Mapping[Side, Mapping[Dimension, str]],
    ) -> None:
        topics = ExistingAlarmTopics(scope, environment)
        watched = dict[Alarm, Mapping[Dimension, str]]()
        watched |= {alarm: {} for alarm in log_alarms(service, environment)}
        for alarm, queue in queue_alarms(service, environment).items():
            watched[alarm] = {"QueueName": queue}
        for alarm, dimensions in watched.items():
            name = names.service_alarm(environment.name, service.name, alarm.name)
            metric_alarm(
                scope,
                alarm,
                name,
                always(dimensions),
                topics.arn(alarm.severity),
                rests_in=environment,
            )
        children = [
            metric_alarm(
                scope,
                alarm,
                names.service_alarm(environment.name, service.name, alarm.name),
                lambda metric: looked_up[side_of(metric)],
                rests_in=environment,
            )
            for alarm in silent_alarms(service, environment)
        ]
        for composite in composites(service, environment):
            _composite(
                scope,
                composite,
                service=service,
                environment=environment,
                topic=topics.arn(composite.severity),
                made_before=children,
            )


class EnvironmentAlarms:
    """The alarm on an outage of the platform."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        outage = platform_outage(environment)
        metric_alarm(
            scope,
            outage,
            names.environment_alarm(environment.name, outage.name),
            of_cluster(environment),
            ExistingAlarmTopics(scope, environment).arn(outage.severity),
            rests_in=environment,
        )


def _composite(
    scope: Construct,
    composite: Composite,
    *,
    service: Microservice,
    environment: Environment,
    topic: str,
    made_before: Iterable[CloudwatchMetricAlarm],
) -> None:
    suppressor = names.environment_alarm(environment.name, platform_outage(environment).name)
    CloudwatchCompositeAlarm(
        scope,
        addresses.composite_alarm(composite.name).id,
        alarm_name=names.service_alarm(environment.name, service.name, composite.name),
        alarm_description=composite.description,
        alarm_rule=composite.rule,
        alarm_actions=[topic],
        ok_actions=[topic],
        actions_suppressor=CloudwatchCompositeAlarmActionsSuppressor(
            alarm=suppressor,
            wait_period=SUPPRESSOR_WAIT_SECONDS,
            extension_period=SUPPRESSOR_EXTENSION_SECONDS,
        ),
        depends_on=list(made_before),
        # A change of it would replace the alarm.
        lifecycle=ignoring(environment, "actions_enabled"),
    )
