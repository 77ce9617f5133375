"""One service's traffic moves at a time, and a stack moves no records but its own. When errors
follow, it must be clear what they follow from.
"""

from pay.catalogue import CATALOGUE
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.stage_from_records import side_of
from rollout.guard.traffic_changes import moves_traffic
from rollout.plans.read import StackPlan
from rollout.plans.records import RecordState, names_in


def check(plan: StackPlan, context: Context) -> Findings:
    for name in names_in(plan.plan):
        for write in name.writes:
            records = (r for r in (write.before, write.after) if r)
            if record := next((r for r in records if not _is_its_own(r, plan, context)), None):
                yield GuardFinding(
                    record.address,
                    f"{plan.stack.id} writes {record.set_identifier or 'a simple record'} of "
                    f"{name.key}, which does not belong to it",
                    "write the records of a service in its own traffic stack only",
                )
    others = [p.stack.id for p in context.plans if p is not plan and moves_traffic(p)]
    if others and moves_traffic(plan):
        yield GuardFinding(
            "",
            f"{plan.stack.id} moves traffic, and so does {', '.join(others)}",
            "move one service in one environment at a time: split the change",
        )


def _is_its_own(record: RecordState, plan: StackPlan, context: Context) -> bool:
    service = plan.stack.service
    is_traffic = plan.stack.kind.holds_records
    if service is None or not is_traffic or side_of(record, plan.stack) is None:
        return False
    microservice, environment = CATALOGUE.get(service), context.environment(plan)
    label = (microservice and microservice.host) or service
    return record.key.name in {
        f"{label}.{environment.base_domain(public=public)}" for public in (True, False)
    }
