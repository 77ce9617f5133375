"""Everything that decides where a name leads is known before apply: zone, name, type, identifier,
weight and target. What is known only after apply cannot be reviewed (I9).
"""

from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.plan import ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.records import RecordState, names_in

_DECIDING = ("name", "type", "zone_id", "set_identifier", "alias", "weighted_routing_policy")


def check(plan: StackPlan, context: Context) -> Findings:
    for write in (write for name in names_in(plan.plan) for write in name.writes):
        if write.after and (unknown := _unknown(write.change, write.after)):
            yield GuardFinding(
                write.address,
                f"{', '.join(unknown)}: known only after apply, or not a value that Route 53 takes",
                "apply first what it comes from, then plan again. Weights are integers from 0 to "
                "255, written in the environment's file",
            )


def _unknown(change: ResourceChange, record: RecordState) -> list[str]:
    unknown = [key for key in _DECIDING if change.is_unknown(key)]
    missing = {
        "name": record.key.name,
        "type": record.key.type,
        "zone_id": record.key.zone_id,
        "alias": record.alias if change.after.get("alias") else "",
        "weighted_routing_policy": record.weight if record.is_weighted else 0,
        "set_identifier": record.set_identifier if record.policies else "",
    }
    return sorted({*unknown, *(key for key, value in missing.items() if value is None)})
