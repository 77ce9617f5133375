"""Records and capacity go in separate applies: while a service's records move, nothing of its sides
and of the platform is taken away, because clients follow a record only when its TTL is over.
"""

from collections.abc import Iterator

from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.guard.rules.network.keeps_what_carries_traffic import takes_a_carrier
from rollout.guard.rules.records.moves_one_service import moves_traffic
from rollout.plans.read import StackPlan


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    moving = next((other for other in context.plans if _moves_with(plan, other)), None)
    if moving is None:
        return
    for change in plan.plan.moving:
        if takes_a_carrier(plan, change):
            yield Finding(
                change.address,
                f"{change.type} goes while {moving.stack.id} moves records",
                f"apply {moving.stack.id} alone, wait until clients have followed, then plan this",
            )


def _moves_with(plan: StackPlan, other: StackPlan) -> bool:
    """Whether `other` moves the records of a service that `plan` holds the capacity of; its own
    records included, should one stack hold both.
    """
    return plan.stack.is_beside(other.stack) and moves_traffic(other)
