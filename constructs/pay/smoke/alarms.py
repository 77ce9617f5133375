"""The alarm of a canary that runs on a schedule, independent of what renders it."""

from pay.model import names
from pay.model.alarms import Alarm
from pay.model.metrics import Metric
from pay.model.vocabulary import Severity
from pay.smoke.targets import CanaryTarget

SUCCESS_PERCENT = Metric(
    id="success_percent",
    namespace="CloudWatchSynthetics",
    name="SuccessPercent",
    statistic="Average",
    unit="Percent",
    dimensions=("CanaryName",),
)
"""Of the runs that ended in a period (AWS: CloudWatch user guide, "CloudWatch metrics published by
canaries")."""

RUNS_TO_ALARM, RUNS = 2, 3
"""One failure may be the network's or a deployment's; two of three runs in a row are not."""


def alarm_name(target: CanaryTarget) -> str:
    """Return the name of a canary's alarm in AWS."""
    return names.environment_alarm(target.environment.name, f"smoke-{target.scenario.name}")


def alarm(target: CanaryTarget) -> Alarm:
    """Return the alarm that most of the last runs failed, or did not end. A third party's failure
    waits for the morning, because no payment fails for our sake.
    """
    minutes = target.every_minutes
    assert minutes is not None
    third_party = target.scenario.third_party
    return Alarm(
        name=target.scenario.name,
        metric=SUCCESS_PERCENT,
        comparison="LessThanThreshold",
        threshold=100,
        description=f"{RUNS_TO_ALARM} of {RUNS} runs of {target.name} failed or did not end: "
        f"{target.scenario.what}.",
        severity=Severity.WARNING if third_party else Severity.CRITICAL,
        period_seconds=minutes * 60,
        evaluation_periods=RUNS,
        datapoints_to_alarm=RUNS_TO_ALARM,
        # A canary that no longer runs must not look like one that passes.
        treat_missing_data="breaching",
    )
