"""The effects of a change on when an alarm goes off."""

from collections.abc import Iterator, Mapping
from typing import Any

from rollout.guard.numbers import number
from rollout.guard.traffic_changes import ALARM
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.values import same
from rollout.review.effects.effect import Concern, Effect
from rollout.review.resource_words import label

_WINDOW = ("period", "metric_query", "evaluation_periods", "datapoints_to_alarm")
_SECONDS_A_MINUTE = 60


def watching_effects(change: ResourceChange) -> Iterator[Effect]:
    """Yield the window of an alarm that changes, as one sentence; its formula follows below."""
    if change.type != ALARM or change.verb is not Verb.UPDATE:
        return
    old, new = _window(change.before), _window(change.after)
    if old is None or new is None or old == new:
        return
    for attribute in _WINDOW:
        if not same(change.before.get(attribute), change.after.get(attribute)):
            yield Effect(
                Concern.OTHER,
                f"goes off by {new} instead of {old}",
                change.type,
                change.address,
                subject=label(change),
                attribute=attribute,
            )


def _window(values: Mapping[str, Any]) -> str | None:
    """Return `2 of 3 periods of 10 minutes`; None if a number is not known."""
    metrics = [m for query in values.get("metric_query") or () for m in query.get("metric") or ()]
    seconds = {number(each.get("period")) for each in metrics} or {number(values.get("period"))}
    of = number(values.get("evaluation_periods"))
    needed = number(values.get("datapoints_to_alarm")) or of
    (period, *others) = seconds
    if others or period is None or of is None or needed is None:
        return None
    minutes = period / _SECONDS_A_MINUTE
    length = f"{minutes:g} minutes" if minutes != 1 else "a minute"
    return f"{needed:g} of {of:g} periods of {length}"
