"""All effects of one stack's plan, each once, the worst first."""

from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.records import RECORD_TYPE
from rollout.review.containers import GIVEN, container_changes, image_in_brief, image_line
from rollout.review.effects.capacity import capacity_effects
from rollout.review.effects.deletion import deletion_effects
from rollout.review.effects.effect import Concern, Effect
from rollout.review.effects.exposure import exposure_effects
from rollout.review.effects.retention import retention_effects
from rollout.review.effects.watching import watching_effects
from rollout.review.redact import UNSET
from rollout.review.resource_words import label, noun, plural, words
from rollout.review.security import area_of
from rollout.review.view_models import ContainerLines, ResourceLines, ReviewLine

_CONCERNS = (
    deletion_effects,
    exposure_effects,
    capacity_effects,
    retention_effects,
    watching_effects,
)

_DESCRIPTIONS = frozenset({"alarm_description", "description", "tags"})
"""The attributes that say nothing of what is done; they stand with the resource."""

_MOST_NAMES = 3
_LONGEST_VALUE = 120
"""A longer value appears below, where it has room."""


def effects_of(
    moving: Iterable[ResourceChange], changed: Iterable[ResourceLines]
) -> tuple[Effect, ...]:
    """Return the effects of the changes. `changed` has the lines of those that are no noise.
    Attributes without a concern get a line each. Records appear as moves.
    """
    lines = {resource.address: resource for resource in changed}
    effects: list[Effect] = []
    for change in (each for each in moving if each.type != RECORD_TYPE):
        known = tuple(chain.from_iterable(concern(change) for concern in _CONCERNS))
        effects += known
        if change.type == TASK_DEFINITION:
            effects += chain.from_iterable(
                _of_container(change, container) for container in container_changes(change)
            )
        if change.verb is not Verb.REPLACE or change.type == TASK_DEFINITION:
            effects += _others(change, known, lines.get(change.address))
    return tuple(effects)


def in_words(effects: Iterable[Effect], refused: Collection[str]) -> tuple[str, ...]:
    """Return the effects: harm before the rest, in both what the guard refuses, by addresses,
    first. What several resources have in common appears once.
    """

    def rank(effect: Effect) -> tuple[bool, bool, Concern]:
        return not effect.is_harm, effect.address not in refused, effect.concern

    together: dict[tuple[Concern, str, str], dict[str, Effect]] = {}
    for effect in sorted(effects, key=rank):
        key = (effect.concern, effect.type, effect.text)
        # Several attributes of one resource may say the same.
        together.setdefault(key, {}).setdefault(effect.address, effect)
    return tuple(_text(list(group.values())) for group in together.values())


def _text(group: list[Effect]) -> str:
    first, *others = group
    is_whole = first.concern is Concern.DELETION and not first.attribute
    names = [each.subject for each in group if each.subject]
    if is_whole and not others:
        return f"{first.text} the {noun(first.type)} {first.subject}"
    if is_whole:
        return f"{first.text} {len(group)} {plural(first.type)} ({_listed(names)})"
    if first.concern is Concern.OTHER and first.subject:
        thing = f"{len(group)} {plural(first.type)}" if others else f"{noun(first.type)} {names[0]}"
        return f"{thing}: {first.text}"
    if others:
        return f"{first.text} ({len(group)} {plural(first.type)})"
    return first.text + (f" ({first.subject})" if first.subject else "")


def _listed(names: list[str]) -> str:
    more = len(names) - _MOST_NAMES
    listed = ", ".join(names[:_MOST_NAMES])
    return f"{listed} and {more} more" if more > 0 else listed


def _of_container(change: ResourceChange, container: ContainerLines) -> Iterator[Effect]:
    if container.how != "changed":
        text = f"container {container.container} is {container.how}"
        is_harm = container.how == "removed"
        yield Effect(Concern.OTHER, text, change.type, change.address, is_harm=is_harm)
        return
    for line in container.lines:
        if line.what == "image":
            text = f"{container.container} {image_in_brief(line.before, line.after)}"
            is_elsewhere = image_line(line) == line  # in another registry or repository
            yield Effect(Concern.RELEASE, text, change.type, change.address, is_harm=is_elsewhere)
        else:
            text = f"container {container.container}: {_of_line(line, line.what)}"
            is_harm = line.after == UNSET
            yield Effect(Concern.OTHER, text, change.type, change.address, is_harm=is_harm)


def _others(
    change: ResourceChange, known: Iterable[Effect], resource: ResourceLines | None
) -> Iterator[Effect]:
    """Yield the attributes that no concern covers."""
    known_attributes = {effect.attribute for effect in known}
    for line in resource.lines if resource else ():
        attribute = line.what.split("[")[0].split(".")[0].split(" ")[0]
        if attribute not in known_attributes and attribute not in _DESCRIPTIONS:
            last = line.what.rpartition(".")[2] if "." in line.what else line.what
            yield Effect(
                Concern.OTHER,
                _of_line(line, words(last)),
                change.type,
                change.address,
                subject=label(change),
                is_harm=area_of(change.type, attribute) is not None,
            )


def _of_line(line: ReviewLine, what: str) -> str:
    if max(len(line.before), len(line.after)) > _LONGEST_VALUE:
        return f"{what} changes (see below)"
    if GIVEN in (line.before, line.after):
        return f"{what} is {'new' if line.before == UNSET else 'removed'}"
    if line.before == UNSET:
        return f"{what} {line.after} is new"
    if line.after == UNSET:
        return f"{what} {line.before} is removed"
    return f"{what} {line.before} → {line.after}"
