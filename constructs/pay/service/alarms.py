"""Metric alarms in CloudWatch: those of one service on one side, and what draws any."""

from typing import Any

from constructs import Construct

from imports.aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from pay.existing.messaging import ExistingAlarmTopics
from pay.model import Environment, addresses, names
from pay.model.alarms import Alarm, alarms
from pay.model.metrics import DimensionsOf, Formula, Metric, side_dimensions
from pay.model.monitoring.stages import composites_alone_notify
from pay.model.side import ServiceSide
from pay.service.asleep import ignoring
from pay.service.balancer import ServiceLoadBalancer


class Alarms:
    """An alarm for each row of `pay.model.alarms`, sent to the topic of its severity. Where the
    composite alarms alone notify, it is sent to nobody.
    """

    def __init__(
        self, scope: Construct, side: ServiceSide, load_balancer: ServiceLoadBalancer
    ) -> None:
        dimensions = side_dimensions(
            side,
            load_balancer=load_balancer.arn_suffix,
            target_group=load_balancer.target_group_arn_suffix,
        )
        environment, topics = side.environment.name, ExistingAlarmTopics(scope, side.environment)
        is_silent = composites_alone_notify(side.environment, side.deployment.stage)
        for alarm in alarms(side):
            metric_alarm(
                scope,
                alarm,
                names.alarm(environment, side.service.name, side.side, alarm.name),
                lambda metric: dimensions,
                None if is_silent else topics.arn(alarm.severity),
                rests_in=side.environment,
            )


def metric_alarm(
    scope: Construct,
    alarm: Alarm,
    name: str,
    dimensions: DimensionsOf,
    topic: str | None = None,
    *,
    rests_in: Environment | None,
) -> CloudwatchMetricAlarm:
    """Create an alarm that notifies a topic; without one, a composite alarm does.

    `rests_in` is the environment in whose sleep it notifies nobody; None if it notifies always.
    """
    actions = [topic] if topic else None
    return CloudwatchMetricAlarm(
        scope,
        addresses.alarm(alarm.name).id,
        alarm_name=name,
        alarm_description=alarm.description,
        comparison_operator=alarm.comparison,
        threshold=alarm.threshold,
        evaluation_periods=alarm.evaluation_periods,
        datapoints_to_alarm=alarm.datapoints_to_alarm,
        treat_missing_data=alarm.treat_missing_data,
        alarm_actions=actions,
        ok_actions=actions,
        **measured(alarm, dimensions),
        lifecycle=ignoring(rests_in, "actions_enabled") if rests_in else None,
    )


def measured(alarm: Alarm, dimensions: DimensionsOf) -> dict[str, Any]:
    """Return the arguments that say what the alarm watches: one metric, or a formula over some."""
    metric = alarm.metric
    if isinstance(metric, Formula):
        return {"metric_query": _queries(metric, alarm.period_seconds, dimensions)}
    return {
        "namespace": metric.namespace,
        "metric_name": metric.name,
        "dimensions": metric.dimension_values(dimensions(metric)),
        "period": alarm.period_seconds,
        "extended_statistic" if metric.is_percentile else "statistic": metric.statistic,
        "evaluate_low_sample_count_percentiles": _few_samples(alarm, metric),
    }


def _few_samples(alarm: Alarm, metric: Metric) -> str | None:
    """Return what a period does with too few requests, when a percentile is one request."""
    if not metric.is_percentile:
        return None
    return "ignore" if alarm.waits_for_samples else "evaluate"


def _queries(
    formula: Formula, period_seconds: int, dimensions: DimensionsOf
) -> list[CloudwatchMetricAlarmMetricQuery]:
    def query(metric: Metric) -> CloudwatchMetricAlarmMetricQuery:
        return CloudwatchMetricAlarmMetricQuery(
            id=metric.id,
            metric=CloudwatchMetricAlarmMetricQueryMetric(
                namespace=metric.namespace,
                metric_name=metric.name,
                dimensions=metric.dimension_values(dimensions(metric)),
                period=period_seconds,
                stat=metric.statistic,
            ),
        )

    returned = CloudwatchMetricAlarmMetricQuery(
        id=formula.id, expression=formula.expression, label=formula.label, return_data=True
    )
    return [returned, *map(query, formula.metrics)]
