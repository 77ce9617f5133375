"""The effects of a change on how long logs, backups, messages and keys are kept."""

import re
from collections.abc import Iterator

from rollout.guard.numbers import number
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.values import same
from rollout.review.effects.effect import Concern, Effect
from rollout.review.resource_words import label, noun, words

LOG_GROUP = "aws_cloudwatch_log_group"
LOG_RETENTION = "retention_in_days"

_KEPT = re.compile(r"retention|deletion_window|recovery_window|expiration|lifecycle")
_UNITS = ("days", "hours", "minutes", "seconds")


def retention_effects(change: ResourceChange) -> Iterator[Effect]:
    """Yield the spans that change; nothing for a resource that is created or deleted."""
    if change.verb not in (Verb.UPDATE, Verb.REPLACE):
        return
    for attribute in sorted(change.before.keys() | change.after.keys()):
        old, new = (number(values.get(attribute)) for values in (change.before, change.after))
        is_kept = _KEPT.search(attribute) and not change.is_sensitive(attribute)
        if not is_kept or old is None or new is None or same(old, new):
            continue
        is_log = (change.type, attribute) == (LOG_GROUP, LOG_RETENTION)
        what = "log retention" if is_log else f"{noun(change.type)} {_without_unit(attribute)}"
        yield Effect(
            Concern.RETENTION,
            f"{what} {_spans(old, new, _unit(attribute), is_log=is_log)}",
            change.type,
            change.address,
            subject=label(change),
            is_harm=is_shorter(change, attribute),
            attribute=attribute,
        )


def is_shorter(change: ResourceChange, attribute: str) -> bool:
    """Return whether something is kept for a shorter time; a log of 0 days is kept for ever."""
    for_ever = float("inf") if change.type == LOG_GROUP else 0
    old, new = (number(values.get(attribute)) for values in (change.before, change.after))
    return old is not None and new is not None and (new or for_ever) < (old or for_ever)


def _spans(old: float, new: float, unit: str, *, is_log: bool) -> str:
    if is_log and not new:
        return f"{old} {unit} → for ever"
    before = "for ever" if is_log and not old else old
    return f"{before} → {new} {unit}".strip()


def _unit(attribute: str) -> str:
    unit = next((unit for unit in _UNITS if attribute.endswith(f"_{unit}")), "")
    return "days" if attribute.endswith("retention_period") else unit


def _without_unit(attribute: str) -> str:
    return words(re.sub(rf"(_in)?_({'|'.join(_UNITS)})$", "", attribute))
