"""The directions in which an alarm gets stricter: it goes off at least as often as before, and no
later. Source: CloudWatch user guide, "Evaluating an alarm".

An alarm that waits for more requests than the files expect never goes off. It may become one that
does, later and by a lower percentile.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from pay.catalogue import CATALOGUE
from pay.model import names
from pay.model.alarms import Alarm, alarms
from pay.model.expected_traffic import expected_requests
from pay.model.judging.latency import Percentile
from pay.model.metrics import Metric, Share, Sum
from pay.model.monitoring.composites import Composite
from pay.model.monitoring.service_alarms import alarms_over_both
from rollout.guard.in_place.attribute import InPlace
from rollout.guard.in_place.declared import side_now
from rollout.guard.in_place.directions import SafeDirection, becomes, either, gains
from rollout.guard.numbers import number

_ABOVE = ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")
_BELOW = ("LessThanThreshold", "LessThanOrEqualToThreshold")
"""Each with the stricter one last. The others compare with a band that AWS predicts."""

_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?)")
"""CloudWatch has other extended statistics, such as `tm90`. Nothing here uses them."""


def _threshold_is_stricter(change: InPlace) -> bool:
    comparison = change.resource.after.get("comparison_operator")
    old, new = number(change.before), number(change.after)
    if old is None or new is None:
        return False
    return (comparison in _ABOVE and new <= old) or (comparison in _BELOW and new >= old)


def _is_stricter_or_follows_scaling(change: InPlace) -> bool:
    return _threshold_is_stricter(change) or _follows_scaling(change)


def _follows_scaling(change: InPlace) -> bool:
    """Return whether the threshold is the model's, once the side has left the peak to scaling.
    Fewer tasks than before always run there, so fewer have to be healthy.
    """
    side, row = side_now(change), _row(change)
    if side is None or row is None or side.holds_full_peak:
        return False
    return (
        number(change.after) == row.threshold
        and change.resource.after.get("comparison_operator") == row.comparison
    )


def _gains_topics(change: InPlace) -> bool:
    """Return whether every action stays, and each new one is a topic of the environment's account.
    An action may also scale, stop an instance, or run a function (AWS: CloudWatch API reference,
    `PutMetricAlarm`, `AlarmActions`).
    """
    before = change.before or []
    if not gains(before, change.after):
        return False
    own = change.context.environment(change.plan).arn("sns", "")
    return all(str(arn).startswith(own) for arn in change.after if arn not in before)


def _goes_off_as_soon(change: InPlace) -> bool:
    """Return whether every run of readings that made the alarm go off still does.

    `needed` breaches among the last `of` readings. A shorter run of readings is sure to hold only
    its part of the breaches.
    """
    of, needed = _datapoints(change.resource.before)
    new_of, new_needed = _datapoints(change.resource.after)
    if not (of and needed and new_of and new_needed):
        return False
    return new_needed <= ceil(needed / ceil(of / new_of))


def _datapoints(values: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many readings count, and how many of them have to breach; 0 for what is not a
    number.
    """
    of = number(values.get("evaluation_periods")) or 0
    needed = number(values.get("datapoints_to_alarm")) or of
    return int(of), int(needed)


def _goes_off_for_more(change: InPlace) -> bool:
    """Return whether a composite alarm still goes off for everything for which it did. Each part
    between the outer ORs of its rule is still there.
    """
    old, new = _parts(change.before), _parts(change.after)
    return old is not None and new is not None and old <= new


def _parts(rule: object) -> frozenset[str] | None:
    """Return what the outer ORs join; None if an OR is inside of something else."""
    parts = frozenset(part.strip() for part in str(rule).split(" OR "))
    is_whole = all(part.count("(") == part.count(")") for part in parts)
    return parts if is_whole else None


@dataclass(frozen=True)
class _Sight:
    """The failures that an alarm sees."""

    requests: float
    """That a period needs."""
    period_minutes: float
    percent: float
    """Of its percentile: the higher, the fewer slow requests it takes. 100 for any other metric."""
    minutes: float
    """From the first failure until it goes off."""

    def is_as_able(self, other: "_Sight", requests_a_minute: float) -> bool:
        """Return whether this goes off when the other one does, at so many requests. It is also
        true when the other cannot at all.
        """
        is_no_worse = self.minutes <= other.minutes and self.percent >= other.percent
        return self._can(requests_a_minute) and (is_no_worse or not other._can(requests_a_minute))

    def _can(self, requests_a_minute: float) -> bool:
        return requests_a_minute * self.period_minutes >= self.requests


def _sight(values: Mapping[str, Any]) -> _Sight | None:
    """Return what an alarm with these values sees; None if a value is not known."""
    queries = [query for query in values.get("metric_query") or () if query.get("metric")]
    periods = {number(q["metric"][0].get("period")) for q in queries} or {
        number(values.get("period"))
    }
    _, needed = _datapoints(values)
    period = min((each for each in periods if each), default=None)
    if period is None or len(periods) > 1 or not needed:
        return None
    percent, requests = 100.0, 0.0
    if statistic := values.get("extended_statistic"):
        match = _PERCENTILE.fullmatch(str(statistic))
        if match is None:
            return None
        percent = float(match[1])
        if values.get("evaluate_low_sample_count_percentiles") == "ignore":
            requests = Percentile(int(percent), 1).least_samples
    elif queries:
        expressions = (str(query.get("expression") or "") for query in values["metric_query"])
        requests = max(map(Share.min_whole_of, expressions))
    return _Sight(requests, period / 60, percent, needed * period / 60)


def _goes_off_as_before(change: InPlace) -> bool:
    """Return whether the alarm goes off no later than before at the requests that the files expect.
    It is also true when it could not go off at them. A formula is that of `pay.model.alarms`.
    """
    side, row = side_now(change), _row(change)
    old, new = _sight(change.resource.before), _sight(change.resource.after)
    if side is None or row is None or old is None or new is None:
        return False
    is_known = change.attribute.name != "metric_query" or _is_formula_of(row, change)
    return is_known and new.is_as_able(old, expected_requests(side))


def _row(change: InPlace) -> Alarm | None:
    """Return the alarm as the model has it at the stage of the files; None if it has none."""
    side = side_now(change)
    if side is None:
        return None
    name = change.resource.after.get("alarm_name")
    rows = {
        names.alarm(side.environment.name, side.service.name, side.side, r.name): r
        for r in alarms(side)
    }
    return rows.get(str(name))


def _is_formula_of(row: Alarm, change: InPlace) -> bool:
    """Return whether the new queries are the model's, of what the alarm watched before."""
    if not isinstance(row.metric, Share):
        return False
    queries = change.after
    expressions = [query["expression"] for query in queries if query.get("expression")]
    watched = {_metric_of(query) for query in queries if query.get("metric")}
    wanted = {_as_asked(metric) for metric in row.metric.metrics}
    known = {pair for query in change.before for pair in _dimensions(query)}
    new = {pair for query in queries for pair in _dimensions(query)}
    return expressions == [row.metric.expression] and watched == wanted and new <= known


def _is_formula_with_closures(change: InPlace) -> bool:
    """Return whether an alarm over both sides watches what it did, by the model's formula. The
    formula leaves out the closures that the environment's file declares.
    """
    plan = change.plan
    environment, service = change.context.environment(plan), plan.stack.service
    if (
        not plan.stack.kind.holds_composite_alarms
        or not service
        or service not in environment.services
    ):
        return False
    name = str(change.resource.after.get("alarm_name"))
    row = alarms_over_both(CATALOGUE[service], environment).get(name)
    if not isinstance(row, Alarm) or not isinstance(row.metric, Sum):
        return False
    expressions = [query["expression"] for query in change.after if query.get("expression")]
    watched, watched_before = (
        [query for query in queries if query.get("metric")]
        for queries in (change.after, change.before)
    )
    return expressions == [row.metric.expression] and watched == watched_before


def _metric_of(query: Mapping[str, Any]) -> tuple[str, ...]:
    metric = query["metric"][0]
    dimensions = sorted(metric.get("dimensions") or ())
    return (query["id"], metric["namespace"], metric["metric_name"], metric["stat"], *dimensions)


def _as_asked(metric: Metric) -> tuple[str, ...]:
    dimensions = sorted(metric.dimensions)
    return (metric.id, metric.namespace, metric.name, metric.statistic, *dimensions)


def _dimensions(query: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for metric in query.get("metric") or ():
        yield from (metric.get("dimensions") or {}).items()


def _notifies_by_severity(change: InPlace) -> bool:
    """Return whether the alarm notifies the topic of the severity that it has at its stage."""
    side, row = side_now(change), _row(change)
    if side is None or row is None:
        return False
    environment = side.environment
    topic = environment.arn("sns", names.alarm_topic(environment.name, row.severity))
    return bool(change.after == [topic])


def _is_of_a_move(change: InPlace) -> bool:
    """Return whether a move gives an alarm over both sides what the model has for it at the stage.
    That is the rule of a composite alarm, or the limit and formula of the alarm on shares.
    """
    plan, context = change.plan, change.context
    stage, before, service = context.stage(plan), context.stage_before(plan), plan.stack.service
    environment = context.environment(plan)
    moves = stage is not None and before is not None and stage is not before
    if not plan.stack.kind.holds_composite_alarms or not moves or not service:
        return False
    if service not in environment.services:
        return False
    rows = alarms_over_both(CATALOGUE[service], environment)
    row = rows.get(str(change.resource.after.get("alarm_name")))
    if isinstance(row, Composite):
        return change.attribute.name == "alarm_rule" and bool(change.after == row.rule)
    if row is None:
        return False
    if change.attribute.name == "metric_query":
        return _is_formula_of(row, change)
    return change.attribute.name == "threshold" and number(change.after) == row.threshold


OF_A_MOVE = SafeDirection("what the model says at the stage of a move", _is_of_a_move)
LEAVES_OUT_CLOSURES = SafeDirection(
    "to leave out the closures that the environment's file declares", _is_formula_with_closures
)
STRICTER_THRESHOLD = SafeDirection(
    "a lower threshold for `GreaterThan...`, a higher one for `LessThan...`, or the model's where "
    "scaling decides how many tasks run",
    _is_stricter_or_follows_scaling,
)
MORE_TOPICS = SafeDirection(
    "to add topics of the environment's account, and to keep all", _gains_topics
)
STRICTER_COMPARISON = SafeDirection(
    "to include the threshold itself",
    lambda change: (change.before, change.after) in (_ABOVE, _BELOW),
)
SOONER = SafeDirection(
    "fewer readings, such that the alarm goes off in every case in which it did",
    _goes_off_as_soon,
)
MORE_CASES = SafeDirection(
    "a rule that has every part of the one before, joined by OR", _goes_off_for_more
)
AS_ABLE = SafeDirection(
    "what goes off no later at the requests that the files expect, or where the old one could not",
    _goes_off_as_before,
)
SOONER_OR_AS_ABLE = either(SOONER, AS_ABLE)
EVALUATED_OR_AS_ABLE = either(becomes("evaluate"), AS_ABLE)
TOPICS = either(
    MORE_TOPICS,
    SafeDirection("to notify the topic of its severity at this stage", _notifies_by_severity),
)
