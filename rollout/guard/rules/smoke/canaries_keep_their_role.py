"""A canary runs under the role of canaries. What it may do is judged there: another role could read
the secrets of services, from code that opens pages of third parties.
"""

from pay.model import names
from rollout.guard.rule import Context, Finding, Findings
from rollout.guard.traffic_changes import CANARY
from rollout.plans.read import StackPlan


def check(plan: StackPlan, context: Context) -> Findings:
    role = names.smoke_role(context.environment(plan).name)
    makes_it = any(
        change.type == "aws_iam_role" and change.after.get("name") == role
        for change in plan.plan.managed
        if not change.is_removed
    )
    for change in plan.plan.written(CANARY):
        if change.is_unknown("execution_role_arn"):
            if not makes_it:
                yield _finding(change.address, "known only after apply", role)
        elif not str(change.after.get("execution_role_arn")).endswith(f":role/{role}"):
            yield _finding(change.address, str(change.after.get("execution_role_arn")), role)


def _finding(address: str, found: str, role: str) -> Finding:
    return Finding(address, f"execution_role_arn is {found}", f"let it run under {role}")
