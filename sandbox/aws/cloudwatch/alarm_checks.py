"""Refuses alarms that AWS refuses.

Source: AWS, CloudWatch API reference, `PutMetricAlarm`, `PutCompositeAlarm`, `MetricDataQuery`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.models import Alarm

from sandbox.aws.cloudwatch.alarm_rules import AlarmRule, BadRule, parse_rule
from sandbox.aws.cloudwatch.alarm_states import COMPARISONS
from sandbox.aws.cloudwatch.metric_math import BadExpression, parse
from sandbox.aws.cloudwatch.metric_store import PERCENTILE, STATISTICS

MOST_ACTIONS = 5
LONGEST_NAME, LONGEST_DESCRIPTION = 255, 1024
MOST_METRICS = 10
"""The metrics in the formula of one alarm.

Source: user guide, "Create a CloudWatch alarm based on a metric math expression"."""
DAY_SECONDS, WEEK_SECONDS, HOUR_SECONDS = 86_400, 604_800, 3_600
HIGH_RESOLUTION = (10, 20, 30)
LONGEST_EXPRESSION = 2048
MOST_PARENTS = 150
"""The composite alarms that may name one alarm (API reference, `PutCompositeAlarm`)."""
MOST_DIMENSIONS = 30
OF_A_BAND = (
    "LessThanLowerOrGreaterThanUpperThreshold",
    "LessThanLowerThreshold",
    "GreaterThanUpperThreshold",
)
TREATMENTS = ("breaching", "notBreaching", "ignore", "missing")
BAND = "ANOMALY_DETECTION_BAND"

_ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")
_SINGLE = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period")


def check_metric_alarm(asked: Mapping[str, Any]) -> None:
    """Raise ValidationError for what AWS refuses of a metric alarm."""
    _refuse(*_of_both(asked), *_of_limits(asked), *_of_metrics(asked))


def check_composite(asked: Mapping[str, Any], alarms: Mapping[str, Alarm]) -> AlarmRule:
    """Return the rule of a composite alarm; raises ValidationError for what AWS refuses."""
    try:
        rule = parse_rule(asked["AlarmRule"])
    except BadRule as error:
        raise ValidationError(str(error)) from None
    _refuse(*_of_both(asked))
    missing = [name for name in rule.children if name not in alarms]
    if missing:
        raise ValidationError(
            f"Could not save the composite alarm as alarms {missing} in the alarm rule do not exist"
        )
    _refuse(*_of_parents(asked["AlarmName"], rule, alarms), *_of_suppressor(asked, alarms))
    return rule


def _of_parents(own: str, rule: AlarmRule, alarms: Mapping[str, Alarm]) -> Iterator[str]:
    others = [a.rule for a in alarms.values() if a.rule is not None and a.name != own]
    named = Counter(child for other in others for child in parse_rule(other).children)
    for child in rule.children:
        if named[child] >= MOST_PARENTS:
            yield f"At most {MOST_PARENTS} composite alarms name one alarm; {child} is full."


def _refuse(*problems: str) -> None:
    if problems:
        raise ValidationError(problems[0])


def _of_both(asked: Mapping[str, Any]) -> Iterator[str]:
    name, description = asked["AlarmName"], asked.get("AlarmDescription") or ""
    if not 1 <= len(name) <= LONGEST_NAME or not name.isascii():
        yield f"AlarmName has 1 to {LONGEST_NAME} ASCII characters."
    if len(description) > LONGEST_DESCRIPTION:
        yield f"AlarmDescription has at most {LONGEST_DESCRIPTION} characters."
    for key in _ACTIONS:
        actions = asked.get(key) or []
        if len(actions) > MOST_ACTIONS:
            yield f"{key} has at most {MOST_ACTIONS} members; found {len(actions)}."
        for arn in actions:
            if not arn.startswith("arn:"):
                yield f"Invalid arn syntax: {arn}"


def _of_suppressor(asked: Mapping[str, Any], alarms: Mapping[str, Alarm]) -> Iterator[str]:
    name = suppressor_name(asked)
    periods = [
        key
        for key in ("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")
        if asked.get(key) is not None
    ]
    if name is None:
        if periods:
            yield f"{periods[0]} is allowed with ActionsSuppressor only."
        return
    if len(periods) < 2:
        yield "ActionsSuppressor needs its WaitPeriod and its ExtensionPeriod."
    if name not in alarms:
        yield f"The actions suppressor {name} does not exist."
    if name == asked["AlarmName"]:
        yield "A composite alarm is not its own suppressor."


def suppressor_name(asked: Mapping[str, Any]) -> str | None:
    """Return the name of the suppressor, which may be given by its ARN."""
    given: str | None = asked.get("ActionsSuppressor")
    return given.rpartition(":alarm:")[2] if given else None


def _of_limits(asked: Mapping[str, Any]) -> Iterator[str]:
    of = int(asked["EvaluationPeriods"])
    needed = asked.get("DatapointsToAlarm")
    if of < 1 or (needed is not None and not 1 <= int(needed) <= of):
        yield "DatapointsToAlarm is 1 to EvaluationPeriods, which is 1 or more."
    treatment = asked.get("TreatMissingData")
    if treatment is not None and treatment not in TREATMENTS:
        yield f"The value {treatment} for parameter TreatMissingData is not supported."
    for period in _periods(asked):
        if period not in HIGH_RESOLUTION and (period < 60 or period % 60):
            yield f"The period {period} is not 10, 20, 30 or a multiple of 60."
        limit = DAY_SECONDS if period < HOUR_SECONDS else WEEK_SECONDS
        if period * of > limit:
            yield f"Metrics cannot be checked across more than {limit} seconds: {period} x {of}."
    is_anomaly = asked.get("ThresholdMetricId") is not None
    comparison = asked["ComparisonOperator"]
    if comparison not in (OF_A_BAND if is_anomaly else COMPARISONS):
        yield f"The value {comparison} for parameter ComparisonOperator is not supported."
    if is_anomaly == (asked.get("Threshold") is not None):
        yield "An alarm has a Threshold, or else a ThresholdMetricId."


def _periods(asked: Mapping[str, Any]) -> list[int]:
    stats = (query.get("MetricStat") for query in asked.get("Metrics") or ())
    periods = [asked.get("Period"), *(stat["Period"] for stat in stats if stat)]
    return sorted({int(period) for period in periods if period is not None})


def _of_metrics(asked: Mapping[str, Any]) -> Iterator[str]:
    queries: Sequence[Mapping[str, Any]] = asked.get("Metrics") or ()
    single = [key for key in _SINGLE if asked.get(key) is not None]
    if not queries:
        if (asked.get("Statistic") is None) == (asked.get("ExtendedStatistic") is None):
            yield "An alarm on one metric has a Statistic, or else an ExtendedStatistic."
        for key in ("MetricName", "Namespace", "Period"):
            if asked.get(key) is None:
                yield f"The parameter {key} is required."
        yield from _of_statistic(asked)
        return
    if single:
        yield f"The parameters Metrics and {single[0]} are mutually exclusive."
    yield from _of_formula(queries, is_anomaly=asked.get("ThresholdMetricId") is not None)


def _of_statistic(asked: Mapping[str, Any]) -> Iterator[str]:
    statistic, percentile = asked.get("Statistic"), asked.get("ExtendedStatistic")
    if statistic is not None and statistic not in STATISTICS:
        yield f"The value {statistic} for parameter Statistic is not supported."
    if percentile is not None and not PERCENTILE.fullmatch(percentile):
        yield f"The value {percentile} for parameter ExtendedStatistic is not supported."
    few = asked.get("EvaluateLowSampleCountPercentile")
    if few is not None and (percentile is None or few not in ("evaluate", "ignore")):
        yield "EvaluateLowSampleCountPercentile is evaluate or ignore, and for percentiles only."
    if len(asked.get("Dimensions") or ()) > MOST_DIMENSIONS:
        yield f"A metric has at most {MOST_DIMENSIONS} dimensions."


def _of_formula(queries: Sequence[Mapping[str, Any]], *, is_anomaly: bool) -> Iterator[str]:
    ids = [query["Id"] for query in queries]
    returned = [query["Id"] for query in queries if query.get("ReturnData", True)]
    if len(set(ids)) < len(ids):
        yield "Each Id of Metrics is there once."
    if len(returned) != (2 if is_anomaly else 1):
        yield f"Exactly one element of the metrics list should return data; found {returned}."
    stats = [query["MetricStat"] for query in queries if query.get("MetricStat")]
    if not 1 <= len(stats) <= MOST_METRICS:
        yield f"Metrics list must contain 1 to {MOST_METRICS} metrics; found {len(stats)}."
    if len({int(stat["Period"]) for stat in stats}) > 1:
        yield "All metrics of a formula have the same Period."
    named = {query["Id"]: _named(query) for query in queries if query.get("Expression")}
    for id, (names, problem) in named.items():
        if problem:
            yield problem
        elif unknown := sorted(names - set(ids) | ({id} & names)):
            yield f"The expression {id} names {unknown}, which Metrics lacks."


def _named(query: Mapping[str, Any]) -> tuple[frozenset[str], str | None]:
    text = query["Expression"]
    if text.startswith(BAND):
        return frozenset(), None
    if not 1 <= len(text) <= LONGEST_EXPRESSION:
        return frozenset(), f"Expression has 1 to {LONGEST_EXPRESSION} characters."
    try:
        parsed = parse(text)
    except BadExpression as error:
        return frozenset(), str(error)
    if "SEARCH" in parsed.functions:
        # Its answer, as RoboFinSystems/robosystems#1131 has it.
        return frozenset(), "SEARCH is not supported on Metric Alarms."
    return parsed.ids, None
