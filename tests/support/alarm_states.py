"""What CloudWatch makes of an alarm, by the sandbox's rules and without a server."""

from collections.abc import Mapping

from pay.model.alarms import Alarm
from pay.model.metrics import Share, Sum
from sandbox.aws.cloudwatch.alarm_states import AlarmConditions, AlarmState, state_of
from sandbox.aws.cloudwatch.metric_math import parse


def state_after(alarm: Alarm, values: Mapping[str, float]) -> AlarmState:
    """Return the state after each period had these values, by the ids of the metrics; a metric that
    is not there had no data.
    """
    metric = alarm.metric
    metrics = metric.metrics if isinstance(metric, Share | Sum) else (metric,)
    text = metric.expression if isinstance(metric, Share | Sum) else metric.id
    times = range(0, alarm.evaluation_periods * alarm.period_seconds, alarm.period_seconds)
    series = {
        metric.id: dict.fromkeys(times, values[metric.id]) if metric.id in values else {}
        for metric in metrics
    }
    points = parse(text).series(series, list(times), alarm.period_seconds)
    limits = AlarmConditions(
        alarm.comparison,
        alarm.threshold,
        alarm.datapoints_to_alarm,
        alarm.evaluation_periods,
        alarm.treat_missing_data,
    )
    return state_of([points.get(at) for at in times], limits, "OK")
