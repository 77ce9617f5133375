"""Everything that decides where a name leads is known before apply: zone, name, type, identifier,
weight and target. What is known only after apply cannot be reviewed (I9).
"""

from collections.abc import Iterator

from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.plans.read import StackPlan
from rollout.plans.records import RecordState, Write, names_in
from rollout.plans.values import dig, is_marked

_DECIDING = ("name", "type", "zone_id", "set_identifier", "alias", "weighted_routing_policy")


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    for write in (write for name in names_in(plan.plan) for write in name.writes):
        record = write.after
        if record and (unknown := _unknown(write, record)):
            yield Finding(
                write.address,
                f"{', '.join(unknown)} known only after apply, or no value that Route 53 takes",
                "apply first what it comes from, then plan again; weights are integers from 0 to "
                "255, written in the environment's file",
            )


def _unknown(write: Write, record: RecordState) -> list[str]:
    change = write.change.change
    unknown = [key for key in _DECIDING if is_marked(change.after_unknown, key)]
    missing = {
        "name": record.key.name,
        "type": record.key.type,
        "zone_id": record.key.zone_id,
        "alias": record.alias if dig(change.after, "alias") else "",
        "weighted_routing_policy": record.weight if record.is_weighted else 0,
        "set_identifier": record.set_identifier if record.policies else "",
    }
    return sorted({*unknown, *(key for key, value in missing.items() if value is None)})
