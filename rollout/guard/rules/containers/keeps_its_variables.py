"""A side that can receive traffic keeps the variables and secrets of its containers. These lead to
the same places: the database, the queues, the services that they call. The running release needs
all of them, and a task that starts without one fails, or works on something else. Settings inside a
value, such as the properties of a JVM, are judged like variables. No variable, however new, turns
TLS off, or admits everybody. A new variable, a secret of the catalogue and a setting such as a heap
or switch are everyday work.
"""

import re
from collections.abc import Iterator

from pay.catalogue import CATALOGUE
from pay.containers.definitions import Container, pairs
from pay.model import Environment, names
from pay.unread import Unread
from rollout.guard.container_fields import shown
from rollout.guard.may_receive_traffic import why_reached
from rollout.guard.places import decides, inner_settings, loosened, places
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.containers import TASK_DEFINITION, containers_by_name, former_values
from rollout.plans.read import StackPlan

DO = (
    "keep it. When no task, on either side or in a rollback, needs the old one, allow this rule "
    "with the reason"
)


def check(plan: StackPlan, context: Context) -> Findings:
    where = why_reached(plan, context)
    if where is None:
        return
    environment, service = context.environment(plan), plan.stack.service
    for change in plan.plan.written(TASK_DEFINITION):
        try:
            before, after = containers_by_name(change, former_values(plan.plan, change))
        except Unread:
            continue  # `keeps-its-containers` refuses what cannot be read.
        for name in sorted(before.keys() & after.keys()):
            old, new = before[name], after[name]
            try:
                texts = [
                    *_secrets(old, new, environment, service if name == service else None),
                    *_variables(old, new, environment, _work_switches(service)),
                ]
            except Unread as error:
                texts = [str(error)]
            for text in texts:
                yield GuardFinding(change.address, f"{where}: container {name}: {text}", DO)


def _secrets(
    old: Container, new: Container, environment: Environment, service: str | None
) -> Iterator[str]:
    before, after = pairs(old, "secrets"), pairs(new, "secrets")
    written = pairs(new, "environment")
    for name, source in before.items():
        if name not in after:
            becomes = "becomes a variable in plain text" if name in written else "is removed"
            yield f"secret {name} {becomes}"
        elif source != after[name] and not _is_named(name, after[name], environment, service):
            yield f"secret {name} is read from another place: {after[name]}"


def _is_named(variable: str, source: object, environment: Environment, service: str | None) -> bool:
    """Return whether the catalogue names the place that the application reads the variable from."""
    microservice = CATALOGUE.get(service or "")
    if microservice is None:
        return False
    if variable in microservice.parameters:
        path = names.parameter_path(environment.name, microservice.name)
        return source == environment.arn("ssm", f"parameter{path}{variable}")
    for secret in microservice.secrets:
        if secret.variable == variable:
            name = (
                names.shared_secret(environment.name, secret.shared)
                if secret.shared
                else names.secret(environment.name, microservice.name)
            )
            # AWS: Secrets Manager adds a hyphen and six characters to the name.
            arn = re.escape(environment.arn("secretsmanager", f"secret:{name}"))
            return re.fullmatch(rf"{arn}-[A-Za-z0-9]{{6}}:{variable}::", str(source)) is not None
    return False


def _work_switches(service: str | None) -> frozenset[str]:
    """Return the variables that `takes-work-from-ready-on` judges by the stage."""
    microservice = CATALOGUE.get(service or "")
    return frozenset(microservice.work_switches if microservice else ())


def _variables(
    old: Container, new: Container, environment: Environment, switches: frozenset[str]
) -> Iterator[str]:
    before, after = pairs(old, "environment"), pairs(new, "environment")
    secret = pairs(new, "secrets")
    for name, value in before.items():
        if name not in after:
            if name not in secret:
                yield f"variable {name} is removed"
            continue
        was, becomes = str(value), str(after[name])
        if was == becomes or name in switches:
            continue
        if was and not becomes:
            yield f"variable {name} is emptied; it was {shown(name, was)}"
        elif was.isdecimal() and int(was) > 1 and becomes == "0":  # 1 and 0 are a switch.
            yield f"variable {name} was {was} and is 0"
        elif decides(name, was, becomes):
            yield f"variable {name} was {shown(name, was)} and is {shown(name, becomes)}"
        elif lost := places(was, environment.name) - places(becomes, environment.name):
            texts = (shown(name, place) for place in sorted(lost))
            yield f"variable {name} no longer names {', '.join(texts)}"
        elif inner := [*_inner(was, becomes)]:
            yield f"variable {name}: {', '.join(inner)}"
        else:
            yield from (f"variable {name} {text}" for text in loosened(name, becomes, was))
    for name in after.keys() - before.keys():
        yield from (f"variable {name} {text}" for text in loosened(name, str(after[name])))


def _inner(was: str, becomes: str) -> Iterator[str]:
    """Yield the settings inside a value that lead elsewhere."""
    before, after = inner_settings(was), inner_settings(becomes)
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, ""), after.get(name, "")
        if old != new and decides(name, old, new):
            yield f"{name} in it was {shown(name, old)} and is {shown(name, new)}"
