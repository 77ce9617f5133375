"""A stack refers to nothing but its own: stacks find each other's resources by name."""

import json
import re
from collections.abc import Mapping

from tests.support.synthesised import Synthesised

_EXPRESSION = re.compile(r"\$\{[^}]*\}")
_ADDRESS = re.compile(r"(?<![\w.\"])(data\.)?(aws_\w+)\.([\w-]+)")


def test_every_reference_is_to_the_stack_itself(estate: Mapping[str, Synthesised]) -> None:
    """cdktf would only see another stack's when it prepares stacks, which is left out (0084)."""
    count = 0
    for stack in estate.values():
        for expression in _EXPRESSION.findall(json.dumps(stack.document)):
            for data, type_, name in _ADDRESS.findall(expression):
                known = stack.document["data" if data else "resource"]
                assert name in known.get(type_, {}), f"{stack.id}: {expression}"
                count += 1
    assert count > len(estate)
