"""Systems outside the cardholder data environment must not share a security group with any inside.

Members of a shared security group can reach each other across the boundary. The rule covers groups
that a stack looks up and groups that a service, load balancer or rule names.
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
            # A reference leads to a block above. An id does not, so it is compared itself.
            for group in sorted(set(groups(block))):
                if ID.fullmatch(group):
                    yield block, group
