"""Refuses a secret in a container's variables, commands, health check and labels. Everybody who can
describe a task definition could read it, and it stays in every old revision (PCI DSS v4.0.1, 8.6.2:
no passwords hard coded in configuration files).
"""

from collections.abc import Iterator

from pay.containers.secrets import plain_secrets
from pay.unread import Unread
from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.plans.containers import TASK_DEFINITION, containers_of
from rollout.plans.read import StackPlan

DO = (
    "keep the value in Secrets Manager and name it under `secrets`; if it is a real secret, it is "
    "known by now to everyone who saw this plan: change it"
)


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    for change in plan.plan.moving:
        if change.type != TASK_DEFINITION:
            continue
        try:
            for container in containers_of(change.change.after, change.change.after_unknown):
                for where, why in plain_secrets(container):
                    text = f"{where} of container {container['name']} looks like a secret: {why}"
                    yield Finding(change.address, text, DO)
        except Unread as error:
            yield Finding(
                change.address,
                str(error),
                "write container definitions that are known at plan time, as a JSON list",
            )
