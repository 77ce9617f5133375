"""A name has one routing policy and unique identifiers, before, after and between any two calls.
Route 53 refuses a mixture, and an apply that is refused half way leaves half a change behind.
Source: Route 53 API reference, `ResourceRecordSet`: `SetIdentifier`, `Weight`.
"""

from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.stage_from_records import in_words
from rollout.plans.read import StackPlan
from rollout.plans.records import States, names_in


def check(plan: StackPlan, context: Context) -> Findings:
    for name in names_in(plan.plan):
        for state in (*name.states(), name.after) if name.moves else ():
            if problem := _problem(state):
                yield GuardFinding(
                    name.writes[0].address,
                    f"{name.key} passes through or ends with {in_words(state)}: {problem}",
                    "convert the record in place first: the Fargate record needs `depends_on` the "
                    "EC2 record",
                )
                break


def _problem(state: States) -> str | None:
    others = {policy for record in state for policy in record.policies} - {"weighted"}
    if others:
        return f"the policy {', '.join(sorted(others))} is not simple and not weighted"
    if len({record.policies for record in state}) > 1:
        return "a name must not mix simple and weighted records"
    identifiers = [record.set_identifier for record in state]
    if len(set(identifiers)) < len(identifiers):
        return "two records have the same identifier"
    if any(record.is_weighted and record.set_identifier is None for record in state):
        return "a weighted record has no identifier"
    return None
