"""A service moves along one edge of the stage machine. It moves forward by one stage, and back as
far as is safe (`stage.transitions`). A skipped stage was not judged; from `retired` there is no way
back.
"""

from pay.model import Ladder, Stage
from pay.model.stage.transitions import find_edge, promotion, rollbacks
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.stage_from_records import in_words, model_records, start_of
from rollout.plans.read import StackPlan
from rollout.plans.records import names_in


def check(plan: StackPlan, context: Context) -> Findings:
    service, stage = plan.stack.service, context.stage(plan)
    if service is None or stage is None:
        return
    ladder, before = context.environment(plan).ladder, context.stage_before(plan)
    if before in ladder.stages and before is not stage and not find_edge(ladder, before, stage):
        yield GuardFinding(
            "",
            f"environments/{plan.stack.environment}.toml moves {service} from {before} to {stage}",
            f"from {before} a service can go {_ways(ladder, before)}",
        )
    elif plan.stack.kind.holds_records:
        yield from _records(plan, service, ladder, stage, is_known=before in ladder.stages)


def _records(
    plan: StackPlan, service: str, ladder: Ladder, stage: Stage, *, is_known: bool
) -> Findings:
    """Yield what is wrong with the records. `is_known`: the files of before have the stage, and the
    step from there is right.
    """
    for name in names_in(plan.plan):
        records = model_records(name.before, plan.stack) if name.before else None
        start = start_of(records, ladder) if records else None
        if start is None or not start.is_known:
            continue
        stages = sorted(start.stages, key=lambda s: s.position)
        if not is_known and (skipping := start.may_skip(ladder, stage)):
            yield GuardFinding(
                name.before[0].address,
                f"{name.key} has {in_words(name.before)}: {service} was at {' or '.join(stages)}, "
                f"and from {skipping} it cannot go to {stage}",
                "give the environment files of before the change with --base: they show which of "
                "the stages it was",
            )
        elif not start.may_become(ladder, stage):
            stages = stages or [edge.before for edge in start.interrupted]
            yield GuardFinding(
                name.before[0].address,
                f"{name.key} has {in_words(name.before)} ({' or '.join(stages)}), and the file has "
                f"{service} at {stage}",
                "; ".join(f"from {s} it can go {_ways(ladder, s)}" for s in dict.fromkeys(stages)),
            )


def _ways(ladder: Ladder, stage: Stage) -> str:
    forward = promotion(ladder, stage)
    back = ", ".join(edge.after for edge in rollbacks(ladder, stage))
    ways = (f"forward to {forward.after}" if forward else "", f"back to {back}" if back else "")
    return ", or ".join(filter(None, ways)) or "nowhere"
