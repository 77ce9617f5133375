"""Judges the load of a service's database, which both sides share: a stop sign, and nothing more.

A database that is busier than in all of the week before shows a fault, but not on which side. So it
forbids to PASS and never fails. Without a report there is nothing to stop for. The limits are
assumptions, so the part says so, and a person may accept what it saw.
"""

from collections.abc import Mapping

from pay.model.judging.line import Levels
from pay.model.judging.part import Part, Verdict
from pay.model.metrics import (
    DATABASE_CONNECTIONS,
    DATABASE_CPU,
    DATABASE_READ_LATENCY,
    Metric,
)

LEAST: Mapping[Metric, float] = {
    DATABASE_CONNECTIONS: 50,
    DATABASE_CPU: 60,
    DATABASE_READ_LATENCY: 0.02,
}
"""In the unit of each metric. A database that usually rests may be as busy as this. Both sides keep
a pool of connections each, so twice as many are no sign."""


def judge_database(lines: Mapping[Metric, Levels]) -> Part:
    """Judge the metrics of `LEAST`."""
    seen = {metric: line for metric, line in lines.items() if any(line.now)}
    waits = {metric: line.minutes_high(LEAST[metric]) for metric, line in seen.items()}
    high = {metric: seen[metric] for metric, minutes in waits.items() if minutes}
    text = ", ".join(
        f"{metric.name} {_shown(line.now[-1], metric)}, at most "
        f"{_shown(line.highest_before, metric)} in the week before"
        for metric, line in (high or seen).items()
    )
    numbers = {metric.id: line.now[-1] for metric, line in seen.items()}
    if high:
        return Part(
            verdict=Verdict.NOT_ENOUGH_DATA,
            reason=f"the database is busier than usual: {text}",
            needs="--evidence that the database has room, because the limits are assumptions; or "
            "an ordinary hour",
            wait_minutes=max(waits.values()),
            numbers=numbers,
        )
    return Part(verdict=Verdict.PASS, reason=text or "RDS reports nothing", numbers=numbers)


def _shown(value: float, metric: Metric) -> str:
    if metric.unit == "Seconds":
        return f"{1000 * value:,.1f} ms"
    return f"{value:,.0f}{' %' if metric.unit == 'Percent' else ''}"
