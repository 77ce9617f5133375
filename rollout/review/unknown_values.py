"""Detects whether an unknown value of a plan comes from AWS or from a resource that this plan
creates. A reviewer has to look at any other.
"""

import re
from collections.abc import Iterator
from typing import Any

from rollout.plans.plan import AttributeChange, Plan, ResourceChange, Verb
from rollout.plans.references import block_in, block_of, references_in
from rollout.plans.values import Path, dig


def is_noise(plan: Plan, change: ResourceChange, attribute: AttributeChange) -> bool:
    """Return whether an attribute follows from the other changes, or means the same as before."""
    return attribute.path[0] == "tags_all" or (
        attribute.is_unknown and is_computed(plan, change, attribute)
    )


def is_computed(plan: Plan, change: ResourceChange, attribute: AttributeChange) -> bool:
    """Return whether AWS computes the unknown attribute, because the code does not set it. It is
    also true when it follows from a resource that the plan creates or replaces. A resource whose
    value the plan computes counts, too. False for a resource whose block the configuration does not
    show.
    """
    block = block_in(plan, change.address)
    if block is None:
        return False
    expressions = list(_at(block.expressions, attribute.path))
    references = (each for expression in expressions for each in references_in(expression))
    return not expressions or any(_explains(plan, each) for each in references)


def _explains(plan: Plan, reference: str) -> bool:
    """Return whether a reference explains that a value is unknown. Terraform lists
    `aws_lb.alb.arn`, then `aws_lb.alb`. Only the first names the value.
    """
    parts = re.sub(r"\[[^\]]*\]", "", reference).split(".")
    return any(
        change.verb in (Verb.CREATE, Verb.REPLACE)
        or (len(parts) > 2 and change.is_unknown(parts[2]))
        for change in plan.moving
        if block_of(change.address) == ".".join(parts[:2])
    )


def _at(written: Any, path: Path) -> Iterator[Any]:
    """Yield the expressions that give the attribute its value; nothing where nothing is written for
    it. A value written as a whole gives every part of it. Of several blocks, which Terraform may
    have sorted, each may be the attribute's.
    """
    step, *rest = path
    blocks = (
        written if isinstance(step, int) and isinstance(written, list) else [dig(written, step)]
    )
    for block in blocks:
        if block is not None and (not rest or _is_expression(block)):
            yield block
        elif rest:
            yield from _at(block, tuple(rest))


def _is_expression(value: Any) -> bool:
    """Return whether a value is an expression. Terraform writes one without references or constant
    as an empty object.
    """
    return isinstance(value, dict) and (
        not value or "references" in value or "constant_value" in value
    )
