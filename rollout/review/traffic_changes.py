"""Describes the moves of traffic, in the service's words."""

from dataclasses import dataclass

from pay.model import Side, Stage
from pay.model.stacks import Stack
from pay.model.stage.dns_answers import side_shares
from rollout.guard.rule import Context
from rollout.guard.stage_from_records import model_records, start_of
from rollout.plans.read import StackPlan
from rollout.plans.records import RECORD_TYPE, RecordName, States, names_in
from rollout.review.redact import SENSITIVE


@dataclass(frozen=True)
class TrafficChange:
    """One name whose records change."""

    stack: str
    service: str
    environment: str
    name: str
    headline: str
    fargate_before: int | None
    """Fargate's share of the answers in per cent; None: nothing answers, or it is unknown."""
    fargate_after: int | None
    stage: Stage | None
    stages_before: tuple[Stage, ...]
    """The stages with the records before."""


def moves_of(plan: StackPlan, context: Context) -> tuple[TrafficChange, ...]:
    """Return every name whose records the plan changes."""
    service = plan.stack.service
    if not plan.stack.kind.holds_records or service is None:
        return ()
    return tuple(_move(plan, context, service, name) for name in names_in(plan.plan) if name.moves)


def _move(plan: StackPlan, context: Context, service: str, name: RecordName) -> TrafficChange:
    stack, ladder = plan.stack, context.environment(plan).ladder
    before, after = _share(name.before, stack), _share(name.after, stack)
    records = model_records(name.before, stack) if name.before else None
    stages = start_of(records, ladder).stages if records else frozenset()
    shown, text = str(name.key), _words(name, before, after)
    # One sensitive value of a record hides all of them, because any of its texts may quote it.
    if any(c.type == RECORD_TYPE and c.is_sensitive() for c in plan.plan.managed):
        shown, text = SENSITIVE, f"records change {SENSITIVE}"
        before, after, stages = None, None, frozenset()
    return TrafficChange(
        stack=stack.id,
        service=service,
        environment=stack.environment,
        name=shown,
        headline=f"{service}, {stack.environment}: {text}",
        fargate_before=before,
        fargate_after=after,
        stage=context.stage(plan),
        stages_before=tuple(sorted(stages, key=lambda stage: stage.position)),
    )


def _words(name: RecordName, before: int | None, after: int | None) -> str:
    if not name.after:
        return f"{name.key} stops answering"
    if after is None or (name.before and before is None):
        return f"the records of {name.key} change in a way that cannot be read"
    if not name.before:
        return f"{name.key} begins to answer, EC2 {100 - after} %, Fargate {after} %"
    if before != after:
        return f"Fargate {before} % → {after} %"
    if all(record.is_simple for record in name.before) and len(name.after) > 1:
        return "the record gets a weight; EC2 keeps all traffic, Fargate stands by"
    if len(name.after) < len(name.before):
        return f"the record of weight 0 is deleted; Fargate keeps {after} %"
    if len(name.after) > len(name.before):
        return f"a record of weight 0 comes back; Fargate keeps {after} %"
    return f"records change, Fargate keeps {after} %"


def _share(records: States, stack: Stack) -> int | None:
    placed = model_records(records, stack) if records else None
    return round(side_shares(placed).get(Side.FARGATE, 0) * 100) if placed else None
