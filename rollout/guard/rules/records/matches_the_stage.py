"""The records after apply are those of the stage in the environment's file. They have the same
sides and weights, in every name of the service (A and AAAA alike).
"""

from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.stage_from_records import expected_in_words, in_words, model_records
from rollout.plans.read import StackPlan
from rollout.plans.records import names_in


def check(plan: StackPlan, context: Context) -> Findings:
    service, stage = plan.stack.service, context.stage(plan)
    if not plan.stack.kind.holds_records or service is None or stage is None:
        return
    file = f"environments/{plan.stack.environment}.toml"
    expected = context.environment(plan).ladder.records(stage)
    answers = names_in(plan.plan)
    if not any(name.after for name in answers):
        yield GuardFinding(
            "",
            f"{file} has {service} at {stage}, and the plan leaves it no record",
            f"plan the stack with its records: {expected_in_words(expected, service)}",
        )
    for name in answers:
        if name.after and model_records(name.after, plan.stack) != expected:
            yield GuardFinding(
                name.after[0].address,
                f"{name.key} ends with {in_words(name.after)}; {file} has {service} at {stage}: "
                f"{expected_in_words(expected, service)}",
                "synthesise and plan again from the commit under review, without other changes",
            )
