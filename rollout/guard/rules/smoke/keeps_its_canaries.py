"""A canary stays while a service runs on the side that it tries. Without it `pay smoke` has no run,
and no run is no pass. Neither a move nor a release could be proven, and a schedule would watch
nothing. A scenario that the catalogue no longer has, or no longer schedules there, may be deleted.

A canary that watches on a schedule runs as often as the catalogue says. With `rate(0 ...)`, or not
started, it would never run, and the PCI gate would ask for no alarm.
"""

from pay.catalogue.scenarios import SCENARIOS
from pay.model import Environment, Side, names
from pay.model.smoke import SCHEDULED
from pay.smoke.targets import CanaryTarget, targets
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.traffic_changes import CANARY
from rollout.plans.plan import PAST, ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.values import Path, dig

DO = "write how often it runs in constructs/pay/catalogue/scenarios.py, which the stack renders"

_EXPRESSION: Path = ("schedule", 0, "expression")


def check(plan: StackPlan, context: Context) -> Findings:
    environment = context.environment(plan)
    changes = [change for change in plan.plan.moving if change.type == CANARY]
    if not changes:
        return
    scheduled = {each.name: each for each in targets(environment) if each.side is None}
    for change in changes:
        if not change.is_removed:
            target = scheduled.get(str(change.after.get("name")))
            if target and (saw := _runs_otherwise(change, target)):
                yield GuardFinding(change.address, saw, DO)
        elif why := _why_needed(str(change.before.get("name")), environment):
            yield GuardFinding(
                change.address,
                f"the canary is {PAST[change.verb]}; {why}",
                "keep it; to do without smoke tests there allow this rule with the reason",
            )


def _runs_otherwise(change: ResourceChange, target: CanaryTarget) -> str | None:
    """Return in words how a scheduled canary would run otherwise; None if it runs as the catalogue
    says.
    """
    expression = dig(change.after, *_EXPRESSION)
    if expression != target.expression:
        return f"it is scheduled by {expression}, not by {target.expression}"
    if change.after.get("start_canary") is not True:
        return f"it is not started, and so never runs by {expression}"
    return None


def _why_needed(name: str, environment: Environment) -> str | None:
    for scenario in SCENARIOS.values():
        for side in Side:
            if name == names.canary(environment.name, scenario.name, side):
                running = [
                    service
                    for service, deployment in environment.services.items()
                    if scenario.is_opened(service) and deployment.stage.has(side)
                ]
                others = " and others" if len(running) > 3 else ""
                return f"{', '.join(running[:3])}{others} still run on {side}" if running else None
        is_scheduled = environment.name in scenario.schedules
        if is_scheduled and name == names.canary(environment.name, scenario.name, SCHEDULED):
            return f"{scenario.name} is scheduled in {environment.name}"
    return None
