"""The alarm on an outage of the platform, which suppresses the composite alarms of services.

It needs no side and no stage, so that a move of one service never changes it.
"""

from pay.model import names
from pay.model.alarms import Alarm
from pay.model.environment.environment import Environment
from pay.model.metrics import RUNNING_TASKS, DimensionsOf, Sum
from pay.model.monitoring.series import of_side, side_of
from pay.model.vocabulary import Severity, Side

LEAST_PART = 2
"""Half of the tasks: a zone that is lost takes less, a cluster or a network that is lost more."""


def platform_outage(environment: Environment) -> Alarm:
    """Return the alarm: fewer than half of the tasks that always run, on both clusters together.

    Without data it stays silent, because while it is in ALARM the composite alarms of services are.
    """
    always = sum(deployment.tasks.lowest for deployment in environment.services.values())
    least = -(-always // LEAST_PART)
    return Alarm(
        name="platform-outage",
        metric=Sum(
            id="running_tasks",
            label="running tasks",
            metrics=tuple(of_side(RUNNING_TASKS, side) for side in Side),
        ),
        comparison="LessThanThreshold",
        threshold=least,
        description=f"Fewer than {least} tasks run in {environment.name}, of {always} that always "
        "run: look at the platform first. The composite alarms of services wait for it.",
        severity=Severity.CRITICAL,
        treat_missing_data="notBreaching",
    )


def of_cluster(environment: Environment) -> DimensionsOf:
    """Return the dimensions of the cluster whose side is in front of a metric's id."""
    return lambda metric: {"ClusterName": names.cluster(environment.name, side_of(metric))}
