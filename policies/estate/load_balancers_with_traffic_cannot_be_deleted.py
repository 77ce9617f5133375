"""Load balancers that a name in DNS leads to are protected from deletion.

A slip must not take payments down; what no record leads to any more may go. checkov's own check
(CKV_AWS_150) cannot tell the two apart.
"""

from collections.abc import Iterator

from policies.engine.rule import estate_rule
from policies.engine.stack import Block, Stack


@estate_rule
def judge(stacks: list[Stack]) -> Iterator[tuple[Block, list[str]]]:
    with_traffic = {
        (stack.environment, name)
        for stack in stacks
        for found in stack.of("aws_lb", "aws_alb", kind="data")
        if isinstance(name := found.value("name"), str)
    }
    for stack in stacks:
        for load_balancer in stack.of("aws_lb", "aws_alb"):
            protected = load_balancer.value("enable_deletion_protection")
            name = load_balancer.value("name")
            if protected is True or (stack.environment, name) not in with_traffic:
                yield load_balancer, []
            else:
                yield load_balancer, [f"enable_deletion_protection is {protected!r}"]
