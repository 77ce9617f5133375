"""Refuses a secret in a container's variables, commands, health check and labels. Everybody who can
describe a task definition could read it, and it stays in every old revision. Source: PCI DSS
v4.0.1, 8.6.2: no passwords hard coded in configuration files.
"""

from pay.containers.secrets import plain_secrets
from pay.unread import Unread
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.containers import TASK_DEFINITION, containers_after
from rollout.plans.read import StackPlan

DO = (
    "keep the value in Secrets Manager and name it under `secrets`. If it is a real secret, "
    "change it, because everyone who saw this plan knows it by now"
)


def check(plan: StackPlan, context: Context) -> Findings:
    for change in plan.plan.written(TASK_DEFINITION):
        try:
            for container in containers_after(change):
                for where, why in plain_secrets(container):
                    text = f"{where} of container {container['name']} looks like a secret: {why}"
                    yield GuardFinding(change.address, text, DO)
        except Unread as error:
            do = "write container definitions that are known at plan time, as a JSON list"
            yield GuardFinding(change.address, str(error), do)
