"""What a value that is known only after apply will be, from the configuration in the plan."""

from rollout.plans.plan import ConfiguredResource, Plan, ResourceChange
from rollout.plans.references import block_of
from rollout.plans.values import Path, dig


def block_in(plan: Plan, change: ResourceChange) -> ConfiguredResource | None:
    """The resource's block as written; None: it stands in a module, or nowhere."""
    return next(
        (
            resource
            for resource in plan.configuration.root_module.resources
            if resource.address == block_of(change.address)
        ),
        None,
    )


def is_left_to_provider(plan: Plan, change: ResourceChange, name: str) -> bool:
    """Whether the configuration says nothing about the attribute, so that one which is unknown is
    only computed; a resource in a module is not looked up there, so that its are not.
    """
    block = block_in(plan, change)
    return block is not None and name not in block.expressions


def refers_to_own(
    plan: Plan, change: ResourceChange, path: Path, type: str, key: str, own: tuple[str, ...]
) -> bool:
    """Whether all that the unknown value is made of is a resource of this plan, of that type, whose
    `key` is one of `own`: a stack's first plan knows no ARN yet.
    """
    block = block_in(plan, change)
    references = dig(block.expressions if block else None, *path, "references")
    if not isinstance(references, list) or not references:
        return False
    addresses = [
        c.address for c in plan.managed if c.type == type and (c.change.after or {}).get(key) in own
    ]
    return all(
        any(reference == a or str(reference).startswith(f"{a}.") for a in addresses)
        for reference in references
    )
