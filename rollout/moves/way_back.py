"""The way back of a service: no gate blocks it, so only what is impossible is refused."""

from pathlib import Path

from pay.environments.adopted import load_needed_adopted
from pay.model import Environment, Stage
from pay.model.stacks import TRAFFIC
from pay.model.stage.transitions import Edge, rollbacks
from rollout.moves.stack_changes import stack_changes
from rollout.terminal.refusal import Finding, Refused

NO_WAY_BACK = {
    Stage.LEGACY: "its move has not begun",
    Stage.READY: "EC2 has everything already, and the records are not converted back",
    Stage.RETIRED: "the EC2 side is gone; build it again, from `legacy`",
}


def way_back(environment: Environment, service: str, to: Stage | None) -> Edge:
    """Return the rollback of a service to the stage `to`; without one, to that which gives EC2
    everything. Raises Refused when there is none.
    """
    stage = environment.services[service].stage
    what = f"{service} in {environment.name} from {stage}"
    ways = {edge.after: edge for edge in rollbacks(environment.ladder, stage)}
    if not ways:
        reason = NO_WAY_BACK.get(stage, f"{stage} has no way back")
        raise Refused(what, [Finding("no-way-back", reason, "nothing to roll back")])
    if edge := ways.get(to or next(iter(ways))):
        return edge
    reason = f"{to} is not a rollback of {stage}"
    finding = Finding("target", reason, f"give one of {', '.join(ways)}")
    raise Refused(f"{what} to {to}", [finding])


def refuse_what_cannot_be_deployed(
    folder: Path, environment: Environment, service: str, edge: Edge
) -> None:
    """Refuse a rollback while adopted ids have mistakes that would stop its deploy. These are the
    ids of stacks that it changes no later than the records, and that must have some. What follows
    the records, such as alarms, takes no request back. Raises InvalidInput.
    """
    deployment = environment.services[service].model_copy(update={"stage": edge.after})
    services = {**environment.services, service: deployment}
    after = environment.model_copy(update={"services": services})
    changed = [change.stack for change in stack_changes(environment, service, edge)]
    records = TRAFFIC.stack_id(environment.name, service)
    until_records = changed[: changed.index(records) + 1] if records in changed else changed
    load_needed_adopted(folder, after, until_records)
