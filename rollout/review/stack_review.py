"""What one stack's plan does, in the service's words."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pay.model import Side
from pay.model.stacks import OTHER
from rollout.guard.context import Context
from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.read import StackPlan
from rollout.plans.values import AttributeChange, attribute_changes, same
from rollout.review.containers import container_changes, images, new_containers
from rollout.review.redact import before_and_after
from rollout.review.security import area_of, security_lines
from rollout.review.traffic_changes import Move, moves_of
from rollout.review.unknown_values import Origins
from rollout.review.view_models import ContainerLines, Line, ResourceLines, SecurityLine

SIDE_WORDS = {Side.EC2: "EC2 side", Side.FARGATE: "Fargate side"}


@dataclass(frozen=True)
class StackReview:
    """One stack: what moves, what changes, what is only noise."""

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
    """What the created task definitions say."""
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
        if self.is_empty:
            return ()
        texts = [f"{self.title}: {release}" for release in self.releases]
        if not texts:
            if set(self.counts) == {Verb.CREATE}:
                texts = [f"{self.title} is created ({_resources(self.counts[Verb.CREATE])})"]
            elif set(self.counts) == {Verb.DELETE}:
                texts = [f"{self.title} is destroyed ({_resources(self.counts[Verb.DELETE])})"]
            elif not self._has_content:
                texts = [f"{self.title}: only computed values change"]
            else:
                texts = [f"{self.title}: {self.counts_in_words}"]
        return tuple(texts)

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
        words = {
            Verb.CREATE: "created",
            Verb.UPDATE: "changed in place",
            Verb.REPLACE: "replaced",
            Verb.DELETE: "destroyed",
            Verb.FORGET: "no longer managed",
        }
        return ", ".join(f"{self.counts[v]} {w}" for v, w in words.items() if self.counts.get(v))

    @property
    def length(self) -> int:
        """How much there is to read."""
        containers = sum(len(container.lines) for container in self.containers)
        changed = sum(1 + len(resource.lines) for resource in self.changed)
        return containers + changed + len(self.created) + len(self.destroyed) + len(self.security)

    @property
    def _has_content(self) -> bool:
        return bool(
            self.containers or self.changed or self.created or self.destroyed or self.security
        )


def review_stack(plan: StackPlan, context: Context) -> StackReview:
    """Reads one plan."""
    moving = plan.plan.moving
    security = tuple(line for change in moving for line in security_lines(plan.stack.id, change))
    origins = Origins(plan.plan)
    changed = [
        _resource(change, origins)
        for change in moving
        if change.verb in (Verb.UPDATE, Verb.REPLACE)
    ]
    return StackReview(
        stack=plan.stack.id,
        title=_title(plan),
        counts=Counter(change.verb for change in moving),
        moves=moves_of(plan, context),
        releases=tuple(_releases(moving)),
        containers=tuple(c for change in moving for c in container_changes(change)),
        changed=tuple(resource for resource in changed if resource.lines or _is_hard(resource)),
        created=tuple(change.address for change in moving if change.verb is Verb.CREATE),
        new_containers=tuple(c for change in moving for c in new_containers(change)),
        destroyed=tuple(
            change.address for change in moving if change.verb in (Verb.DELETE, Verb.FORGET)
        ),
        security=security,
        noise=tuple(_noise(plan, security, origins)),
        checks=tuple(_failed_checks(plan)),
    )


def _title(plan: StackPlan) -> str:
    stack = plan.stack
    if stack.service is None:
        return f"{stack.owner}: {stack.kind if stack.kind is not OTHER else stack.id}"
    side = stack.kind.side
    return f"{stack.service}, {stack.environment}: {SIDE_WORDS[side] if side else stack.kind}"


def _resources(count: int) -> str:
    return f"{count} resource{'' if count == 1 else 's'}"


def _releases(moving: tuple[ResourceChange, ...]) -> Iterator[str]:
    for change in moving:
        for container, (before, after) in images(change).items():
            yield f"{container} {_version(before)} → {_version(after)}"


def _version(image: str) -> str:
    if "@" in image:
        return image.partition("@")[2][:19]
    return image.rpartition(":")[2]


def _resource(change: ResourceChange, origins: Origins) -> ResourceLines:
    forced = {path[0] for path in change.change.replace_paths if path}
    how = "changed in place"
    if change.verb is Verb.REPLACE:
        because = f" because of {', '.join(sorted(map(str, forced)))}" if forced else ""
        how = "new revision" if change.type == TASK_DEFINITION else f"replaced{because}"
    if change.change.importing is not None:
        how = f"imported and {how}"
    if change.previous_address and change.previous_address != change.address:
        how = f"moved here from {change.previous_address}, {how}"
    lines = tuple(
        Line(attribute.name, *before_and_after(attribute))
        for attribute in attribute_changes(change.change)
        if not _is_noise(change, attribute, origins) and not _is_told_elsewhere(change, attribute)
    )
    return ResourceLines(change.address, change.type, how, lines)


def _is_hard(resource: ResourceLines) -> bool:
    """Whether what happens matters even without a line: replaced, imported, moved."""
    return resource.how not in ("changed in place", "new revision")


def _is_noise(change: ResourceChange, attribute: AttributeChange, origins: Origins) -> bool:
    """What follows from the other changes, or means the same as before."""
    if attribute.path[0] == "tags_all":
        return True
    return attribute.is_unknown and origins.are_computed(change.address, attribute.path)


def _is_told_elsewhere(change: ResourceChange, attribute: AttributeChange) -> bool:
    if change.type == TASK_DEFINITION and attribute.path[0] == "container_definitions":
        return True
    return area_of(change.type, attribute) is not None


def _noise(plan: StackPlan, security: tuple[SecurityLine, ...], origins: Origins) -> Iterator[str]:
    told = {line.address for line in security}
    for change in plan.plan.moving:
        if change.verb is not Verb.UPDATE or change.address in told:
            continue
        attributes = list(attribute_changes(change.change))
        if all(_is_noise(change, attribute, origins) for attribute in attributes):
            names = sorted({attribute.name for attribute in attributes})
            what = f"computed: {', '.join(names)}" if names else "nothing that means anything"
            yield f"{change.address}: {what}"
    for drift in plan.plan.resource_drift:
        if not drift.goes and not any(attribute_changes(drift.change)):
            yield f"{drift.address}: the provider reads back empty values in another form"
    for change in plan.plan.managed:
        if (
            not change.moves
            and change.previous_address not in (None, change.address)
            and same(change.change.before, change.change.after)
        ):
            yield f"{change.address}: only its address changes, from {change.previous_address}"


def _failed_checks(plan: StackPlan) -> Iterator[str]:
    for check in plan.plan.checks:
        if check.status in ("fail", "error"):
            problems = [p.message for i in check.instances for p in i.problems if p.message]
            yield f"{check.address.to_display}: {'; '.join(problems) or check.status}"
