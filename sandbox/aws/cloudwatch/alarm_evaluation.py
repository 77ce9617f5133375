"""Evaluates the alarms of an account at each minute of the sandbox's clock.

A period ends at the minute of the evaluation. So a period of 5 minutes is evaluated each minute.
Source: AWS, CloudWatch user guide, "Evaluating an alarm".

`sandbox.aws.cloudwatch.alarm_states` has the evaluation range and missing points.
`sandbox.aws.cloudwatch.alarm_rules` has composite rules.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, cast

from moto.cloudwatch.models import (
    Alarm,
    CloudWatchBackend,
    Dimension,
    MetricStat,
    cloudwatch_backends,
)

from sandbox.aws import before_each_call
from sandbox.aws.clock import CLOCK
from sandbox.aws.cloudwatch import metric_math
from sandbox.aws.cloudwatch.alarm_actions import note, perform
from sandbox.aws.cloudwatch.alarm_rules import AlarmRule, parse_rule
from sandbox.aws.cloudwatch.alarm_states import AlarmConditions, AlarmState, least_samples, state_of
from sandbox.aws.cloudwatch.alarm_suppression import follow_suppressors, hold_back
from sandbox.aws.cloudwatch.metric_store import MINUTE, PERCENTILE, STORE, Samples, StoredSeries

MOST_MINUTES = 180
"""After a longer silence only the newest minutes are evaluated, or the next call would wait."""

_evaluated: dict[int, int] = {}
"""The backend's id -> the newest evaluated minute."""


def move_on() -> None:
    """Evaluate every minute since the last time, in every account and region."""
    now = CLOCK.seconds()
    minute = int(now) // MINUTE * MINUTE
    for account in cloudwatch_backends.values():
        for backend in account.values():
            if not backend.alarms:
                continue
            last = min(_evaluated.get(id(backend), minute - MINUTE), minute)
            first = max(last + MINUTE, minute - (MOST_MINUTES - 1) * MINUTE)
            for at in range(first, minute + 1, MINUTE):
                _evaluate(backend, at)
            _evaluated[id(backend)] = minute
            settle(backend, now)


before_each_call.append(move_on)


def _evaluate(backend: CloudWatchBackend, at: int) -> None:
    for alarm in list(backend.alarms.values()):
        if alarm.rule is None:
            _look_at(backend, alarm, at)
    settle(backend, at)


def _look_at(backend: CloudWatchBackend, alarm: Alarm, at: int) -> None:
    """Evaluate a metric alarm at a minute."""
    limits = _limits_of(alarm)
    if limits is None or _stays_silent(alarm, limits, at):
        return
    points = list(_points(alarm, limits, at))
    if any(point is not None and point.is_too_few for point in points[-limits.of :]):
        return
    values = [None if point is None else point.value for point in points]
    state = state_of(values, limits, cast("AlarmState", alarm.state_value))
    if state == alarm.state_value:
        return
    seen = ", ".join("missing" if value is None else f"{value:g}" for value in values[-limits.of :])
    reason = (
        f"Threshold Crossed: {limits.needed} out of the last {limits.of} datapoints [{seen}], "
        f"threshold {limits.comparison} {limits.threshold:g}"
    )
    change_state(backend, alarm, state, reason, at)


def _stays_silent(alarm: Alarm, limits: AlarmConditions, at: int) -> bool:
    """Return whether none of the alarm's metrics had a value, now and at its last evaluation.

    The state is then the same. Most alarms of a sandbox are silent. A formula of the time is never
    silent.
    """
    if any("EPOCH(" in (query.expression or "") for query in alarm.metric_data_queries or ()):
        return False
    watched = list(_watched(alarm))
    span = max(period for _, period in watched) * limits.range
    is_silent = not any(STORE.has_value(series, at - span, at) for series, _ in watched)
    was_silent = vars(alarm).get("was_silent", False)
    vars(alarm)["was_silent"] = is_silent
    return is_silent and was_silent


def _watched(alarm: Alarm) -> Iterator[tuple[StoredSeries, int]]:
    """Yield the alarm's series, each with its period in seconds."""
    if alarm.metric_data_queries:
        for query in alarm.metric_data_queries:
            if query.metric_stat:
                yield _series_of(query.metric_stat), int(query.metric_stat.period)
    else:
        pairs = _pairs(alarm.dimensions)
        yield StoredSeries(alarm.namespace, alarm.metric_name, pairs), int(alarm.period)


def _series_of(stat: MetricStat) -> StoredSeries:
    metric = stat.metric
    return StoredSeries(metric.namespace, metric.metric_name, _pairs(metric.dimensions))


def _pairs(dimensions: Iterable[Dimension]) -> frozenset[tuple[str, str]]:
    return frozenset((str(each.name), str(each.value)) for each in dimensions)


def _limits_of(alarm: Alarm) -> AlarmConditions | None:
    """Return when the alarm goes off.

    None for one that compares with a band, which AWS learns.
    """
    if alarm.threshold is None:
        return None
    of = int(alarm.evaluation_periods)
    return AlarmConditions(
        comparison=alarm.comparison_operator,
        threshold=float(alarm.threshold),
        needed=int(alarm.datapoints_to_alarm or of),
        of=of,
        missing=alarm.treat_missing_data or "missing",
    )


def change_state(
    backend: CloudWatchBackend,
    alarm: Alarm,
    state: AlarmState,
    reason: str,
    at: float,
    data: str = "",
) -> None:
    """Give the alarm a state, write it into the history, and perform the actions of a new one."""
    vars(alarm)["was_silent"] = False
    before, moment = alarm.state_value, datetime.fromtimestamp(at, UTC)
    alarm.state_value, alarm.state_reason, alarm.state_updated_timestamp = state, reason, moment
    alarm.state_reason_data = data or "{}"
    if state == before:
        return
    vars(alarm)["state_transitioned_timestamp"] = moment
    old_and_new = {"oldState": {"stateValue": before}, "newState": {"stateValue": state}}
    note(alarm, at, "StateUpdate", f"Alarm updated from {before} to {state}", old_and_new)
    if not hold_back(backend, alarm, before, at):
        perform(backend, alarm, before, at)


def settle(backend: CloudWatchBackend, at: float) -> None:
    """Evaluate composite alarms until nothing changes, but not those in a circle.

    Source: API reference, `PutCompositeAlarm`: "the evaluation of composite alarms stops".
    """
    follow_suppressors(backend, at)
    rules = {name: parse_rule(a.rule) for name, a in backend.alarms.items() if a.rule is not None}
    for name in _children_first(rules):
        alarm = backend.alarms[name]
        is_on = rules[name].holds(lambda child: backend.alarms[child].state_value)
        state: AlarmState = "ALARM" if is_on else "OK"
        reason = f"{alarm.rule} is {str(is_on).lower()}"
        if state != alarm.state_value and not _is_set_by_hand(alarm, rules[name], backend):
            change_state(backend, alarm, state, reason, at)
    follow_suppressors(backend, at)


def _is_set_by_hand(alarm: Alarm, rule: AlarmRule, backend: CloudWatchBackend) -> bool:
    """Return whether `SetAlarmState` gave the composite its state, and no child has changed since.

    Source: API reference, `SetAlarmState`: "only once any of its children alarms change state".
    """
    by_hand: dict[str, Any] | None = vars(alarm).get("children_when_set_by_hand")
    return by_hand is not None and by_hand == children_states(rule, backend)


def children_states(rule: AlarmRule, backend: CloudWatchBackend) -> dict[str, str]:
    """Return the state of each alarm that a rule names."""
    return {name: backend.alarms[name].state_value for name in rule.children}


def _children_first(rules: dict[str, AlarmRule]) -> Iterator[str]:
    """Yield the composites, each after those in its rule.

    Leave out those in a circle, or above one.
    """
    waiting, done = dict(rules), set[str]()
    while ready := [
        name
        for name, rule in waiting.items()
        if not any(child in rules and child not in done for child in rule.children)
    ]:
        for name in ready:
            del waiting[name]
            done.add(name)
        yield from ready


class _AlarmPoint:
    """A value of the alarm's metric in one period."""

    def __init__(self, value: float, is_too_few: bool = False) -> None:
        self.value, self.is_too_few = value, is_too_few


def _points(alarm: Alarm, limits: AlarmConditions, at: int) -> Iterator[_AlarmPoint | None]:
    """Yield the points of the evaluation range, the oldest first; None for a missing one."""
    if alarm.metric_data_queries:
        yield from _calculated(alarm, limits, at)
        return
    ((series, period),) = _watched(alarm)
    statistic = alarm.extended_statistic or alarm.statistic
    by_start = _samples(series, period, limits.range, at, alarm.unit)
    waits = alarm.evaluate_low_sample_count_percentile == "ignore"
    for start in _starts(period, limits.range, at):
        samples = by_start.get(start)
        value = samples.statistic(statistic) if samples else None
        if samples is None or value is None:
            yield None
            continue
        is_percentile = PERCENTILE.fullmatch(statistic) is not None
        few = is_percentile and samples.count < least_samples(float(statistic[1:]))
        yield _AlarmPoint(value, is_too_few=waits and few)


def _calculated(alarm: Alarm, limits: AlarmConditions, at: int) -> Iterator[_AlarmPoint | None]:
    queries = alarm.metric_data_queries
    stats: dict[str, MetricStat] = {q.id: q.metric_stat for q in queries if q.metric_stat}
    period = next(int(stat.period) for stat in stats.values())
    times = _starts(period, limits.range, at)
    values = {id: _read(stat, period, limits.range, at) for id, stat in stats.items()}
    expressions = {q.id: metric_math.parse(q.expression) for q in queries if q.expression}
    (watched,) = (q.id for q in queries if q.return_data in (True, "true", None))
    while waiting := expressions.keys() - values.keys():
        for id in sorted(waiting):
            if expressions[id].ids <= values.keys():
                values[id] = expressions[id].series(values, times, period)
    for start in times:
        value = values[watched].get(start)
        yield None if value is None else _AlarmPoint(value)


def _read(stat: MetricStat, period: int, count: int, at: int) -> metric_math.Series:
    by_start = _samples(_series_of(stat), period, count, at, stat.unit)
    values = {start: samples.statistic(stat.stat) for start, samples in by_start.items()}
    return {start: value for start, value in values.items() if value is not None}


def _samples(
    series: StoredSeries, period: int, count: int, at: int, unit: str | None
) -> dict[int, Samples]:
    start = at - period * count
    return dict(STORE.periods(series, start, at, period, unit=unit, now=CLOCK.seconds()))


def _starts(period: int, count: int, at: int) -> list[int]:
    return [at - period * number for number in range(count, 0, -1)]
