"""The alarms of one service on one side in CloudWatch."""

from collections.abc import Mapping
from typing import Any

from constructs import Construct

from imports.aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from pay.existing.messaging import topic_arn
from pay.model import Severity, addresses, names
from pay.model.alarms import Alarm, alarms
from pay.model.metrics import Dimension, Metric, Share, side_dimensions
from pay.model.side import ServiceSide
from pay.service.balancer import ServiceLoadBalancer


class Alarms:
    """An alarm for each row of `pay.model.alarms`, sent to the topic of its severity."""

    def __init__(
        self, scope: Construct, side: ServiceSide, load_balancer: ServiceLoadBalancer
    ) -> None:
        dimensions = side_dimensions(
            side,
            load_balancer=load_balancer.arn_suffix,
            target_group=load_balancer.target_group_arn_suffix,
        )
        environment, topics = side.environment.name, dict[Severity, str]()
        for alarm in alarms(side):
            severity = alarm.severity
            if severity not in topics:
                name = names.alarm_topic(environment, severity)
                topics[severity] = topic_arn(scope, f"{severity}_topic", name)
            CloudwatchMetricAlarm(
                scope,
                addresses.alarm(alarm.name).id,
                alarm_name=names.alarm(environment, side.service.name, side.side, alarm.name),
                alarm_description=alarm.description,
                comparison_operator=alarm.comparison,
                threshold=alarm.threshold,
                evaluation_periods=alarm.evaluation_periods,
                datapoints_to_alarm=alarm.datapoints_to_alarm,
                treat_missing_data=alarm.treat_missing_data,
                alarm_actions=[topics[severity]],
                ok_actions=[topics[severity]],
                **measured(alarm, dimensions),
            )


def measured(alarm: Alarm, dimensions: Mapping[Dimension, str]) -> dict[str, Any]:
    """Return the arguments that say what the alarm watches: one metric, or a formula over some."""
    metric = alarm.metric
    if isinstance(metric, Share):
        return {"metric_query": _queries(metric, alarm.period_seconds, dimensions)}
    return {
        "namespace": metric.namespace,
        "metric_name": metric.name,
        "dimensions": metric.dimension_values(dimensions),
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
    share: Share, period_seconds: int, dimensions: Mapping[Dimension, str]
) -> list[CloudwatchMetricAlarmMetricQuery]:
    def query(metric: Metric) -> CloudwatchMetricAlarmMetricQuery:
        return CloudwatchMetricAlarmMetricQuery(
            id=metric.id,
            metric=CloudwatchMetricAlarmMetricQueryMetric(
                namespace=metric.namespace,
                metric_name=metric.name,
                dimensions=metric.dimension_values(dimensions),
                period=period_seconds,
                stat=metric.statistic,
            ),
        )

    formula = CloudwatchMetricAlarmMetricQuery(
        id=share.id, expression=share.expression, label=share.label, return_data=True
    )
    return [formula, *map(query, share.metrics)]
