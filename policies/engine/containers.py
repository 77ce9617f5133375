"""The container definitions in HCL, or in the blocks that checkov makes of a plan."""

from typing import Any

from pay.containers.definitions import Container, read_containers
from pay.containers.keys import unknown_keys
from pay.unread import Unread
from policies.engine.expressions import document_in
from policies.engine.stack import Block


def containers(task_definition: Block) -> tuple[Container, ...]:
    """The container definitions in every form that they are met in: `jsonencode([...])`, the same
    one list deeper, a list as in a plan, a JSON text.

    Raises Unread for anything else, and for a key that ECS does not know.
    """
    definitions: Any = task_definition.conf.get("container_definitions")
    while (
        isinstance(definitions, list)
        and len(definitions) == 1
        and isinstance(definitions[0], list | str)
    ):
        definitions = definitions[0]
    if isinstance(definitions, str):
        definitions = document_in(definitions)
    listed = read_containers(definitions)
    for container in listed:
        for key in unknown_keys(container):
            raise Unread(
                f"container {container['name']}: {key} is not a key of a container definition; "
                "allowed are those of the ECS API, in its spelling"
            )
    return listed
