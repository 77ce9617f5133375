"""The records before apply are those of a stage, or what an interrupted move between two stages
leaves behind. With the environments of before the change at hand, they are of exactly that stage
(I10).
"""

from pay.model import Ladder, Stage
from pay.model.stage.write_order import Records, states
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.stage_from_records import expected_in_words, in_words, model_records, start_of
from rollout.plans.read import StackPlan
from rollout.plans.records import names_in


def check(plan: StackPlan, context: Context) -> Findings:
    service, stage = plan.stack.service, context.stage(plan)
    if not plan.stack.kind.holds_records or service is None or stage is None:
        return
    ladder, before = context.environment(plan).ladder, context.stage_before(plan)
    for name in names_in(plan.plan):
        if not name.before:
            continue
        records = model_records(name.before, plan.stack)
        if records is None or not start_of(records, ladder).is_known:
            yield GuardFinding(
                name.before[0].address,
                f"{name.key} has {in_words(name.before)}, which does not match any stage of "
                f"{plan.stack.environment}",
                "these records were written outside this process: find out how, put back the "
                "records of a stage, and plan again",
            )
        elif before in ladder.stages and not _explains(records, ladder, before, stage):
            yield GuardFinding(
                name.before[0].address,
                f"{name.key} has {in_words(name.before)}; before this change {service} was at "
                f"{before}: {expected_in_words(ladder.records(before), service)}",
                f"apply what makes {service} stand at {before} first, and plan again",
            )


def _explains(records: Records, ladder: Ladder, before: Stage, stage: Stage) -> bool:
    """Return whether a service at `before` on its way to `stage` can have these records. They are
    those before, after or in between. They may also be in the middle of an earlier move that ended
    at, or went back to, `before`.
    """
    start = ladder.records(before)
    return records in (start, *states(start, ladder.records(stage))) or any(
        before in (edge.before, edge.after) for edge in start_of(records, ladder).interrupted
    )
