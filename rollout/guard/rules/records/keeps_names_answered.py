"""A name that answers keeps answering. No record is deleted that receives traffic, and no name is
ever left without one. A name that is missing for a moment stays missing in resolvers for 15
minutes. Source: RFC 2308, the negative TTL of the zone's SOA record.
"""

from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.stage_from_records import in_words
from rollout.plans.plan import Verb
from rollout.plans.read import StackPlan
from rollout.plans.records import MAX_WRITES_OF_A_NAME, RecordName, RecordState, Write, names_in


def check(plan: StackPlan, context: Context) -> Findings:
    for name in names_in(plan.plan):
        for write in name.writes:
            if write.before:
                yield from _write(name, write, write.before)
        if name.before and any(not state for state in (*name.states(), name.after)):
            yield GuardFinding(
                name.writes[0].address,
                f"{name.key} has {in_words(name.before)}, and between two calls it has no record",
                "keep one record of the name where it is; convert it in place at the same address",
            )
        if not name.is_listable:
            yield GuardFinding(
                name.writes[0].address,
                f"{len(name.writes)} records of {name.key} change at once",
                f"make at most {MAX_WRITES_OF_A_NAME} calls a name in one apply",
            )


def _write(name: RecordName, write: Write, before: RecordState) -> Findings:
    if write.change.verb is Verb.REPLACE:
        yield GuardFinding(
            write.address,
            f"the record of {name.key} is replaced: the name has a gap, perhaps two",
            "keep name, type and zone; for a renamed address write a `moved` block",
        )
    elif write.after is None:
        identifier = before.set_identifier
        again = [o for o in name.writes if o.after and o.after.set_identifier == identifier]
        if again:
            yield GuardFinding(
                write.address,
                f"the record of {name.key} is deleted here and created again as "
                f"{again[0].address}, in two calls",
                f"write `moved {{ from = {write.address}, to = {again[0].address} }}`",
            )
        elif not before.is_weighted or before.weight != 0:
            weight = "unknown" if before.weight is None else before.weight
            share = "everything, because it is a simple record" if before.is_simple else weight
            yield GuardFinding(
                write.address,
                f"the record of {name.key} is deleted while its weight is {share}",
                "move its weight to 0 first, in an apply of its own, and wait until its side "
                "has no requests",
            )
