"""The EC2 side takes messages of queues for as long as it exists, the Fargate side from `ready` on.
At `dark` Fargate is not proven yet. A side that takes requests but no messages keeps to itself what
happened to a payment.
"""

from pay.catalogue import CATALOGUE
from pay.containers.definitions import pairs
from pay.unread import Unread
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.containers import TASK_DEFINITION, containers_after
from rollout.plans.plan import ResourceChange
from rollout.plans.read import StackPlan


def check(plan: StackPlan, context: Context) -> Findings:
    side, name, stage = plan.stack.kind.side, plan.stack.service, context.stage(plan)
    if side is None or name is None or stage is None or not stage.has(side):
        return
    required = "true" if stage.takes_work(side) else "false"
    for change in plan.plan.written(TASK_DEFINITION):
        for switch, value in _switches(change, name).items():
            if value != required:
                yield GuardFinding(
                    change.address,
                    f"{name} is at {stage}: {switch} of the {side} side is "
                    f"{'not set' if value is None else repr(value)}",
                    f"set it to {required!r}; the catalogue's work_switches do that by the stage",
                )


def _switches(change: ResourceChange, service: str) -> dict[str, str | None]:
    """Return the service's switches and their values after apply; None for one that is not set."""
    try:
        environments = {c["name"]: pairs(c, "environment") for c in containers_after(change)}
    except Unread:
        return {}  # `writes-no-secret-in-plain-text` refuses what cannot be read.
    values = environments.get(service, {})
    return {switch: values.get(switch) for switch in CATALOGUE[service].work_switches}
