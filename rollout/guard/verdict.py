"""Judges plans by every rule; break-glass lets the findings of a rule pass, with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pay.secrets.values import redacted
from rollout.guard.rule import Context, GuardFinding
from rollout.guard.rules import RULES
from rollout.plans.read import StackPlan

SENSITIVE = "(holds a value that Terraform marks as sensitive: not shown)"
"""Replaces all that the rule saw; the rule's id, the address and what to do remain."""


@dataclass(frozen=True)
class Refusal:
    """A finding with the rule and the stack that it belongs to."""

    rule: str
    stack: str
    finding: GuardFinding
    allowed_because: str | None = None
    """The reason why break-glass lets it pass; None if it is refused."""


@dataclass(frozen=True)
class GuardVerdict:
    """The guard's answer to a set of plans."""

    refusals: tuple[Refusal, ...]
    allowances: Mapping[str, str]
    """Break-glass: rule id -> why."""

    @property
    def refused(self) -> tuple[Refusal, ...]:
        return tuple(refusal for refusal in self.refusals if refusal.allowed_because is None)

    @property
    def allowed(self) -> tuple[Refusal, ...]:
        return tuple(refusal for refusal in self.refusals if refusal.allowed_because is not None)

    @property
    def is_clean(self) -> bool:
        """Return whether the plans may be applied."""
        return not self.refused

    @property
    def unused(self) -> tuple[str, ...]:
        """Return the rules that break-glass names although they refuse nothing."""
        used = {refusal.rule for refusal in self.refusals}
        return tuple(rule for rule in self.allowances if rule not in used)


def judge(context: Context, allowances: Mapping[str, str] | None = None) -> GuardVerdict:
    """Judge every plan by every rule. `allowances` is break-glass: rule id -> why."""
    # The reasons are shown wherever the findings are, so what holds a secret is masked in both.
    allowances = {rule: redacted(reason) for rule, reason in (allowances or {}).items()}
    refusals = tuple(
        Refusal(rule, plan.stack.id, _readable(finding, plan), allowances.get(rule))
        for plan in context.plans
        for rule, check in RULES.items()
        for finding in check(plan, context)
    )
    return GuardVerdict(refusals, allowances)


def _readable(finding: GuardFinding, plan: StackPlan) -> GuardFinding:
    """Mask what a finding quotes when a value of its resource is sensitive. All resources of that
    type in the plan count. A rule about a record also shows others of its name.
    """
    changes = (*plan.plan.resource_changes, *plan.plan.resource_drift)
    types = {change.type for change in changes if change.address == finding.address}
    sensitive = any(change.type in types and change.is_sensitive() for change in changes)
    return replace(finding, saw=SENSITIVE if sensitive else redacted(finding.saw))
