"""No system outside the cardholder data environment shares a security group with one inside.

A shared group is one network: whoever is in it reaches what is inside.
"""

from collections.abc import Iterator

from policies.network import looked_up_names
from policies.rule import estate_rule
from policies.sharing import shared_with_the_inside
from policies.stack import Block, Stack


@estate_rule
def judge(stacks: list[Stack]) -> Iterator[tuple[Block, list[str]]]:
    return shared_with_the_inside(stacks, _security_groups)


def _security_groups(stack: Stack) -> Iterator[tuple[Block, str]]:
    for kind in ("resource", "data"):
        for block in stack.of("aws_security_group", "aws_security_groups", kind=kind):
            for name in looked_up_names(block):
                yield block, name
