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
            resource.address: set(resource.depends_on) | set(_references(resource.expressions))
            for resource in configuration.root_module.resources
        }

    def needs(self, address: str, other: str) -> bool:
        """Whether Terraform must have `other` before it can make `address`."""
        wanted = _block(other)
        seen: set[str] = set()
        waiting = [_block(address)]
        while waiting:
            block = waiting.pop()
            if block in seen:
                continue
            seen.add(block)
            for reference in self._direct.get(block, ()):
                needed = _referenced_block(reference)
                if needed == wanted and wanted != _block(address):
                    return True
                waiting.append(needed)
        return False


def _references(expression: Any) -> Iterator[str]:
    if isinstance(expression, dict):
        for key, value in expression.items():
            if key == "references" and isinstance(value, list):
                yield from (item for item in value if isinstance(item, str))
            else:
                yield from _references(value)
    elif isinstance(expression, list):
        for item in expression:
            yield from _references(item)


def _block(address: str) -> str:
    """The block of a resource: its address without the index of `count` or `for_each`."""
    return address.split("[", 1)[0]


def _referenced_block(reference: str) -> str:
    """`aws_lb.this` of the reference `aws_lb.this.arn`."""
    parts = _block(reference).split(".")
    return ".".join(parts[: 3 if parts[0] == "data" else 2])
