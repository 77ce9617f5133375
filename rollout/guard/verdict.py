"""Judges plans by every rule; break-glass lets the findings of a rule pass, and says so."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pay.secrets.values import redacted
from rollout.guard.context import Context
from rollout.guard.finding import Finding, Refusal
from rollout.guard.rules import RULES
from rollout.plans.read import StackPlan
from rollout.plans.values import is_sensitive

SENSITIVE = "(holds a value that Terraform marks as sensitive: not shown)"
"""What stands in a finding for all that its rule saw; the rule's id, the address and what to do
remain."""


@dataclass(frozen=True)
class Verdict:
    """What the guard says about a set of plans."""

    refusals: tuple[Refusal, ...]
    allowances: Mapping[str, str]
    """Break-glass: rule id -> why."""

    @property
    def refused(self) -> tuple[Refusal, ...]:
        return tuple(refusal for refusal in self.refusals if not refusal.is_allowed)

    @property
    def allowed(self) -> tuple[Refusal, ...]:
        return tuple(refusal for refusal in self.refusals if refusal.is_allowed)

    @property
    def is_clean(self) -> bool:
        """Whether the plans may be applied."""
        return not self.refused

    @property
    def unused(self) -> tuple[str, ...]:
        """The rules that break-glass names although they refuse nothing."""
        found = {refusal.rule for refusal in self.refusals}
        return tuple(rule for rule in self.allowances if rule not in found)


def judge(context: Context, allowances: Mapping[str, str] | None = None) -> Verdict:
    """Every rule on every plan. `allowances` is break-glass: rule id -> why."""
    # The reasons are shown wherever the findings are: what holds a secret is masked in both.
    allowances = {rule: redacted(reason) for rule, reason in (allowances or {}).items()}
    refusals = tuple(
        Refusal(
            rule,
            plan.stack.id,
            _as_anybody_may_read(finding, plan),
            allowances.get(rule),
        )
        for plan in context.plans
        for rule, check in RULES.items()
        for finding in check(plan, context)
    )
    return Verdict(refusals, allowances)


def _as_anybody_may_read(finding: Finding, plan: StackPlan) -> Finding:
    """A finding may quote what it saw, in words of its own, and that may hold a secret."""
    if _is_about_sensitive(finding.address, plan):
        return replace(finding, saw=SENSITIVE)
    return replace(finding, saw=redacted(finding.saw))


def _is_about_sensitive(address: str, plan: StackPlan) -> bool:
    """Whether a value of the resource, or of another one of its type in the plan, is marked: a rule
    that looks at a record tells the others of its name as well.
    """
    changes = (*plan.plan.resource_changes, *plan.plan.resource_drift)
    types = {change.type for change in changes if change.address == address}
    return any(change.type in types and is_sensitive(change.change) for change in changes)
