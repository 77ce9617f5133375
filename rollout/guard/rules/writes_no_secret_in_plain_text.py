"""No container variable, command, health check or label holds a secret: whoever can describe a task
definition could read it, and it stays in every old revision (PCI DSS v4.0.1, 8.6.2: no passwords
hard coded in configuration files).
"""

from collections.abc import Iterator
from typing import TypeGuard

from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.plans.containers import TASK_DEFINITION, Container, Unreadable, containers_of, pairs
from rollout.plans.read import StackPlan
from rollout.plans.secrets import why_secret

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
                for where, why in _secrets(container):
                    yield Finding(change.address, f"{where} looks like a secret: {why}", DO)
        except Unreadable as error:
            yield Finding(
                change.address,
                str(error),
                "write container definitions that are known at plan time, as a JSON list",
            )


def _secrets(container: Container) -> Iterator[tuple[str, str]]:
    name = container["name"]
    for variable, value in pairs(container, "environment").items():
        if isinstance(value, str) and (why := why_secret(variable, value)):
            yield f"variable {variable} of container {name}", why
    check = container.get("healthCheck")
    for key, command in (
        ("command", container.get("command")),
        ("entryPoint", container.get("entryPoint")),
        ("health check", check.get("command") if isinstance(check, dict) else None),
    ):
        # All words at once: a secret may be the word after `--password`.
        words = filter(_is_text, command if isinstance(command, list) else [command])
        if why := why_secret("", " ".join(words)):
            yield f"{key} of container {name}", why
    labels = container.get("dockerLabels")
    for label, value in labels.items() if isinstance(labels, dict) else ():
        if isinstance(value, str) and (why := why_secret(label, value)):
            yield f"label {label} of container {name}", why


def _is_text(word: object) -> TypeGuard[str]:
    return isinstance(word, str)
