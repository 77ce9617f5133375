"""Reads the references in a plan's configuration. They give the order in which Terraform must
create resources; it destroys them in the reverse order. They also show what a value known only
after apply is made of.
"""

from collections.abc import Collection, Iterator
from typing import Any

from rollout.plans.plan import Configuration, ConfiguredResource, Plan, ResourceChange
from rollout.plans.values import Path, dig


class Dependencies:
    """`depends_on` and the references of every resource block, direct and indirect."""

    def __init__(self, configuration: Configuration) -> None:
        self._direct = {
            resource.address: {
                _referenced_block(reference)
                for reference in (*resource.depends_on, *references_in(resource.expressions))
            }
            for resource in configuration.root_module.resources
        }

    def needs(self, address: str, other: str) -> bool:
        """Return whether Terraform must have `other` before it can make `address`."""
        start = block_of(address)
        reached: set[str] = set()
        waiting = {start}
        while waiting:
            reached |= waiting
            waiting = {b for block in waiting for b in self._direct.get(block, ())} - reached
        return block_of(other) in reached - {start}


def references_in(expression: Any) -> Iterator[str]:
    """Yield every reference in an expression, or in all expressions of a block."""
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
    """Return the block of a resource: its address without the index of `count` or `for_each`."""
    return address.split("[", 1)[0]


def block_in(plan: Plan, address: str) -> ConfiguredResource | None:
    """Return a resource's block as written; None for one in a module, or without a block."""
    blocks = plan.configuration.root_module.resources
    return next((block for block in blocks if block.address == block_of(address)), None)


def is_left_to_provider(plan: Plan, change: ResourceChange, name: str) -> bool:
    """Return whether the configuration does not set the attribute, so that an unknown value is only
    computed. False for a resource in a module, whose block is not looked up.
    """
    block = block_in(plan, change.address)
    return block is not None and name not in block.expressions


def refers_to_own(
    plan: Plan, change: ResourceChange, path: Path, type: str, key: str, own: tuple[str, ...]
) -> bool:
    """Return whether the unknown value consists only of resources of this plan, of that type. The
    `key` of each is one of `own`, because a stack's first plan knows no ARN yet.
    """
    own_addresses = [c.address for c in plan.managed if c.type == type and c.after.get(key) in own]
    return refers_to(plan, change, path, own_addresses)


def refers_to(plan: Plan, change: ResourceChange, path: Path, addresses: Collection[str]) -> bool:
    """Return whether the value consists only of attributes of the resources at these addresses."""
    block = block_in(plan, change.address)
    references = dig(block.expressions if block else None, *path, "references")
    if not isinstance(references, list) or not references:
        return False
    return all(
        any(reference == a or str(reference).startswith(f"{a}.") for a in addresses)
        for reference in references
    )


def _referenced_block(reference: str) -> str:
    """Return `aws_lb.this` for the reference `aws_lb.this.arn`."""
    parts = block_of(reference).split(".")
    return ".".join(parts[: 3 if parts[0] == "data" else 2])
