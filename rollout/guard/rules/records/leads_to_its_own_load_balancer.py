"""A record leads to the load balancer of the service and side in its name. Swapped targets would
send 95 per cent where 5 were meant.
"""

from pay.model import names
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.stage_from_records import side_of, target_of
from rollout.plans.read import StackPlan
from rollout.plans.records import written_records


def check(plan: StackPlan, context: Context) -> Findings:
    service, environment = plan.stack.service, plan.stack.environment
    if not plan.stack.kind.holds_records or service is None:
        return
    for record in written_records(plan.plan):
        side = side_of(record, plan.stack)
        if record.alias and side and target_of(record, plan.stack) is not side:
            yield GuardFinding(
                record.address,
                f"{record.set_identifier or 'the simple record'} leads to {record.alias}",
                f"let it lead to {names.load_balancer(environment, service, side)}",
            )
