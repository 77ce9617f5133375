"""Makes the whole review: every stack of a change, moves first."""

from collections.abc import Mapping
from dataclasses import dataclass

from rollout.guard.rule import Context
from rollout.guard.rules import RULES
from rollout.guard.verdict import Verdict
from rollout.plans.read import StackPlan
from rollout.review.plan_files import PlanFile, plan_files, together
from rollout.review.policy import PolicyResult
from rollout.review.rollback import Rollback, rollback_of
from rollout.review.stack_review import StackReview, review_stack
from rollout.review.traffic_changes import Move
from rollout.review.view_models import Area, SecurityLine


@dataclass(frozen=True)
class Document:
    """The content of the templates."""

    stacks: tuple[StackReview, ...]
    """Those that change: records first, then the shortest first."""
    unchanged: tuple[str, ...]
    verdict: Verdict
    policy: PolicyResult | None
    rollbacks: tuple[Rollback, ...]
    plans: tuple[StackPlan, ...]
    plan_files: tuple[PlanFile, ...]
    """What `terraform apply` takes, where that is at hand."""
    rules: int = len(RULES)

    @property
    def headlines(self) -> tuple[str, ...]:
        """What happens, one sentence a thing."""
        return tuple(text for stack in self.stacks for text in stack.headlines)

    @property
    def title(self) -> str:
        headlines = self.headlines
        if not headlines:
            return "Nothing changes"
        if len(headlines) == 1:
            return headlines[0]
        moving = [text for stack in self.stacks if stack.moves for text in stack.headlines]
        if len(moving) == 1:
            return f"{moving[0]}, and {len(headlines) - 1} more"
        return f"{len(headlines)} changes in {len(self.stacks)} stacks"

    @property
    def plan_files_sha256(self) -> str:
        """The digest of all plan files, by which `pay apply` knows this review."""
        return together(self.plan_files)

    @property
    def moves(self) -> tuple[Move, ...]:
        return tuple(move for stack in self.stacks for move in stack.moves)

    @property
    def security(self) -> Mapping[Area, tuple[SecurityLine, ...]]:
        """What changes at what exists, by area, in the order of the areas."""
        return self._security(new=False)

    @property
    def new_security(self) -> Mapping[Area, tuple[SecurityLine, ...]]:
        """What new resources bring along, by area."""
        return self._security(new=True)

    def _security(self, *, new: bool) -> Mapping[Area, tuple[SecurityLine, ...]]:
        lines = [line for stack in self.stacks for line in stack.security if line.is_new is new]
        areas = {area: tuple(line for line in lines if line.area is area) for area in Area}
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


def review(context: Context, verdict: Verdict, policy: PolicyResult | None) -> Document:
    """Return the review of all plans of a change."""
    read = [(plan, review_stack(plan, context)) for plan in context.plans]
    changed = [(plan, stack) for plan, stack in read if not stack.is_empty]
    changed.sort(key=lambda pair: (not pair[1].moves, pair[1].length, pair[1].stack))
    return Document(
        stacks=tuple(stack for _, stack in changed),
        unchanged=tuple(stack.stack for _, stack in read if stack.is_empty),
        verdict=verdict,
        policy=policy.about({plan.stack.id for plan in context.plans}) if policy else None,
        rollbacks=tuple(r for plan, stack in changed for r in rollback_of(plan, stack, context)),
        plans=context.plans,
        plan_files=plan_files(context.plans),
    )
