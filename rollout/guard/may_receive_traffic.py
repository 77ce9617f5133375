"""Detects whether traffic can reach what a stack holds."""

from pay.model import Side, Stage
from rollout.guard.rule import Context
from rollout.plans.read import StackPlan

UNREACHED = {
    Side.EC2: frozenset({Stage.RETIRED}),
    Side.FARGATE: frozenset({Stage.LEGACY, Stage.DARK}),
}
"""The stages at which no record leads to a side, so that it may be deleted or rebuilt."""


def why_reached(plan: StackPlan, context: Context) -> str | None:
    """Return in words why the stack's resources can receive traffic; None: its side cannot."""
    side, stage = plan.stack.kind.side, context.stage(plan)
    if side is None:
        return f"{plan.stack.id} does not belong to one side, so it may always receive traffic"
    if stage in UNREACHED[side]:
        return None
    return f"{plan.stack.service} is at {stage}, where its {side} side can receive traffic"
