"""The count of scheduled calls that were made and failed, and its alarm."""

from pay.model import names
from pay.model.alarms import Alarm
from pay.model.environment.environment import Environment
from pay.model.log_metrics import NAMESPACE, LogMetric
from pay.model.metrics import Metric
from pay.model.service.one_off_task import OneOffTask
from pay.model.vocabulary import Severity

_ID = "failed_calls"


def failed_calls(environment: Environment, task: OneOffTask) -> LogMetric:
    """Return the count of the lines with curl's error. An example is `curl: (22) The requested URL
    returned error: 500`. `task` makes the calls.

    Scheduler counts a call as made when its task was started.
    """
    metric = Metric(
        id=_ID,
        namespace=NAMESPACE,
        name=f"{environment.name}-{_ID.replace('_', '-')}",
        statistic="Sum",
        unit="Count",
        dimensions=(),
    )
    group = names.log_group(environment.name, task.log_kind, task.name)
    return LogMetric(metric=metric, log_group=group, pattern='"curl: ("')


def failed_calls_alarm(environment: Environment, task: OneOffTask) -> Alarm:
    """Return the alarm on at least one call that failed in five minutes."""
    counted = failed_calls(environment, task)
    return Alarm(
        name="failed-calls",
        metric=counted.metric,
        threshold=0,
        description=f"A scheduled call of {environment.name} was made and failed. Lines of "
        f"{counted.log_group} that begin with curl say why; make it again: pay task run.",
        severity=Severity.WARNING,
        evaluation_periods=5,
        datapoints_to_alarm=1,
    )
