"""A canary stays while a service runs on the side that it tries. Without it `pay smoke` has no run,
and no run is no pass: neither a move nor a release could be proven, and a schedule would watch
nothing. A scenario that the catalogue no longer has, or no longer schedules there, may go.
"""

from pay.catalogue.scenarios import SCENARIOS
from pay.model import Environment, Side, names
from pay.model.smoke import SCHEDULED
from rollout.guard.rule import Context, Finding, Findings
from rollout.guard.traffic_changes import CANARY
from rollout.plans.plan import PAST
from rollout.plans.read import StackPlan


def check(plan: StackPlan, context: Context) -> Findings:
    for change in plan.plan.moving:
        if change.type != CANARY or not change.is_removed:
            continue
        if why := _why_needed(str(change.before.get("name")), context.environment(plan)):
            yield Finding(
                change.address,
                f"the canary is {PAST[change.verb]}; {why}",
                "keep it; to do without smoke tests there allow this rule with the reason",
            )


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
