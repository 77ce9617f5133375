"""Describes what one stack's plan does, in the service's words."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from pay.model import Side
from pay.model.stacks import OTHER
from rollout.guard.rule import Context
from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.plan import PAST, AttributeChange, Plan, ResourceChange, Verb
from rollout.plans.read import StackPlan
from rollout.plans.values import same
from rollout.review.attribute_lines import attribute_changes, line
from rollout.review.containers import container_changes, image_line, new_containers
from rollout.review.effects.of_plan import effects_of, in_words
from rollout.review.headline import HeadlinePart
from rollout.review.known_names import KnownNames, without_own_account
from rollout.review.security import area_of, security_lines
from rollout.review.traffic_changes import TrafficChange, moves_of
from rollout.review.unknown_values import is_noise
from rollout.review.view_models import ContainerLines, ResourceLines, SecurityLine

SIDE_WORDS = {Side.EC2: "EC2 side", Side.FARGATE: "Fargate side"}

_IN_PLACE, _REVISION = PAST[Verb.UPDATE], "new revision"
_HOW = (*PAST.values(), _REVISION)


@dataclass(frozen=True)
class StackReview:
    """The review of one stack: what moves, what changes, and what is only noise."""

    stack: str
    title: str
    counts: Mapping[str, int]
    """`changed in place` -> of how many resources."""
    whole: Verb | None
    """CREATE or DELETE where that is what happens to all that the stack holds."""
    effects: tuple[str, ...]
    """The actions of the plan, in words, the worst first."""
    moves: tuple[TrafficChange, ...]
    containers: tuple[ContainerLines, ...]
    changed: tuple[ResourceLines, ...]
    created: tuple[str, ...]
    """Addresses."""
    new_containers: tuple[ContainerLines, ...]
    """The content of the created task definitions."""
    destroyed: tuple[str, ...]
    forgotten: tuple[str, ...]
    security: tuple[SecurityLine, ...]
    noise: tuple[str, ...]
    """The changes without a meaning, a line a resource."""
    computed: int
    """The number of attributes that are only known after apply."""
    checks: tuple[str, ...]
    """Checks of the configuration that do not hold."""

    @property
    def is_empty(self) -> bool:
        return not self.counts

    @property
    def content(self) -> tuple[tuple[object, ...], ...]:
        """Return all that a section about the stack shows, so that equal ones can be one."""
        return (
            self.containers,
            self.new_containers,
            self.changed,
            self.created,
            self.destroyed,
            self.forgotten,
            self.checks,
        )

    @property
    def part(self) -> HeadlinePart | None:
        """Return what the stack does apart from its moves; None if that is nothing."""
        moves_say_all = self.moves and not self.effects
        if self.is_empty or moves_say_all:
            return None
        return HeadlinePart(self.title, self.sentences, is_whole=self.whole is not None)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return what happens, the worst first."""
        if self.whole is Verb.DELETE:
            # The parts of a deleted side are not news.
            return (f"is destroyed ({self._resources})",)
        if self.whole is Verb.CREATE:
            return (f"is created ({self._resources})", *self.effects)
        new = (f"creates {self._resources}",) if self.created else ()
        counted = self.counts_in_words if self.length else "only computed values change"
        return (*self.effects, *new) or (counted,)

    @property
    def _resources(self) -> str:
        count = len(self.created or self.destroyed)
        return f"{count} resource{'' if count == 1 else 's'}"

    @property
    def counts_in_words(self) -> str:
        """Return the counts, as `2 changed in place, 1 replaced`."""
        return ", ".join(f"{self.counts[how]} {how}" for how in _HOW if self.counts.get(how))

    @property
    def length(self) -> int:
        """Return how much there is to read."""
        lines = [each.lines for each in self.containers] + [each.lines for each in self.changed]
        entries = sum(map(len, (self.created, self.destroyed, self.forgotten, self.security)))
        return entries + sum(1 + len(each) for each in lines)


def review_stack(
    plan: StackPlan, context: Context, names: KnownNames, refused: Collection[str] = ()
) -> StackReview:
    """Return the review of one plan, with the names that are known. `refused` has the addresses
    that the guard refuses. Their effects come first.
    """
    moving = plan.plan.moving
    security = tuple(
        replace(
            each,
            text=without_own_account(names.beside(each.text), context.environment(plan)),
        )
        for change in moving
        for each in security_lines(plan, change)
    )
    changes = [change for change in moving if change.verb in (Verb.UPDATE, Verb.REPLACE)]
    changed = [_resource(plan.plan, change) for change in changes]
    effects = effects_of(moving, [_resource(plan.plan, c, all=True) for c in changes])
    return StackReview(
        stack=plan.stack.id,
        title=_title(plan),
        counts=Counter(map(_how, moving)),
        whole=_of_whole(plan.plan),
        effects=tuple(
            without_own_account(names.beside(text), context.environment(plan))
            for text in in_words(effects, refused)
        ),
        moves=moves_of(plan, context),
        containers=tuple(
            replace(container, lines=tuple(map(names.in_line, map(image_line, container.lines))))
            for change in moving
            for container in container_changes(change)
        ),
        # What is replaced, imported or moved matters even without a line.
        changed=tuple(
            replace(resource, lines=tuple(map(names.in_line, resource.lines)))
            for resource in changed
            if resource.lines or resource.how not in (_IN_PLACE, _REVISION)
        ),
        created=tuple(change.address for change in moving if change.verb is Verb.CREATE),
        new_containers=tuple(c for change in moving for c in new_containers(change)),
        destroyed=tuple(change.address for change in moving if change.verb is Verb.DELETE),
        forgotten=tuple(change.address for change in moving if change.verb is Verb.FORGET),
        security=security,
        noise=tuple(_noise(plan.plan, {line.address for line in security})),
        computed=sum(is_noise(plan.plan, c, a) for c in changes for a in c.attributes()),
        checks=tuple(
            f"{check.name}: {'; '.join(check.messages) or check.status}"
            for check in plan.plan.checks
            if check.status in ("fail", "error")
        ),
    )


def _of_whole(plan: Plan) -> Verb | None:
    verbs = {change.verb for change in plan.managed}
    return next(iter(verbs)) if verbs in ({Verb.CREATE}, {Verb.DELETE}) else None


def _title(plan: StackPlan) -> str:
    stack = plan.stack
    if stack.service is None:
        return f"{stack.owner}: {stack.kind if stack.kind is not OTHER else stack.id}"
    side = stack.kind.side
    return f"{stack.service}, {stack.environment}: {SIDE_WORDS[side] if side else stack.kind}"


def _how(change: ResourceChange) -> str:
    """Return what happens to a resource. The revision before stays when a task gets a new one."""
    is_revision = change.type == TASK_DEFINITION and change.verb is Verb.REPLACE
    return _REVISION if is_revision else PAST[change.verb]


def _resource(plan: Plan, change: ResourceChange, *, all: bool = False) -> ResourceLines:
    """Return the attributes of a resource that no other part of the review shows, or `all`."""
    how = _how(change)
    if how == PAST[Verb.REPLACE]:
        how += change.because
    if change.change.importing is not None:
        how = f"imported and {how}"
    if change.previous_address not in (None, change.address):
        how = f"moved here from {change.previous_address}, {how}"
    attributes = (
        attribute
        for attribute in attribute_changes(change)
        if not is_noise(plan, change, attribute)
        and not _is_elsewhere(change, attribute, of_security=not all)
    )
    return ResourceLines(change.address, how, tuple(map(line, attributes)))


def _is_elsewhere(change: ResourceChange, attribute: AttributeChange, *, of_security: bool) -> bool:
    """Return whether another part of the review shows the attribute."""
    if change.type == TASK_DEFINITION and attribute.path[0] == "container_definitions":
        return True
    return of_security and area_of(change.type, str(attribute.path[0])) is not None


def _noise(plan: Plan, elsewhere: set[str]) -> Iterator[str]:
    for change in plan.moving:
        if change.verb is not Verb.UPDATE or change.address in elsewhere:
            continue
        if not any(change.attributes()):
            yield f"{change.address}: nothing that has a meaning"
    for drift in plan.resource_drift:
        if not drift.goes and not any(drift.attributes()):
            yield f"{drift.address}: the provider reads back empty values in another form"
    for change in plan.managed:
        is_moved = not change.moves and change.previous_address not in (None, change.address)
        if is_moved and same(change.change.before, change.change.after):
            yield f"{change.address}: only its address changes, from {change.previous_address}"
