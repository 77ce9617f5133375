"""Detects whether an unknown value of a plan comes from AWS or from a resource that this plan
creates; a reviewer has to look at any other.
"""

import re
from typing import Any

from rollout.plans.plan import AttributeChange, Plan, ResourceChange, Verb
from rollout.plans.references import block_in, block_of, references_in
from rollout.plans.values import Path, dig


def is_computed(plan: Plan, change: ResourceChange, attribute: AttributeChange) -> bool:
    """Return whether AWS computes the unknown attribute, because the code does not set it, or it
    follows from a resource that the plan creates, replaces or computes that value of. False for a
    resource whose block the configuration does not show.
    """
    block = block_in(plan, change.address)
    if block is None:
        return False
    expression = _at(block.expressions, attribute.path)
    return expression is None or any(_explains(plan, each) for each in references_in(expression))


def _explains(plan: Plan, reference: str) -> bool:
    """Terraform lists `aws_lb.alb.arn`, then `aws_lb.alb`: only the first names the value."""
    parts = re.sub(r"\[[^\]]*\]", "", reference).split(".")
    return any(
        change.verb in (Verb.CREATE, Verb.REPLACE)
        or (len(parts) > 2 and change.is_unknown(parts[2]))
        for change in plan.moving
        if block_of(change.address) == ".".join(parts[:2])
    )


def _at(written: Any, path: Path) -> Any:
    """Return the expression that gives the attribute its value; None: nothing is written for it. A
    value written as a whole gives every part of it.
    """
    expression = written
    for step in path:
        if expression is not written and _is_expression(expression):
            return expression
        expression = dig(expression, step)
    return expression


def _is_expression(value: Any) -> bool:
    """Terraform writes an expression without references or constant as an empty object."""
    return isinstance(value, dict) and (
        not value or "references" in value or "constant_value" in value
    )
