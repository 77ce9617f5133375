"""Writes refusals for a reader: names beside ids, and once for all why their stack matters."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from rollout.guard.may_receive_traffic import why_reached
from rollout.guard.rule import Context
from rollout.guard.verdict import Refusal
from rollout.plans.read import StackPlan
from rollout.review.known_names import KnownNames, without_own_account


def readable(
    refusals: Iterable[Refusal], context: Context, names: KnownNames
) -> tuple[tuple[Refusal, ...], tuple[str, ...]]:
    """Return the refusals, and why the stacks that several of them are about matter. The refusals
    leave that out.
    """
    by_stack: dict[str, list[Refusal]] = {}
    for refusal in refusals:
        by_stack.setdefault(refusal.stack, []).append(refusal)
    plans: Mapping[str, StackPlan] = {plan.stack.id: plan for plan in context.plans}
    written: list[Refusal] = []
    reasons: list[str] = []
    for stack, some in by_stack.items():
        plan = plans[stack]
        environment = context.environment(plan)
        why = why_reached(plan, context)
        is_shared = why is not None and _count(some, why) > 1
        reasons += [why] if why and is_shared else []
        for refusal in some:
            saw = refusal.finding.saw
            if is_shared:
                saw = saw.removeprefix(f"{why}: ").removesuffix(f"; {why}")
            saw = without_own_account(names.beside(saw), environment)
            written.append(replace(refusal, finding=replace(refusal.finding, saw=saw)))
    return tuple(written), tuple(reasons)


def _count(refusals: Iterable[Refusal], why: str) -> int:
    saw = [refusal.finding.saw for refusal in refusals]
    return sum(text.startswith(f"{why}: ") or text.endswith(f"; {why}") for text in saw)
