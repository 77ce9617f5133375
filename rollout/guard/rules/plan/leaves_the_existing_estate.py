"""The existing estate is never created, changed, imported or destroyed: VPC, subnets, security
groups, RDS, zones, certificates, secrets, queues. It appears as data only. A stack also changes no
type that its kind does not hold (`pay.model.stacks`), because no rule here could judge it. What it
holds from before its kind lost a type may change and be deleted. Nothing new of that type is
created.
"""

from pay.model.stacks import JUDGED_ANYWHERE
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.plan import Verb
from rollout.plans.read import StackPlan


def check(plan: StackPlan, context: Context) -> Findings:
    for change in plan.plan.managed:
        imported = change.change.importing is not None
        is_new = change.verb is Verb.CREATE or imported
        judged = plan.stack.kind.types if is_new else plan.stack.kind.types | JUDGED_ANYWHERE
        allowed = change.type in judged
        if (change.moves or imported) and not allowed:
            verb = "import" if imported else change.verb
            yield GuardFinding(
                change.address,
                f"the plan would {verb} {change.type}, which {plan.stack.id} may not hold",
                "find what exists through a data source, and let its owner change it. Add a type "
                "that this stack is to make in constructs/pay/model/stacks.py, with the rules that "
                "judge it",
            )
