"""The effects of a change on who can reach something, and who may do something."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pay.iam.grants import narrowings, widenings
from pay.iam.policy_arguments import ARGUMENT_NAMES
from pay.unread import Unread
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.policies import statements_of
from rollout.plans.values import Path, dig
from rollout.review.effects.effect import Concern, Effect
from rollout.review.effects.security_group_rules import INLINE, openings
from rollout.review.redact import shown
from rollout.review.resource_words import label, noun


class _Switch(NamedTuple):
    """A switch that opens something when it gets this value."""

    path: Path
    value: object
    text: str


_SWITCHES: Mapping[str, tuple[_Switch, ...]] = {
    "aws_ecs_service": (
        _Switch(
            ("network_configuration", 0, "assign_public_ip"), True, "gives tasks public addresses"
        ),
        _Switch(
            ("enable_execute_command",), True, "opens a shell in running tasks (enables ECS Exec)"
        ),
    ),
    "aws_lb": (
        _Switch(("internal",), False, "makes the load balancer reachable from the internet"),
        _Switch(("drop_invalid_header_fields",), False, "lets invalid headers through"),
    ),
    "aws_lb_listener": (_Switch(("protocol",), "HTTP", "listens without TLS"),),
    "aws_db_instance": (
        _Switch(("publicly_accessible",), True, "makes the database reachable from the internet"),
    ),
}

_MOST_GRANTS = 3


def exposure_effects(change: ResourceChange) -> Iterator[Effect]:
    """Yield what becomes reachable or allowed, or no longer is, also by a new resource."""
    yield from _ways(change)
    yield from _switches(change)
    if change.verb in (Verb.UPDATE, Verb.REPLACE):
        for attribute in ARGUMENT_NAMES:
            yield from _grants(change, attribute)


def _ways(change: ResourceChange) -> Iterator[Effect]:
    before, after = openings(change, change.before), openings(change, change.after)
    for word, ways in (("opens", after - before), ("closes", before - after)):
        for way in sorted(ways):
            # A group that nothing refers to yet opens nothing by what its tasks may call.
            if change.verb is Verb.CREATE and not way.is_ingress:
                continue
            for_calls = "" if way.is_ingress else " for calls"
            yield Effect(
                Concern.EXPOSURE,
                f"{word} {way.ports}{for_calls} to {way.peer} in {_group(change)}",
                change.type,
                change.address,
                is_harm=True,
                attribute="" if change.type not in INLINE else _side(way.is_ingress),
            )


def _side(is_ingress: bool) -> str:
    return "ingress" if is_ingress else "egress"


def _group(change: ResourceChange) -> str:
    """Return the id of the group; of a new one the name."""
    values = change.change.after or change.before
    own = values.get("id") if change.type in INLINE else values.get("security_group_id")
    return str(own or label(change))


def _switches(change: ResourceChange) -> Iterator[Effect]:
    for path, value, text in _SWITCHES.get(change.type, ()):
        old, new = dig(change.before, *path), dig(change.after, *path)
        is_turned = new == value and (old != value or change.verb is Verb.CREATE)
        if is_turned and not change.is_removed and not change.is_sensitive(*path):
            is_default = change.verb is Verb.CREATE and value is False
            if not is_default or path == ("internal",):
                yield Effect(
                    Concern.EXPOSURE,
                    text,
                    change.type,
                    change.address,
                    subject=label(change),
                    is_harm=True,
                    attribute=str(path[0]),
                )


def _grants(change: ResourceChange, attribute: str) -> Iterator[Effect]:
    """Yield the first of what a policy allows afterwards and not before, and the other way."""
    is_hidden = change.is_sensitive(attribute) or change.is_unknown(attribute)
    values = [each.get(attribute) for each in (change.before, change.after)]
    if is_hidden or not any(values):
        return
    try:
        before, after = map(statements_of, values)
    except Unread:
        return
    gains = widenings(before, after)
    losses = narrowings(before, after)
    grants = [*gains, *losses]
    for text in grants[:_MOST_GRANTS]:
        yield Effect(
            Concern.EXPOSURE,
            shown(attribute, _in_brief(text)),
            change.type,
            change.address,
            subject=f"{noun(change.type)} {label(change)}",
            is_harm=True,
            attribute=attribute,
        )
    if len(grants) > _MOST_GRANTS:
        yield Effect(
            Concern.EXPOSURE,
            f"{len(grants) - _MOST_GRANTS} more changes of what it allows",
            change.type,
            change.address,
            subject=f"{noun(change.type)} {label(change)}",
            attribute=attribute,
        )


def _in_brief(grant: str) -> str:
    """Return a grant; on several resources only how many, because the full list follows below."""
    what, on, where = grant.partition(" on ")
    count = where.count(", ") + 1
    return grant if count == 1 else f"{what}{on}{count} resources"
