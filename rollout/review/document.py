"""Makes the whole review: every stack of a change, moves first."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rollout.guard.by_rule import RuleFindings, RulePlace, by_rule, places
from rollout.guard.rule import Context
from rollout.guard.rules import RULES
from rollout.guard.verdict import GuardVerdict, Refusal
from rollout.plans.read import StackPlan
from rollout.review.headline import LONGEST_LINE, HeadlinePart, headline, merged, titles_in_one
from rollout.review.in_brief import in_brief
from rollout.review.known_names import KnownNames, known_names
from rollout.review.plan_files import PlanFile, plan_files, together
from rollout.review.policy import PolicyResult
from rollout.review.refusals import readable
from rollout.review.rollback import Rollback, in_one, rollback_of
from rollout.review.stack_review import StackReview, review_stack
from rollout.review.traffic_changes import TrafficChange
from rollout.review.view_models import Area

FIRST_LINES = 6
"""Below the title and the verdict. With them they are the first ten lines of the comment."""


@dataclass(frozen=True)
class ReviewSection:
    """Stacks with the same text: both sides of a service in a release, for example."""

    stacks: tuple[StackReview, ...]

    @property
    def title(self) -> str:
        return titles_in_one([stack.title for stack in self.stacks])

    @property
    def first(self) -> StackReview:
        """Return any of the stacks. All have the same content."""
        return self.stacks[0]


@dataclass(frozen=True)
class ReviewDocument:
    """The content of the templates."""

    stacks: tuple[StackReview, ...]
    """Those that change: records first, then what the guard refuses, then the shortest first."""
    unchanged: tuple[str, ...]
    verdict: GuardVerdict
    policy: PolicyResult | None
    rollbacks: tuple[Rollback, ...]
    plans: tuple[StackPlan, ...]
    names: KnownNames
    refusals: tuple[Refusal, ...]
    """Those of the verdict, as a person reads them."""
    reasons: tuple[str, ...]
    """The reasons why the stacks matter that several refusals are about."""
    plan_files: tuple[PlanFile, ...]
    """The plan files that `terraform apply` takes, where they are at hand."""
    rules: int = len(RULES)

    @property
    def title(self) -> str:
        """Return the moves and the worst of every stack, and how much more there is."""
        if not self.stacks:
            return "Nothing changes"
        return headline([move.headline for move in self.moves], merged(self._parts))

    @property
    def decisions(self) -> tuple[str, ...]:
        """Return what the title has no room for: of one stack its effects, else a line a stack."""
        parts = self._parts
        sentences = {text for part in parts for text in part.sentences}
        is_all = all(text in self.title for text in (*sentences, *(m.headline for m in self.moves)))
        if is_all and (len(self.stacks) < 2 or not self.verdict.refusals):
            return ()
        if len(self.stacks) == 1 and not self.moves:
            return parts[0].sentences
        return tuple(map(self._of_stack, self.stacks))

    def _of_stack(self, stack: StackReview) -> str:
        mark = "⚠️" if self.allowances_of(stack.stack) else "✅"
        if self.refusals_of(stack.stack):
            mark = "❌"
        moves = [move.headline for move in stack.moves]
        return f"{mark} {headline(moves, [stack.part] if stack.part else [], LONGEST_LINE)}"

    @property
    def _parts(self) -> tuple[HeadlinePart, ...]:
        return tuple(part for stack in self.stacks if (part := stack.part))

    @property
    def first_lines(self) -> tuple[str, ...]:
        """Return what to decide on, in FIRST_LINES at most. First comes what has no way back, then
        checks that do not hold, then the decisions.
        """
        lost, more = self.lost[:1], len(self.lost) - 1
        lines = [
            f"No way back: {text}{f' And {more} more, below.' if more else ''}" for text in lost
        ]
        lines += [f"A check does not hold: {text}" for s in self.stacks for text in s.checks]
        lines += self.decisions
        if len(lines) <= FIRST_LINES:
            return tuple(lines)
        last = in_brief(lines[FIRST_LINES - 1 :], LONGEST_LINE)
        return (*lines[: FIRST_LINES - 1], last)

    @property
    def findings(self) -> tuple[RuleFindings, ...]:
        """Return what the guard refuses, each rule once."""
        return by_rule(each for each in self.refusals if each.allowed_because is None)

    @property
    def allowed(self) -> tuple[RuleFindings, ...]:
        """Return what break-glass lets pass, each rule once."""
        return by_rule(each for each in self.refusals if each.allowed_because is not None)

    @property
    def lost(self) -> tuple[str, ...]:
        """Return what has no way back."""
        return tuple(text for rollback in self.rollbacks for text in rollback.lost)

    @property
    def noise_in_words(self) -> str:
        """Return what follows from other changes or means nothing, counted in one line; empty
        without such changes.
        """
        counts = (
            (sum(stack.computed for stack in self.stacks), "attribute", "known only after apply"),
            (len(self.noise), "resource", "only read back in another form"),
        )
        texts = [f"{n} {noun}{'' if n == 1 else 's'} {what}" for n, noun, what in counts if n]
        return f"Noise: {', '.join(texts)}." if texts else ""

    @property
    def sections(self) -> tuple[ReviewSection, ...]:
        """Return the stacks with something to read; those that change alike are one section."""
        alike: dict[tuple[object, ...], list[StackReview]] = {}
        for stack in self.stacks:
            if any(stack.content):
                alike.setdefault(stack.content, []).append(stack)
        return tuple(map(ReviewSection, map(tuple, alike.values())))

    @property
    def plan_files_sha256(self) -> str:
        """Return the digest of all plan files, by which `pay apply` knows this review."""
        return together(self.plan_files)

    @property
    def moves(self) -> tuple[TrafficChange, ...]:
        return tuple(move for stack in self.stacks for move in stack.moves)

    @property
    def security(self) -> Mapping[Area, tuple[RulePlace, ...]]:
        """Return the changes of what exists, by area, in the order of the areas. What the guard
        refuses stands with the refusal.
        """
        return self._security(new=False)

    @property
    def new_security(self) -> Mapping[Area, tuple[RulePlace, ...]]:
        """Return what new resources bring along, by area."""
        return self._security(new=True)

    def _security(self, *, new: bool) -> Mapping[Area, tuple[RulePlace, ...]]:
        refused = [
            (each.stack, each.finding.address, each.finding.saw)
            for each in self.refusals
            if each.allowed_because is None
        ]
        lines = [
            line
            for stack in self.stacks
            for line in stack.security
            if line.is_new is new
            and not any(
                (line.stack, line.address) == (where, address) and line.text in saw
                for where, address, saw in refused
            )
        ]
        areas = {
            area: places(
                (line.stack, line.address, line.text) for line in lines if line.area is area
            )
            for area in Area
        }
        return {area: here for area, here in areas.items() if here}

    @property
    def noise(self) -> tuple[str, ...]:
        return tuple(f"{stack.stack}: {text}" for stack in self.stacks for text in stack.noise)

    def refusals_of(self, stack: str) -> int:
        """Return how many findings refuse this stack."""
        return sum(refusal.stack == stack for refusal in self.verdict.refused)

    def allowances_of(self, stack: str) -> int:
        """Return how many findings about this stack break-glass lets pass."""
        return sum(refusal.stack == stack for refusal in self.verdict.allowed)


def review(context: Context, verdict: GuardVerdict, policy: PolicyResult | None) -> ReviewDocument:
    """Return the review of all plans of a change."""
    files = (*(context.base or {}).values(), *context.environments.values())
    names = known_names((plan.plan for plan in context.plans), files)
    refusals, reasons = readable(verdict.refusals, context, names)
    refused: dict[str, set[str]] = {plan.stack.id: set() for plan in context.plans}
    for refusal in verdict.refused:
        refused[refusal.stack].add(refusal.finding.address)
    read = [
        (plan, review_stack(plan, context, names, refused[plan.stack.id])) for plan in context.plans
    ]
    changed = [(plan, stack) for plan, stack in read if not stack.is_empty]
    changed.sort(key=lambda pair: (not pair[1].moves, not refused[pair[1].stack], pair[1].length))
    return ReviewDocument(
        stacks=tuple(stack for _, stack in changed),
        unchanged=tuple(stack.stack for _, stack in read if stack.is_empty),
        verdict=verdict,
        policy=policy.about({plan.stack.id for plan in context.plans}) if policy else None,
        rollbacks=tuple(
            replace(rollback, lost=tuple(map(names.beside, rollback.lost)))
            for rollback in in_one(
                [way for plan, stack in changed for way in rollback_of(plan, stack, context)]
            )
        ),
        plans=context.plans,
        names=names,
        refusals=refusals,
        reasons=reasons,
        plan_files=plan_files(context.plans),
    )
