"""Refuses a secret in any argument that a plan writes. It may be in a variable of a canary, a
tag, a description or a script. Everybody who sees the plan, the state or the resource can read it.
Containers have a rule of their own. Source: PCI DSS v4.0.1, 8.6.2: no passwords hard coded in
configuration files.
"""

from collections.abc import Iterator
from typing import Any

from pay.secrets.documents import secrets_inside
from pay.secrets.values import why_secret
from pay.unread import Unread
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.traffic_changes import CANARY
from rollout.guard.user_data import Script
from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.plan import ResourceChange
from rollout.plans.read import StackPlan

DO = (
    "keep the value in Secrets Manager, and let what needs it read it there. Change a real secret: "
    "this plan has shown it"
)


def check(plan: StackPlan, context: Context) -> Findings:
    for change in plan.plan.moving:
        for argument, value in _written(change):
            secrets = dict(secrets_inside(value, (argument,), argument))
            if (change.type, argument) == (CANARY, "run_config"):
                secrets |= _in_variables(value)
            for path, why in secrets.items():
                text = f"{'.'.join(path)} looks like a secret: {why}"
                yield GuardFinding(change.address, text, DO)


def _written(change: ResourceChange) -> Iterator[tuple[str, Any]]:
    """Yield the arguments that change, without those that another rule judges."""
    for argument, value in change.after.items():
        is_containers = (change.type, argument) == (TASK_DEFINITION, "container_definitions")
        if is_containers or value == change.before.get(argument):
            continue
        if argument == "user_data":
            try:
                Script.read(value)
            except Unread:
                continue  # `starts-instances-that-take-tasks` refuses what is no script
        yield argument, value


def _in_variables(run_config: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the variables of a canary that hold a secret, by the rules for those of a container."""
    for config in run_config or ():
        for name, value in (config.get("environment_variables") or {}).items():
            if why := why_secret(name, str(value)):
                yield ("run_config", "environment_variables", name), why
