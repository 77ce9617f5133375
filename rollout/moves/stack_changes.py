"""The stacks that a move changes, in their order, and what `cdktf diff` shows of each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.model.alarms import HEALTHY_HOSTS_ALARM, alarms
from pay.model.monitoring.service_alarms import alarms_over_both
from pay.model.monitoring.stages import composites_alone_notify
from pay.model.scaling.side_scaling import scaling_of
from pay.model.side import ServiceSide
from pay.model.stack_kind import Turn
from pay.model.stacks import Stack, known_stacks
from pay.model.stage.dns_answers import minimum_healthy
from pay.model.stage.transitions import Edge
from pay.model.stage.write_order import written_sides
from pay.smoke.targets import targets


@dataclass(frozen=True)
class StackChange:
    """One stack that a move changes."""

    stack: str
    shows: str
    """The changes that `cdktf diff` shows of it."""


def stack_changes(environment: Environment, service: str, edge: Edge) -> tuple[StackChange, ...]:
    """Return the stacks to deploy after a move, by their turns in an apply. A side exists,
    protected and at the peak, before its record leads to it. It gives that up only when its record
    is deleted. What watches follows the records.
    """
    known = known_stacks({environment.name: environment}).values()
    changed = [
        (turn, StackChange(stack.id, shown))
        for stack in sorted(known, key=lambda stack: stack.kind.is_shared)
        for turn, shown in _changes_of(stack, environment, service, edge)
        if shown
    ]
    return tuple(change for _, change in sorted(changed, key=itemgetter(0)))


def _changes_of(
    stack: Stack, environment: Environment, service: str, edge: Edge
) -> Iterator[tuple[Turn, str]]:
    """Yield what a move changes in a stack, which may be nothing, with the turn of the change."""
    kind = stack.kind
    if kind.holds_canaries:
        yield kind.turn, _canaries(environment, service, edge)
    if stack.service != service:
        return
    before, after = edge.before in kind.stages, edge.after in kind.stages
    if kind.holds_records:
        yield kind.turn, _records_change(environment, edge)
    elif not before and after:
        yield kind.turn, f"only creates: {kind.holds}"
    elif before and not after:
        yield Turn.SIDES_THAT_GO, f"only destroys: {kind.holds}"
    elif kind.holds_composite_alarms:
        yield kind.turn, _watching(environment, service, edge)
    elif after and kind.side:
        gained, lost = _updates(environment, service, kind.side, edge)
        yield kind.turn, "; ".join(gained)
        yield Turn.SIDES_THAT_GO, "; ".join(lost)


def _updates(
    environment: Environment, service: str, side: Side, edge: Edge
) -> tuple[list[str], list[str]]:
    """Return what a side that stays gains before its record is written, and loses after."""
    gained, lost = list[str](), list[str]()
    was, becomes = (environment.protects(side, stage) for stage in (edge.before, edge.after))
    if becomes and not was:
        gained.append("one in-place update: the load balancer is protected from deletion")
    if was and not becomes:
        lost.append("one in-place update: the load balancer may be deleted")
    tasks = environment.services[service].tasks
    was, becomes = edge.before.pins_fargate_at_peak, edge.after.pins_fargate_at_peak
    is_scheduled = False
    if side is Side.FARGATE and was != becomes:
        unpinned = edge.before if becomes else edge.after
        actions = scaling_of(_at(environment, service, side, unpinned)).actions
        is_scheduled = bool(actions)
        if is_scheduled:
            way, effects = ("destroyed", gained) if becomes else ("created", lost)
            effects.append(f"{len(actions)} scheduled actions are {way}")
    if side is Side.FARGATE and tasks.lowest < tasks.peak and was != becomes:
        updates = "two in-place updates: scaling "
        if environment.sleep:
            # Terraform leaves the bounds alone there.
            register = f"`pay scaling {environment.name} {service} --register` after it"
            asks = "those of the peak" if becomes else "fewer"
            effects = gained if becomes else lost
            effects.append(f"one in-place update: its alarm asks for tasks, {asks}; {register}")
        elif becomes:
            gained.append(f"{updates}holds the peak, and its alarm asks for it")
        elif is_scheduled:
            lost.append("one in-place update: its alarm asks for the tasks of the night")
        else:
            lost.append(f"{updates}may go below the peak again, and its alarm with it")
        at_min, at_peak = minimum_healthy(tasks.lowest), minimum_healthy(tasks.peak)
        if at_min != at_peak:
            asked = at_peak if becomes else at_min
            update = f"one in-place update: DNS asks for {asked} healthy tasks"
            (gained if becomes else lost).append(update)
    begins_to_work = edge.after.takes_work(side) and not edge.before.takes_work(side)
    if begins_to_work and CATALOGUE[service].work_switches:
        gained.append(
            "a new revision of the task definition and one in-place update of the service: its "
            "tasks take messages of queues"
        )
    was, becomes = (
        composites_alone_notify(environment, stage) for stage in (edge.before, edge.after)
    )
    if was and not becomes:
        gained.append("in-place updates: its alarms notify again")
    elif becomes and not was:
        lost.append("in-place updates: its alarms leave notifying to the composite alarms")
    elif changed := _changed_alarms(environment, service, side, edge):
        count = "one in-place update" if len(changed) == 1 else "two in-place updates"
        # A deploy applies all of it at once.
        (gained or lost).append(f"{count}: alarms follow the stage ({', '.join(changed)})")
    return gained, lost


def _watching(environment: Environment, service: str, edge: Edge) -> str:
    """Return what the stack that watches a service shows of a move."""
    before, after = (
        alarms_over_both(CATALOGUE[service], _moved(environment, service, stage))
        for stage in (edge.before, edge.after)
    )
    counts = _counts(before, after)
    shown = f"; {counts}: alarms over both sides" if counts else ""
    return f"one in-place update: the dashboard names the stage{shown}"


def _canaries(environment: Environment, service: str, edge: Edge) -> str:
    """Return what the stack of the canaries shows of a move; empty for nothing."""
    before, after = (
        {each.name: each.variables for each in targets(_moved(environment, service, stage))}
        for stage in (edge.before, edge.after)
    )
    counts = _counts(before, after)
    return f"{counts}: canaries of the sides that there are" if counts else ""


def _counts(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """Return what a plan does to resources by name: `2 creates, 1 destroy`; empty for nothing."""
    counts = {
        "create": len(after.keys() - before.keys()),
        "in-place update": sum(before[n] != after[n] for n in before.keys() & after.keys()),
        "destroy": len(before.keys() - after.keys()),
    }
    return ", ".join(f"{n} {what}{'' if n == 1 else 's'}" for what, n in counts.items() if n)


def _changed_alarms(
    environment: Environment, service: str, side: Side, edge: Edge
) -> tuple[str, ...]:
    """Return the names of the alarms on requests that a move changes."""
    before, after = (
        {alarm.name: alarm for alarm in alarms(_at(environment, service, side, stage))}
        for stage in (edge.before, edge.after)
    )
    # The alarm on tasks is listed with the tasks that it asks for.
    return tuple(n for n, a in after.items() if n != HEALTHY_HOSTS_ALARM and before[n] != a)


def _at(environment: Environment, service: str, side: Side, stage: Stage) -> ServiceSide:
    return ServiceSide(CATALOGUE[service], _moved(environment, service, stage), side)


def _moved(environment: Environment, service: str, stage: Stage) -> Environment:
    deployment = environment.services[service].model_copy(update={"stage": stage})
    services = {**environment.services, service: deployment}
    return environment.model_copy(update={"services": services})


def commands(changes: tuple[StackChange, ...]) -> tuple[str, ...]:
    """Return what to run, in order: a diff of every stack, then a deploy of each."""
    ids = [change.stack for change in changes]
    return (*map(diff_command, ids), *map(deploy_command, ids))


def diff_command(stack: str) -> str:
    """Return the command that shows what would change in one stack."""
    return _only(stack, "diff")


def deploy_command(stack: str) -> str:
    """Return the command that deploys one stack."""
    return _only(stack, "deploy --ignore-missing-stack-dependencies")


def _only(stack: str, subcommand: str) -> str:
    """Synthesise this stack alone. A mistake in another environment must not block a way back."""
    return f"PAY_STACKS={stack} cdktf {subcommand} {stack}"


def _records_change(environment: Environment, edge: Edge) -> str:
    before = environment.ladder.records(edge.before)
    after = environment.ladder.records(edge.after)
    if not written_sides(before, after):
        return ""
    was, becomes = {r.side: r for r in before}, {r.side: r for r in after}
    updates, others = [], []
    for side in Side:
        old, new = was.get(side), becomes.get(side)
        if new and not old:
            others.append(f"one create, the {side} record of weight {new.weight}")
        elif old and not new:
            others.append(f"one delete, the {side} record of weight {old.weight}")
        elif old and new and old != new:
            weight = "no weight" if old.weight is None else f"weight {old.weight}"
            updates.append(f"{side} {weight} -> {new.weight}")
    if updates:
        count = "one in-place update" if len(updates) == 1 else "two in-place updates"
        others.insert(0, f"{count}, {', '.join(updates)}")
    return "; ".join(others)
