"""The weights of a name never sum to 0, in whatever order Terraform writes. When they do, Route 53
answers with every record equally, and half of the traffic jumps to the other side. Source: Route 53
developer guide, "Values specific for weighted alias records": `Weight`. The order is that of
`depends_on`. (I1, I19)
"""

from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.stage_from_records import in_words
from rollout.plans.read import StackPlan
from rollout.plans.records import names_in


def check(plan: StackPlan, context: Context) -> Findings:
    for name in names_in(plan.plan):
        # A new name has no traffic to lose before its second record is there.
        on_the_way = name.states() if name.before else ()
        for state in (*on_the_way, name.after):
            if state and all(record.is_weighted and not record.weight for record in state):
                yield GuardFinding(
                    state[0].address,
                    f"{name.key} passes through or ends with {in_words(state)}",
                    "raise one weight before the other becomes 0. The Fargate record needs "
                    "`depends_on` the EC2 record, and 100/0 to 0/100 needs a stage in between",
                )
                break
