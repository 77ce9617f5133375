"""Describes what one stack's plan does, in the service's words."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pay.model import Side
from pay.model.stacks import OTHER
from rollout.guard.rule import Context
from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.plan import PAST, AttributeChange, Plan, ResourceChange, Verb
from rollout.plans.read import StackPlan
from rollout.plans.values import same
from rollout.review.containers import container_changes, images, new_containers
from rollout.review.redact import before_and_after
from rollout.review.security import area_of, security_lines
from rollout.review.traffic_changes import Move, moves_of
from rollout.review.unknown_values import is_computed
from rollout.review.view_models import ContainerLines, Line, ResourceLines, SecurityLine

SIDE_WORDS = {Side.EC2: "EC2 side", Side.FARGATE: "Fargate side"}

_IN_PLACE, _REVISION = "changed in place", "new revision"


@dataclass(frozen=True)
class StackReview:
    """What moves in one stack, what changes, and what is only noise."""

    stack: str
    title: str
    counts: Mapping[Verb, int]
    moves: tuple[Move, ...]
    releases: tuple[str, ...]
    """The images that change: `nginx 12 → 13`."""
    containers: tuple[ContainerLines, ...]
    changed: tuple[ResourceLines, ...]
    created: tuple[str, ...]
    """Addresses."""
    new_containers: tuple[ContainerLines, ...]
    """The content of the created task definitions."""
    destroyed: tuple[str, ...]
    security: tuple[SecurityLine, ...]
    noise: tuple[str, ...]
    checks: tuple[str, ...]
    """Checks of the configuration that do not hold."""

    @property
    def is_empty(self) -> bool:
        return not self.counts

    @property
    def headlines(self) -> tuple[str, ...]:
        """What the stack does, shortest first."""
        if self.moves:
            return tuple(move.headline for move in self.moves)
        if self.releases or self.is_empty:
            return tuple(f"{self.title}: {release}" for release in self.releases)
        (verb, count), *others = self.counts.items()
        if verb in (Verb.CREATE, Verb.DELETE) and not others:
            resources = f"{count} resource{'' if count == 1 else 's'}"
            return (f"{self.title} is {PAST[verb]} ({resources})",)
        what = self.counts_in_words if self.length else "only computed values change"
        return (f"{self.title}: {what}",)

    @property
    def in_words(self) -> str:
        """What the stack does, for a cell of a table; a release hides nothing beside it."""
        also = (
            (len(self.changed), "changed"),
            (len(self.created), "created"),
            (len(self.destroyed), "destroyed"),
        )
        counts = ", ".join(f"{count} {how}" for count, how in also if count)
        beside = [f"beside it {counts}"] if self.releases and not self.moves and counts else []
        return "; ".join([*self.headlines, *beside])

    @property
    def counts_in_words(self) -> str:
        """`2 changed, 1 replaced`."""
        return ", ".join(f"{self.counts[v]} {w}" for v, w in PAST.items() if self.counts.get(v))

    @property
    def length(self) -> int:
        """How much there is to read."""
        lines = [each.lines for each in self.containers] + [each.lines for each in self.changed]
        entries = len(self.created) + len(self.destroyed) + len(self.security)
        return entries + sum(1 + len(each) for each in lines)


def review_stack(plan: StackPlan, context: Context) -> StackReview:
    """Return the review of one plan."""
    moving = plan.plan.moving
    security = tuple(line for change in moving for line in security_lines(plan.stack.id, change))
    changed = [
        _resource(plan.plan, change)
        for change in moving
        if change.verb in (Verb.UPDATE, Verb.REPLACE)
    ]
    return StackReview(
        stack=plan.stack.id,
        title=_title(plan),
        counts=Counter(change.verb for change in moving),
        moves=moves_of(plan, context),
        releases=tuple(
            f"{container} {_version(before)} → {_version(after)}"
            for change in moving
            for container, (before, after) in images(change).items()
        ),
        containers=tuple(c for change in moving for c in container_changes(change)),
        # What is replaced, imported or moved matters even without a line.
        changed=tuple(r for r in changed if r.lines or r.how not in (_IN_PLACE, _REVISION)),
        created=tuple(change.address for change in moving if change.verb is Verb.CREATE),
        new_containers=tuple(c for change in moving for c in new_containers(change)),
        destroyed=tuple(change.address for change in moving if change.is_removed),
        security=security,
        noise=tuple(_noise(plan.plan, {line.address for line in security})),
        checks=tuple(
            f"{check.name}: {'; '.join(check.messages) or check.status}"
            for check in plan.plan.checks
            if check.status in ("fail", "error")
        ),
    )


def _title(plan: StackPlan) -> str:
    stack = plan.stack
    if stack.service is None:
        return f"{stack.owner}: {stack.kind if stack.kind is not OTHER else stack.id}"
    side = stack.kind.side
    return f"{stack.service}, {stack.environment}: {SIDE_WORDS[side] if side else stack.kind}"


def _version(image: str) -> str:
    """Return the tag, or the beginning of the digest."""
    return image.partition("@")[2][:19] or image.rpartition(":")[2]


def _resource(plan: Plan, change: ResourceChange) -> ResourceLines:
    how = _IN_PLACE
    if change.verb is Verb.REPLACE:
        is_revision = change.type == TASK_DEFINITION
        how = _REVISION if is_revision else f"replaced{change.because}"
    if change.change.importing is not None:
        how = f"imported and {how}"
    if change.previous_address not in (None, change.address):
        how = f"moved here from {change.previous_address}, {how}"
    lines = tuple(
        Line(attribute.name, *before_and_after(attribute))
        for attribute in change.attributes()
        if not _is_noise(plan, change, attribute) and not _is_elsewhere(change, attribute)
    )
    return ResourceLines(change.address, how, lines)


def _is_noise(plan: Plan, change: ResourceChange, attribute: AttributeChange) -> bool:
    """Return whether it follows from the other changes, or means the same as before."""
    return attribute.path[0] == "tags_all" or (
        attribute.is_unknown and is_computed(plan, change, attribute)
    )


def _is_elsewhere(change: ResourceChange, attribute: AttributeChange) -> bool:
    """Return whether another part of the review shows the attribute."""
    if change.type == TASK_DEFINITION and attribute.path[0] == "container_definitions":
        return True
    return area_of(change.type, attribute) is not None


def _noise(plan: Plan, elsewhere: set[str]) -> Iterator[str]:
    for change in plan.moving:
        if change.verb is not Verb.UPDATE or change.address in elsewhere:
            continue
        attributes = list(change.attributes())
        if all(_is_noise(plan, change, attribute) for attribute in attributes):
            names = sorted({attribute.name for attribute in attributes})
            what = f"computed: {', '.join(names)}" if names else "nothing that has a meaning"
            yield f"{change.address}: {what}"
    for drift in plan.resource_drift:
        if not drift.goes and not any(drift.attributes()):
            yield f"{drift.address}: the provider reads back empty values in another form"
    for change in plan.managed:
        is_moved = not change.moves and change.previous_address not in (None, change.address)
        if is_moved and same(change.change.before, change.change.after):
            yield f"{change.address}: only its address changes, from {change.previous_address}"
