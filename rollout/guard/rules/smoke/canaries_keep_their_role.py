"""A canary runs under the role of canaries. The rights of that role are judged there. Another role
could read the secrets of services, from code that opens pages of third parties.
"""

from pay.model import names
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.traffic_changes import CANARY
from rollout.plans.read import StackPlan
from rollout.plans.references import refers_to_own

_ROLE = "execution_role_arn"


def check(plan: StackPlan, context: Context) -> Findings:
    environment = context.environment(plan)
    role = names.smoke_role(environment.name)
    arn = f"arn:aws:iam::{environment.account_id}:role/{role}"
    for change in plan.plan.written(CANARY):
        if not change.is_unknown(_ROLE):
            planned = change.after.get(_ROLE)
        elif refers_to_own(plan.plan, change, (_ROLE,), "aws_iam_role", "name", (role,)):
            planned = arn
        else:
            planned = "known only after apply"
        if planned != arn:
            yield GuardFinding(change.address, f"{_ROLE} is {planned}", f"let it run under {role}")
