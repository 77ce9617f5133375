"""The containers of a task definition; whatever cannot be read is refused, never passed over."""

import json
from typing import Any

from policies.engine.container_keys import unknown_keys
from policies.engine.rule import Unread
from policies.engine.stack import Block

Container = dict[str, Any]


def containers(task_definition: Block) -> list[Container]:
    """The container definitions in every form that they are met in: `jsonencode([...])`, the same
    one list deeper, a list as in a plan, a JSON text.

    Raises Unread for anything else: an expression, an empty list, an entry without a name, a key
    that ECS does not know.
    """
    found: Any = task_definition.conf.get("container_definitions")
    while isinstance(found, list) and len(found) == 1 and isinstance(found[0], list | str):
        found = found[0]
    if isinstance(found, str):
        found = _json(found)
    if not isinstance(found, list) or not found:
        raise Unread(f"container_definitions is {_short(found)}, not a list of containers")
    for each in found:
        if not isinstance(each, dict) or not isinstance(each.get("name"), str):
            raise Unread(f"a container is {_short(each)}, not an object with a name")
        for key in unknown_keys(each):
            raise Unread(
                f"container {each['name']}: {key} is no key of a container definition; allowed are "
                "those of the ECS API, in its spelling"
            )
    return found


def pairs(container: Container, key: str) -> list[dict[str, Any]]:
    """The entries of a list of objects such as `environment` or `secrets`."""
    found = container.get(key)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Unread(f"container {container['name']}: {key} is {_short(found)}")
    return found


def table(container: Container, *path: str) -> dict[str, Any]:
    """An object inside a container such as `logConfiguration`; empty where nothing is written."""
    found: Any = container
    for key in path:
        found = found.get(key)
        if found is None:
            return {}
        if not isinstance(found, dict):
            raise Unread(f"container {container['name']}: {'.'.join(path)} is {_short(found)}")
    return dict(found)


def _json(text: str) -> Any:
    # The parser leaves the escapes of an HCL string as they are written.
    for candidate in (text, text.replace('\\"', '"')):
        try:
            return json.loads(candidate)
        except ValueError:
            continue
    raise Unread(f"container_definitions is {_short(text)}, which is not JSON")


def _short(found: Any) -> str:
    text = repr(found)
    return text if len(text) <= 80 else f"{text[:77]}..."
