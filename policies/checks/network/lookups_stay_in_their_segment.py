"""Systems must use the network, capacity and keys of their own segment only.

Stacks inside the cardholder data environment use nothing of the general segment, and the reverse.
This separation keeps the rest of the estate out of scope. An AWS id does not show its segment, so
look up by name.
"""

import re

from policies.engine.rule import rule
from policies.reading.expressions import texts
from policies.reading.network import ID, looked_up_names
from policies.reading.stack import Block, get

_CDE = re.compile(r"(^|[-/_])cde([-/_]|$)")
_GENERAL = re.compile(r"(^|[-/_])general([-/_]|$)|-sg-base$")


@rule(
    *(f"data.aws_{each}{s}" for each in ("security_group", "subnet", "vpc") for s in ("", "s")),
    "data.aws_kms_alias",
    "data.aws_kms_key",
    "aws_ecs_service",
)
def judge(block: Block) -> list[str] | None:
    stack = block.stack
    if stack.serves_both_segments or (block.kind == "data" and stack.from_plan):
        return None
    ids = {t for t in texts(block.conf) if ID.fullmatch(t)} if block.kind == "data" else ()
    strategies = block.blocks("capacity_provider_strategy")
    capacity = (get(each, "capacity_provider") for each in strategies)
    names = [*looked_up_names(block), *(name for name in capacity if isinstance(name, str))]
    if block.kind == "data" and not names:
        return ["the lookup has no name, filter or tag; add one"]
    other = _GENERAL if stack.scope == "inside" else _CDE
    return [
        f"{name} belongs to the other segment; this stack is {stack.scope}"
        for name in names
        if other.search(name)
    ] + [f"{each} is an id; look it up by its name" for each in sorted(ids)]
