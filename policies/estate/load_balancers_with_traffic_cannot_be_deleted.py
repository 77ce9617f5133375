"""Load balancers that a DNS name leads to must be protected from deletion.

A mistake must not take payments down. A load balancer without a record may be deleted; checkov's
own check (CKV_AWS_150) does not know the difference.
"""

from policies.engine.rule import Findings, estate_rule
from policies.reading.stack import SynthesisedStack


@estate_rule
def judge(stacks: list[SynthesisedStack]) -> Findings:
    with_traffic = {
        (stack.environment, name)
        for stack in stacks
        for lookup in stack.of("data.aws_lb", "data.aws_alb")
        if isinstance(name := lookup.get("name"), str)
    }
    for stack in stacks:
        for load_balancer in stack.of("aws_lb", "aws_alb"):
            protected = load_balancer.get("enable_deletion_protection")
            name = load_balancer.get("name")
            if protected is True or (stack.environment, name) not in with_traffic:
                yield load_balancer, []
            else:
                yield load_balancer, [f"enable_deletion_protection is {protected!r}"]
