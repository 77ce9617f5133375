"""A move of weights changes weights and nothing else: what is reviewed as "5 % to 25 %" must not
bring another load balancer, another name or another resource along (I8).

Besides weights a move may convert a record in place (simple to weighted, which adds the identifier
and the weight), create one or delete one; which of these a stage wants, `matches-the-stage` knows.
"""

from collections.abc import Iterator

from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.read import StackPlan
from rollout.plans.records import RECORD_TYPE, read_record
from rollout.plans.values import attribute_changes

_CONVERSION = ("set_identifier", "weighted_routing_policy")
_COMPUTED = ("fqdn", "id")
_ADOPTION = "alias[0].evaluate_target_health"


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    is_traffic = plan.stack.kind.holds_records
    for change in plan.plan.moving:
        if (change.type == RECORD_TYPE) is not is_traffic:
            if is_traffic:
                yield Finding(
                    change.address,
                    f"a plan of records also {change.verb}s {change.type}",
                    "keep everything but records out of the traffic stack",
                )
            elif change.type == RECORD_TYPE:
                yield Finding(
                    change.address,
                    f"{plan.stack.id} {change.verb}s a record beside other resources",
                    "write records in the service's traffic stack, in a plan of their own",
                )
        elif change.type == RECORD_TYPE and change.verb is Verb.UPDATE:
            yield from _record(change)


def _record(change: ResourceChange) -> Iterator[Finding]:
    if change.previous_address and change.previous_address != change.address:
        yield Finding(
            change.address,
            f"the record moves here from {change.previous_address} and changes at the same time",
            "rename in one apply, with nothing else, and change the weight in the next",
        )
    others = [
        attribute
        for attribute in attribute_changes(change.change)
        if not _may_change(change, attribute.name)
    ]
    for attribute in others:
        yield Finding(
            change.address,
            f"{attribute.name} changes as well"
            + (" (known only after apply)" if attribute.is_unknown else ""),
            "change nothing but the weight; anything else is a change of its own, reviewed alone",
        )


def _may_change(change: ResourceChange, attribute: str) -> bool:
    before = read_record(change.address, change.change.before, {})
    after = read_record(change.address, change.change.after, {})
    if before is None or after is None or attribute in _COMPUTED:
        return attribute in _COMPUTED
    if before.is_simple and after.is_weighted:
        return attribute.startswith(_CONVERSION)
    if before.is_simple and after.is_simple:
        return change.change.importing is not None and attribute == _ADOPTION
    return attribute == "weighted_routing_policy[0].weight"
