"""Declares rules that detect what stacks of different scope share."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import wraps

from policies.engine.rule import EstateJudge, Findings, estate_rule
from policies.reading.stack import Block, SynthesisedStack

Names = Iterator[tuple[Block, str]]
"""Blocks of one kind, each with a name that all stacks have in common."""


def sharing_rule(names: Callable[[SynthesisedStack], Names]) -> EstateJudge:
    """Declare the rule of the file of `names`. It says that no name is shared across the boundary.

    The boundary is the cardholder data environment. A stack that serves both segments is not
    included: it creates their shared things and uses none itself.
    """

    @estate_rule
    @wraps(names)
    def judge(stacks: list[SynthesisedStack]) -> Findings:
        users: dict[tuple[str, str, str], list[tuple[SynthesisedStack, Block]]] = defaultdict(list)
        for stack in stacks:
            if not stack.serves_both_segments:
                for block, name in names(stack):
                    account = ",".join(stack.allowed_account_ids)
                    users[account, stack.owner, name].append((stack, block))
        for (_, _, name), uses in users.items():
            for stack, block in uses:
                across = {
                    f"{other.name} ({other.scope})"
                    for other, _ in uses
                    if (other.scope == "inside") != (stack.scope == "inside")
                }
                users_across = ", ".join(sorted(across))
                yield block, [f"{name} is also used by {users_across}"] if across else []

    return judge
