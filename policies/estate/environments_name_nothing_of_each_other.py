"""Environments must not look up or name anything of another environment.

Production is separated from everything else. A test system that names a production queue, key or
load balancer is connected to it.
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
                        f"{name} belongs to {other}; this stack belongs to {stack.owner}"
                        for name in names
                        for other, pattern in others.items()
                        if pattern.search(name) and not _is_own(patterns, stack, name)
                    ],
                )


def _is_own(patterns: dict[str, re.Pattern[str]], stack: Stack, name: str) -> bool:
    """Return whether the name belongs to the stack's own environment.

    An environment called `perf-1` would otherwise match inside `test-perf-1`.
    """
    own = patterns.get(stack.environment)
    return own is not None and own.search(name) is not None
