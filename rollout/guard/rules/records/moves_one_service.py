"""One service's traffic moves at a time, and a stack moves no records but its own: when errors
follow, it must be clear what they follow from.
"""

from collections.abc import Iterator

from pay.catalogue import CATALOGUE
from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.guard.stage_from_records import side_of
from rollout.plans.read import StackPlan
from rollout.plans.records import Name, RecordState, names_in


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    for name in names_in(plan.plan):
        for write in name.writes:
            record = next(
                (r for r in (write.before, write.after) if r and not _is_its_own(r, plan, context)),
                None,
            )
            if record:
                yield Finding(
                    record.address,
                    f"{plan.stack.id} writes {record.set_identifier or 'a simple record'} of "
                    f"{name.key}, which is not its own",
                    "write the records of a service in its own traffic stack only",
                )
    if not moves_traffic(plan):
        return
    others = [p.stack.id for p in context.plans if p is not plan and moves_traffic(p)]
    if others:
        yield Finding(
            "",
            f"{plan.stack.id} moves traffic, and so does {', '.join(others)}",
            "move one service in one environment at a time: split the change",
        )


def moves_traffic(plan: StackPlan) -> bool:
    """Whether a name that answers already gets other records. A name that is new moves nothing."""
    return plan.stack.kind.holds_records and any(
        name.before and _shape(name, after=False) != _shape(name, after=True)
        for name in names_in(plan.plan)
    )


def _shape(name: Name, *, after: bool) -> set[tuple[object, ...]]:
    return {
        (record.set_identifier, record.policies, record.weight, record.alias)
        for record in (name.after if after else name.before)
    }


def _is_its_own(record: RecordState, plan: StackPlan, context: Context) -> bool:
    service = plan.stack.service
    if service is None or not plan.stack.kind.holds_records:
        return False
    if side_of(record, plan.stack) is None:
        return False
    microservice, environment = CATALOGUE.get(service), context.environment(plan)
    label = (microservice and microservice.host) or service
    return record.key.name in {
        f"{label}.{environment.base_domain(public=public)}" for public in (True, False)
    }
