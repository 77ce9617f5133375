"""What stacks of different scope use in common."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from policies.engine.stack import Block, Stack

Names = Callable[[Stack], Iterator[tuple[Block, str]]]
"""The things of one kind that a stack uses, by a name that is the same in every stack."""


def shared_with_the_inside(stacks: list[Stack], names: Names) -> Iterator[tuple[Block, list[str]]]:
    """Each block of a stack inside the cardholder data environment, or of any other, that names a
    thing, with the stacks across the boundary that use the same thing.

    A stack that makes the things of both segments uses none of them itself.
    """
    users: dict[tuple[str, str, str], list[tuple[Stack, Block]]] = defaultdict(list)
    for stack in stacks:
        if not stack.serves_both_segments:
            for block, name in names(stack):
                account = ",".join(stack.allowed_account_ids)
                users[account, stack.owner, name].append((stack, block))
    for (_, _, name), found in users.items():
        for stack, block in found:
            across = sorted(
                {
                    f"{other.name} ({other.scope})"
                    for other, _ in found
                    if (other.scope == "inside") != (stack.scope == "inside")
                }
            )
            yield block, [f"{name} is used by {', '.join(across)} too"] if across else []
