"""Which resource needs which, from the configuration in a plan: the order in which Terraform must
create them, and the reverse of the order in which it must destroy them.
"""

from collections.abc import Iterator
from typing import Any

from rollout.plans.plan import Configuration


class Dependencies:
    """`depends_on` and the references of every resource block, direct and indirect."""

    def __init__(self, configuration: Configuration) -> None:
        self._direct = {
            resource.address: set(resource.depends_on) | set(references_in(resource.expressions))
            for resource in configuration.root_module.resources
        }

    def needs(self, address: str, other: str) -> bool:
        """Whether Terraform must have `other` before it can make `address`."""
        wanted = block_of(other)
        seen: set[str] = set()
        waiting = [block_of(address)]
        while waiting:
            block = waiting.pop()
            if block in seen:
                continue
            seen.add(block)
            for reference in self._direct.get(block, ()):
                needed = _referenced_block(reference)
                if needed == wanted and wanted != block_of(address):
                    return True
                waiting.append(needed)
        return False


def references_in(expression: Any) -> Iterator[str]:
    """Every reference in an expression, or in all expressions of a block."""
    if isinstance(expression, dict):
        for key, value in expression.items():
            if key == "references" and isinstance(value, list):
                yield from (item for item in value if isinstance(item, str))
            else:
                yield from references_in(value)
    elif isinstance(expression, list):
        for item in expression:
            yield from references_in(item)


def block_of(address: str) -> str:
    """The block of a resource: its address without the index of `count` or `for_each`."""
    return address.split("[", 1)[0]


def _referenced_block(reference: str) -> str:
    """`aws_lb.this` of the reference `aws_lb.this.arn`."""
    parts = block_of(reference).split(".")
    return ".".join(parts[: 3 if parts[0] == "data" else 2])
