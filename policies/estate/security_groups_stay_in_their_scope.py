"""No system outside the cardholder data environment shares a security group with one inside.

A shared group is one network: whoever is in it reaches what is inside. It counts where a stack
looks it up and where a service, a load balancer or a rule names it.
"""

from collections.abc import Iterator

from policies.engine.network import ID, groups, looked_up_names
from policies.engine.rule import estate_rule
from policies.engine.shared_across_scopes import shared_with_the_inside
from policies.engine.stack import Block, Stack


@estate_rule
def judge(stacks: list[Stack]) -> Iterator[tuple[Block, list[str]]]:
    return shared_with_the_inside(stacks, _security_groups)


def _security_groups(stack: Stack) -> Iterator[tuple[Block, str]]:
    for kind in ("resource", "data"):
        for block in stack.of("aws_security_group", "aws_security_groups", kind=kind):
            for name in looked_up_names(block):
                yield block, name
    for block in stack.blocks:
        if block.kind == "resource":
            # A reference leads to one of those above; an id leads past them.
            for group in sorted(set(groups(block))):
                if ID.fullmatch(group):
                    yield block, group
