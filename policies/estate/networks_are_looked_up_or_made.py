"""Security groups, subnets and VPCs must be references to resources or lookups of the stack.

A literal id (`sg-0abc`) shows neither its purpose nor its segment. Neither a reviewer nor a rule
can see that it belongs to the cardholder data environment.
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
                        f"{key} names {place}, which this stack neither looks up nor creates"
                        for key, place in named
                        if not _is_network_of(stack, place)
                    ],
                )


def _is_network_of(stack: Stack, place: str) -> bool:
    block = stack.find(place)
    return block is not None and block.type in _NETWORK
