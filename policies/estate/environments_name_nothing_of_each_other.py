"""Environments must not look up or name anything of another environment.

Production is separated from everything else. A test system that names a production queue, key or
load balancer is connected to it. What an account's environments share may name what they have.
"""

import re

from policies.engine.rule import Findings, estate_rule
from policies.reading.network import looked_up_names
from policies.reading.stack import SynthesisedStack

_LOOKED_UP_BY = ("cluster_name", "db_instance_identifier", "bucket", "path")


@estate_rule
def judge(stacks: list[SynthesisedStack]) -> Findings:
    accounts = {each.environment: each.allowed_account_ids for each in stacks if each.environment}
    patterns = {each: re.compile(rf"(^|[/:_-]){re.escape(each)}([/:_.-]|$)") for each in accounts}
    for stack in stacks:
        own = patterns.get(stack.environment)
        for block in stack.blocks:
            if block.kind != "data":
                continue
            names = [
                *looked_up_names(block),
                *(text for key in _LOOKED_UP_BY if isinstance(text := block.get(key), str)),
            ]
            problems = [
                f"{name} belongs to {other}; this stack belongs to {stack.owner}"
                for name in names
                # An environment called `perf-1` would otherwise match inside `test-perf-1`.
                if own is None or not own.search(name)
                for other, pattern in patterns.items()
                if pattern.search(name) and not _shares(stack, accounts[other])
            ]
            if names:
                yield block, problems


def _shares(stack: SynthesisedStack, account_ids: tuple[str, ...]) -> bool:
    """Return whether a stack is that of the account with these ids, for all its environments."""
    return stack.is_of_account and bool(account_ids) and stack.allowed_account_ids == account_ids
