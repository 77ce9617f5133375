"""What moves, in the service's words."""

from dataclasses import dataclass

from pay.model import Side, Stage
from pay.model.stacks import Stack
from pay.model.stage.dns_answers import side_shares
from rollout.guard.context import Context
from rollout.guard.stage_from_records import placement, start_of
from rollout.plans.read import StackPlan
from rollout.plans.records import RECORD_TYPE, Name, States, names_in
from rollout.plans.values import is_sensitive
from rollout.review.redact import SENSITIVE


@dataclass(frozen=True)
class Move:
    """One name whose records change."""

    stack: str
    service: str
    environment: str
    name: str
    headline: str
    fargate_before: int | None
    """Fargate's share of the answers in per cent; None: nothing answers, or it cannot be told."""
    fargate_after: int | None
    stage: Stage | None
    stages_before: tuple[Stage, ...]
    """The stages that the records before are those of."""


def moves_of(plan: StackPlan, context: Context) -> tuple[Move, ...]:
    """Every name whose records the plan changes."""
    service = plan.stack.service
    if not plan.stack.kind.holds_records or service is None:
        return ()
    return tuple(_move(plan, context, service, name) for name in names_in(plan.plan) if name.moves)


def _move(plan: StackPlan, context: Context, service: str, name: Name) -> Move:
    if any(c.type == RECORD_TYPE and is_sensitive(c.change) for c in plan.plan.managed):
        return _hidden(plan, context, service)
    before, after = _share(name.before, plan.stack), _share(name.after, plan.stack)
    records = placement(name.before, plan.stack) if name.before else None
    stages = start_of(records, context.environment(plan).ladder).stages if records else frozenset()
    return Move(
        stack=plan.stack.id,
        service=service,
        environment=plan.stack.environment,
        name=str(name.key),
        headline=f"{service}, {plan.stack.environment}: {_words(name, service, before, after)}",
        fargate_before=before,
        fargate_after=after,
        stage=context.stage(plan),
        stages_before=tuple(sorted(stages, key=lambda stage: stage.position)),
    )


def _hidden(plan: StackPlan, context: Context, service: str) -> Move:
    """The move of records of which one holds a value that is marked as sensitive."""
    environment = plan.stack.environment
    return Move(
        stack=plan.stack.id,
        service=service,
        environment=environment,
        name=SENSITIVE,
        headline=f"{service}, {environment}: records change {SENSITIVE}",
        fargate_before=None,
        fargate_after=None,
        stage=context.stage(plan),
        stages_before=(),
    )


def _words(name: Name, service: str, before: int | None, after: int | None) -> str:
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
        return f"the record of weight 0 goes; Fargate keeps {after} %"
    if len(name.after) > len(name.before):
        return f"a record of weight 0 comes back; Fargate keeps {after} %"
    return f"records change, Fargate keeps {after} %"


def _share(records: States, stack: Stack) -> int | None:
    found = placement(records, stack) if records else None
    if not found:
        return None
    return round(side_shares(found).get(Side.FARGATE, 0) * 100)
