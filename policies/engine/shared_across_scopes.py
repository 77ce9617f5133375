"""Finds what stacks of different scope share."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from policies.engine.stack import Block, Stack

Names = Callable[[Stack], Iterator[tuple[Block, str]]]
"""Returns the blocks of one kind in a stack, each with a name that all stacks have in common."""


def shared_with_the_inside(stacks: list[Stack], names: Names) -> Iterator[tuple[Block, list[str]]]:
    """Yield each block that names a shared thing, with the stacks of the other scope that use it.

    The boundary is the cardholder data environment. A stack that serves both segments is not
    included: it creates their shared things and uses none itself.
    """
    users: dict[tuple[str, str, str], list[tuple[Stack, Block]]] = defaultdict(list)
    for stack in stacks:
        if not stack.serves_both_segments:
            for block, name in names(stack):
                account = ",".join(stack.allowed_account_ids)
                users[account, stack.owner, name].append((stack, block))
    for (_, _, name), uses in users.items():
        for stack, block in uses:
            across = sorted(
                {
                    f"{other.name} ({other.scope})"
                    for other, _ in uses
                    if (other.scope == "inside") != (stack.scope == "inside")
                }
            )
            yield block, [f"{name} is also used by {', '.join(across)}"] if across else []
