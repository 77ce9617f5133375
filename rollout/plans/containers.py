"""The container definitions in a plan: JSON text of a task definition."""

from pay.containers.definitions import Container, read_containers
from pay.json_text import parsed
from pay.unread import Unread
from rollout.plans.plan import Values
from rollout.plans.values import is_marked

TASK_DEFINITION = "aws_ecs_task_definition"


def containers_of(values: Values | None, unknown: object = False) -> tuple[Container, ...]:
    """The containers of a task definition's values; none where there are no values.

    Raises Unread when the plan does not know them, or they are not a list of named containers.
    """
    if values is None:
        return ()
    if is_marked(unknown, "container_definitions"):
        raise Unread("container_definitions are known only after apply")
    return read_containers(parsed(values.get("container_definitions")))
