"""Security groups, subnets and VPCs are named by references to what the stack looks up or makes.

An id written out (`sg-0abc`) says neither what it is nor which segment it belongs to: no reviewer
sees that it is a group of the cardholder data environment, and no rule can tell.
"""

from collections.abc import Iterator

from policies.engine.network import places
from policies.engine.rule import estate_rule
from policies.engine.stack import Block, Stack

_NETWORK = frozenset(
    {
        "aws_default_security_group",
        "aws_security_group",
        "aws_security_groups",
        "aws_subnet",
        "aws_subnets",
        "aws_vpc",
        "aws_vpcs",
    }
)


@estate_rule
def judge(stacks: list[Stack]) -> Iterator[tuple[Block, list[str]]]:
    for stack in stacks:
        for block in stack.blocks:
            if block.kind == "resource" and (named := sorted(set(places(block)))):
                yield (
                    block,
                    [
                        f"{key} names {found}, which this stack neither looks up nor makes"
                        for key, found in named
                        if not _is_network_of(stack, found)
                    ],
                )


def _is_network_of(stack: Stack, found: str) -> bool:
    block = stack.find(found)
    return block is not None and block.type in _NETWORK
