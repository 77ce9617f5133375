"""Resources that carry traffic, or keep it alive, change in place only as the table of harmless
changes allows. It allows any value, or a safe direction (rollout/guard/in_place/table.py). Such a
change acts at once, on running tasks, and no deployment rolls it back. An attribute that the table
does not know is refused, because somebody has to say why it is harmless.

A side that no traffic can reach is free to change.
"""

from rollout.guard.in_place.attribute import InPlace, changed_attributes, is_in_place, table_name
from rollout.guard.in_place.table import row_of, rows_of
from rollout.guard.may_receive_traffic import why_it_matters
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.read import StackPlan

ALLOW = "--allow changes-only-what-is-harmless --because TEXT"


def check(plan: StackPlan, context: Context) -> Findings:
    for change in plan.plan.moving:
        where = why_it_matters(plan, context, change.type)
        if where is None or not is_in_place(change):
            continue
        for attribute in changed_attributes(change, rows_of(change.type)):
            row = row_of(change.type, table_name(attribute.path))
            judged = InPlace(attribute, change, plan, context)
            if row is None:
                known = "no change of it in place is known to be harmless"
            elif not row.direction.lets(judged):
                known = f"safe is only {row.direction.words}, because {row.reason}"
            else:
                continue
            yield GuardFinding(
                change.address,
                f"{where}: {judged.in_words}; {known}",
                "keep the value, or make a second resource with the new one beside it. Where it "
                f"is right to change it in place, say why: {ALLOW}",
            )
