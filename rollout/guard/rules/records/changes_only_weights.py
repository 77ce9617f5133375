"""A move of weights changes weights and nothing else (I8). What is reviewed as "5 % to 25 %" must
not bring another load balancer, name or resource along.

A move may also convert a record in place (simple to weighted, which adds the identifier and the
weight). It may create or delete a record. `matches-the-stage` knows which of these a stage
requires.
"""

from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.read import StackPlan
from rollout.plans.records import RECORD_TYPE, read_record

_CONVERSION = ("set_identifier", "weighted_routing_policy")
_COMPUTED = ("fqdn", "id")
_ADOPTION = "alias[0].evaluate_target_health"


def check(plan: StackPlan, context: Context) -> Findings:
    is_traffic = plan.stack.kind.holds_records
    for change in plan.plan.moving:
        is_record = change.type == RECORD_TYPE
        if is_traffic and not is_record:
            yield GuardFinding(
                change.address,
                f"a plan of records also {change.verb}s {change.type}",
                "keep everything but records out of the traffic stack",
            )
        elif is_record and not is_traffic:
            yield GuardFinding(
                change.address,
                f"{plan.stack.id} {change.verb}s a record beside other resources",
                "write records in the service's traffic stack, in a plan of their own",
            )
        elif is_record and change.verb is Verb.UPDATE:
            yield from _record(change)


def _record(change: ResourceChange) -> Findings:
    if change.previous_address not in (None, change.address):
        yield GuardFinding(
            change.address,
            f"the record moves here from {change.previous_address} and changes at the same time",
            "rename in one apply, with nothing else, and change the weight in the next",
        )
    for attribute in change.attributes():
        if not _may_change(change, attribute.name):
            unknown = " (known only after apply)" if attribute.is_unknown else ""
            yield GuardFinding(
                change.address,
                f"{attribute.name} changes as well{unknown}",
                "change only the weight; anything else is a change of its own, reviewed alone",
            )


def _may_change(change: ResourceChange, attribute: str) -> bool:
    before, after = read_record(change)
    if before is None or after is None or attribute in _COMPUTED:
        return attribute in _COMPUTED
    if before.is_simple and after.is_weighted:
        return attribute.startswith(_CONVERSION)
    if before.is_simple and after.is_simple:
        return change.change.importing is not None and attribute == _ADOPTION
    return attribute == "weighted_routing_policy[0].weight"
