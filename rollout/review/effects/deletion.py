"""The effects of a change that deletes something, for good or for a while."""

from collections.abc import Iterator

from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.plan import ResourceChange, Verb
from rollout.review.effects.effect import Concern, Effect
from rollout.review.resource_words import label

_VERBS = {
    Verb.DELETE: "deletes",
    Verb.REPLACE: "replaces",
    Verb.FORGET: "no longer manages",
}

_SAFEGUARDS = {
    "deletion_protection": "lifts the deletion protection",
    "deletion_protection_enabled": "lifts the deletion protection",
    "enable_deletion_protection": "lifts the deletion protection",
    "enable_key_rotation": "stops the rotation of the key",
    "is_enabled": "disables the key",
    "protect_from_scale_in": "no longer protects instances from scaling in",
}
"""Switches that keep something; turned off, something may go."""


def deletion_effects(change: ResourceChange) -> Iterator[Effect]:
    """Yield what is deleted, and each safeguard that is turned off. A replaced task definition is a
    new revision, and the old one stays.
    """
    is_revision = change.type == TASK_DEFINITION and change.verb is Verb.REPLACE
    if change.verb in _VERBS and not is_revision:
        yield Effect(
            Concern.DELETION,
            _VERBS[change.verb],
            change.type,
            change.address,
            subject=f"{label(change)}{change.because}",
            is_harm=True,
        )
    if change.verb is not Verb.UPDATE:
        return
    for attribute, text in _SAFEGUARDS.items():
        if change.before.get(attribute) is True and change.after.get(attribute) is False:
            subject = label(change)
            yield Effect(
                Concern.DELETION, text, change.type, change.address, subject, True, attribute
            )
