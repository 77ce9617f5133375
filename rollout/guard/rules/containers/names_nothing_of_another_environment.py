"""No new value in a container belongs to another environment, account, region or service. Such
values are a database, a registry, a secret, a host, a queue. One line in a file is enough for a
task to take its payments to another place.
"""

from collections.abc import Iterator

from pay.containers.definitions import Container
from pay.containers.images import repository_of
from pay.unread import Unread
from rollout.guard.foreign_names import Neighbourhood, texts_of
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.containers import TASK_DEFINITION, containers_by_name, former_values
from rollout.plans.read import StackPlan


def check(plan: StackPlan, context: Context) -> Findings:
    own, base = context.environment(plan), context.base or {}
    neighbourhood = Neighbourhood(
        own=own,
        before=base.get(own.name),
        others=tuple(
            each
            for each in (*context.environments.values(), *base.values())
            if each.name != own.name
        ),
        service=plan.stack.service,
    )
    for change in plan.plan.written(TASK_DEFINITION):
        try:
            before, after = containers_by_name(change, former_values(plan.plan, change))
        except Unread:
            continue  # `keeps-its-containers` refuses what cannot be read.
        for name, container in after.items():
            known = set(_texts(before.get(name, {})))
            for path, text in dict.fromkeys(t for t in _texts(container) if t not in known):
                for what in neighbourhood.foreign(path, text):
                    yield GuardFinding(
                        change.address,
                        f"{path} of container {name} names {what}",
                        f"name what belongs to {plan.stack.service or own.name} in {own.name}. "
                        "Look for the line in its file, in the catalogue and in what it looks up",
                    )


def _texts(container: Container) -> Iterator[tuple[str, str]]:
    """Yield every text; of an image without its tag, which is no place."""
    yield from texts_of({key: value for key, value in container.items() if key != "image"})
    image = container.get("image")
    yield "image", repository_of(image) or str(image)
