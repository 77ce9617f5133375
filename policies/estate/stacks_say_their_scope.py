"""Every stack says what it is, whether it is inside the cardholder data environment, and whether it
is production.

The scope of the assessment is documented and confirmed; the rules depend on it. The tags are the
provider's `default_tags`, so that every resource in AWS carries them too.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from policies.engine.rule import estate_rule
from policies.engine.stack import Block, Stack

_OF_NO_KNOWN_KIND = ("Environment", "Stack", "Service")
_SCOPES = ("inside", "connected", "outside")
_PRODUCTION = ("true", "false")


@estate_rule
def judge(stacks: list[Stack]) -> Iterator[tuple[Block, list[str]]]:
    said = defaultdict(set)
    for stack in stacks:
        said[stack.owner].add(stack.tags.get("Production"))
    for stack in stacks:
        tags = stack.kind.naming_tags if stack.kind else _OF_NO_KNOWN_KIND
        problems = [f"default_tags has no {tag}" for tag in tags if not stack.tags.get(tag)]
        if stack.tags.get("Stack") != stack.name:
            problems.append(f"the tag Stack is {stack.tags.get('Stack')!r}, not {stack.name!r}")
        if (scope := stack.tags.get("CardholderData")) not in _SCOPES:
            problems.append(f"CardholderData is {scope!r}; allowed: {', '.join(_SCOPES)}")
        if (production := stack.tags.get("Production")) not in _PRODUCTION:
            problems.append(f"Production is {production!r}; allowed: {', '.join(_PRODUCTION)}")
        elif len(said[stack.owner]) > 1:
            problems.append(f"Production is {production!r}; other stacks of {stack.owner} differ")
        yield provider(stack), problems


def provider(stack: Stack) -> Block:
    """A block that stands for the stack's provider."""
    return Block("resource", "provider", "aws", {}, stack, str(Path(stack.name) / "cdk.tf"))
