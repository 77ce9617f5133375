"""Where a value comes from that a plan does not know: from AWS, from a resource that this plan
makes anew, or from somewhere that a reviewer has to look at.
"""

import re
from typing import Any

from rollout.plans.plan import Plan, ResourceChange, Verb
from rollout.plans.references import block_of, references_in
from rollout.plans.values import Path, dig, is_marked


class Origins:
    """The configuration of a plan, asked about what is known only after apply."""

    def __init__(self, plan: Plan) -> None:
        self._written = {
            resource.address: resource.expressions
            for resource in plan.configuration.root_module.resources
        }
        self._changes = {change.address: change for change in plan.moving}

    def are_computed(self, address: str, path: Path) -> bool:
        """Whether the attribute is AWS's to compute, because nobody wrote it, or follows from a
        resource that this plan creates, replaces or computes that value of. What the plan says
        nothing about is not taken for computed.
        """
        written = self._written.get(block_of(address))
        if written is None:
            return False
        expression = _at(written, path)
        if expression is None:
            return True
        return any(self._explains(reference) for reference in references_in(expression))

    def _explains(self, reference: str) -> bool:
        """Terraform lists `aws_lb.alb.arn`, then `aws_lb.alb`: only the first says which value."""
        parts = re.sub(r"\[[^\]]*\]", "", reference).split(".")
        return any(
            _makes_anew(change, parts[2] if len(parts) > 2 else None)
            for address, change in self._changes.items()
            if block_of(address) == ".".join(parts[:2])
        )


def _makes_anew(change: ResourceChange, attribute: str | None) -> bool:
    if change.verb in (Verb.CREATE, Verb.REPLACE):
        return True
    return attribute is not None and is_marked(change.change.after_unknown, attribute)


def _at(written: Any, path: Path) -> Any:
    """The expression that gives the attribute its value; None: nothing is written for it. A value
    written as a whole gives every part of it.
    """
    found = written
    for step in path:
        if found is not written and _is_expression(found):
            return found
        found = dig(found, step)
    return found


def _is_expression(found: Any) -> bool:
    """Terraform writes an expression without references or constant as an empty object."""
    return isinstance(found, dict) and (
        not found or "references" in found or "constant_value" in found
    )
