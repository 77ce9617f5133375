"""No environment looks up or names anything of another environment.

Production and everything else are separated; a test system that finds a production queue, key or
load balancer by name is connected to it.
"""

import re
from collections.abc import Iterator

from policies.engine.network import looked_up_names
from policies.engine.rule import estate_rule
from policies.engine.stack import Block, Stack

_LOOKED_UP_BY = ("cluster_name", "db_instance_identifier", "bucket", "path")


@estate_rule
def judge(stacks: list[Stack]) -> Iterator[tuple[Block, list[str]]]:
    environments = {stack.environment for stack in stacks if stack.environment}
    patterns = {
        each: re.compile(rf"(^|[/:_-]){re.escape(each)}([/:_.-]|$)") for each in environments
    }
    for stack in stacks:
        others = {e: p for e, p in patterns.items() if e != stack.environment}
        for block in stack.blocks:
            if block.kind != "data":
                continue
            names = [
                *looked_up_names(block),
                *(text for key in _LOOKED_UP_BY if isinstance(text := block.value(key), str)),
            ]
            if names:
                yield (
                    block,
                    [
                        f"{name} belongs to {other}; this stack is of {stack.owner}"
                        for name in names
                        for other, pattern in others.items()
                        if pattern.search(name) and not _is_own(patterns, stack, name)
                    ],
                )


def _is_own(patterns: dict[str, re.Pattern[str]], stack: Stack, name: str) -> bool:
    """Whether the name is the stack's own: `test-perf-1` contains no other environment's name, but
    an environment called `perf-1` would be found in it.
    """
    own = patterns.get(stack.environment)
    return own is not None and own.search(name) is not None
