"""Reads the container definitions in a plan, which are JSON text of a task definition."""

from pay.containers.definitions import Container, read_containers
from pay.json_text import parsed
from pay.unread import Unread
from rollout.plans.plan import Plan, ResourceChange, Values

TASK_DEFINITION = "aws_ecs_task_definition"


def containers_of(values: Values | None) -> tuple[Container, ...]:
    """Return the containers of a task definition's values; none without values.

    Raises Unread when they are not a list of named containers.
    """
    return () if values is None else read_containers(parsed(values.get("container_definitions")))


def containers_after(change: ResourceChange) -> tuple[Container, ...]:
    """Return the containers of a task definition after apply; none when it is deleted.

    Raises Unread when the plan does not know them, or they are not a list of named containers.
    """
    if change.is_unknown("container_definitions"):
        raise Unread("container_definitions are known only after apply")
    return containers_of(change.change.after)


def containers_by_name(
    change: ResourceChange, former: Values | None = None
) -> tuple[dict[str, Container], dict[str, Container]]:
    """Return the containers before and after, by name. `former`: the values to compare with; None:
    those of the change itself. Raises Unread as `containers_after`.
    """
    before, after = containers_of(former or change.change.before), containers_after(change)
    return {c["name"]: c for c in before}, {c["name"]: c for c in after}


def former_values(plan: Plan, change: ResourceChange) -> Values | None:
    """Return the former values of the task definition that a changed one replaces: its own, or
    another's of its family. None: there is none yet.
    """
    if change.change.before is not None:
        return change.change.before
    family = change.after.get("family")
    others = (c.before for c in plan.managed if c.type == TASK_DEFINITION and c.before)
    return next((values for values in others if values.get("family") == family), None)
