"""A record leads to the load balancer of the service and side that it is named for: swapped targets
would send 95 per cent where 5 were meant.
"""

from collections.abc import Iterator

from pay.model import names
from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.guard.stage_from_records import side_of, target_of
from rollout.plans.read import StackPlan
from rollout.plans.records import names_in


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    service, environment = plan.stack.service, plan.stack.environment
    if not plan.stack.kind.holds_records or service is None:
        return
    for record in (w.after for name in names_in(plan.plan) for w in name.writes if w.after):
        side = side_of(record, plan.stack)
        if record.alias is None or side is None or target_of(record, plan.stack) is side:
            continue
        yield Finding(
            record.address,
            f"{record.set_identifier or 'the simple record'} leads to {record.alias}",
            f"let it lead to {names.load_balancer(environment, service, side)}",
        )
