"""Reads the container definitions in a plan: JSON text of a task definition."""

from pay.containers.definitions import Container, read_containers
from pay.json_text import parsed
from pay.unread import Unread
from rollout.plans.plan import ResourceChange, Values

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
    change: ResourceChange,
) -> tuple[dict[str, Container], dict[str, Container]]:
    """Return the containers before and after, by name. Raises Unread as `containers_after`."""
    before, after = containers_of(change.change.before), containers_after(change)
    return {c["name"]: c for c in before}, {c["name"]: c for c in after}
