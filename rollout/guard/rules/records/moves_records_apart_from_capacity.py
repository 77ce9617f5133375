"""Records and capacity change in separate applies. While a service's records move, nothing of its
sides and of the platform is removed. Clients follow a record only when its TTL is over.
"""

from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.traffic_changes import moves_traffic, takes_a_carrier
from rollout.plans.read import StackPlan


def check(plan: StackPlan, context: Context) -> Findings:
    # The plan's own records are included, should one stack hold both.
    beside = (p for p in context.plans if plan.stack.is_beside(p.stack) and moves_traffic(p))
    if moving := next(beside, None):
        for change in plan.plan.moving:
            if takes_a_carrier(plan, change):
                id = moving.stack.id
                yield GuardFinding(
                    change.address,
                    f"{change.type} is taken away while {id} moves records",
                    f"apply {id} alone, wait until clients have followed, then plan this",
                )
