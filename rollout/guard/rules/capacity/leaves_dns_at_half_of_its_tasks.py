"""A side that can receive traffic leaves DNS when fewer than half of the tasks that always run are
healthy. Asked for more, it would leave when it scales in; asked for fewer, a few healthy tasks
would keep the requests of all (AWS: Elastic Load Balancing, "Target group health").
"""

from pay.catalogue import CATALOGUE
from pay.model.side import ServiceSide
from rollout.guard.may_receive_traffic import why_reached
from rollout.guard.numbers import number
from rollout.guard.rule import Context, Finding, Findings
from rollout.plans.plan import Verb
from rollout.plans.read import StackPlan
from rollout.plans.values import MINIMUM_HEALTHY, dig, same


def check(plan: StackPlan, context: Context) -> Findings:
    where, service, side = why_reached(plan, context), plan.stack.service, plan.stack.kind.side
    if where is None or service is None or side is None:
        return
    needed = ServiceSide(CATALOGUE[service], context.environment(plan), side).minimum_healthy
    for change in plan.plan.written("aws_lb_target_group"):
        block = MINIMUM_HEALTHY[0]
        is_unknown = change.is_unknown(block)
        before, after = change.before.get(block), change.after.get(block)
        if change.verb is Verb.UPDATE and same(before, after) and not is_unknown:
            continue
        asked = None if is_unknown else number(dig(change.after, *MINIMUM_HEALTHY))
        if asked != needed:
            yield Finding(
                change.address,
                f"{where}: DNS asks for {'?' if asked is None else asked} healthy tasks",
                f"ask for {needed}, half of the tasks that always run at this stage",
            )
