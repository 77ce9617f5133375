"""Container definitions of an ECS task (AWS: ECS API, `ContainerDefinition`).

Unreadable definitions are refused, never skipped. The guard and the review take the JSON from a
plan, the PCI gate from HCL.
"""

from collections.abc import Mapping
from typing import Any

from pay.unread import Unread

Container = Mapping[str, Any]

_VALUE_KEYS = {"environment": "value", "secrets": "valueFrom"}


def read_containers(definitions: object) -> tuple[Container, ...]:
    """Return the containers of decoded `container_definitions`.

    Raises Unread unless they are a list of at least one object, each with a name of its own.
    """
    if not isinstance(definitions, list) or not definitions:
        raise Unread(f"container_definitions is {_short(definitions)}, not a list of containers")
    names = set()
    for container in definitions:
        name = container.get("name") if isinstance(container, dict) else None
        if not isinstance(name, str) or not name or name in names:
            required = "an object with a name of its own"
            raise Unread(f"container_definitions has {_short(container)}, not {required}")
        names.add(name)
    return tuple(definitions)


def pairs(container: Container, key: str) -> dict[str, Any]:
    """Return `environment` or `secrets` as name -> value; empty if absent.

    Raises Unread for an entry that is not a pair, and for a repeated name.
    """
    entries = container.get(key)
    if entries is None:
        return {}
    if not isinstance(entries, list):
        raise Unread(f"container {container['name']}: {key} is {_short(entries)}, not a list")
    values: dict[str, Any] = {}
    for entry in entries:
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or name in values:
            where, required = (
                f"container {container['name']}: {key}",
                "a pair with a name of its own",
            )
            raise Unread(f"{where} has {_short(entry)}, not {required}")
        values[name] = entry.get(_VALUE_KEYS[key])
    return values


def table(container: Container, *path: str) -> Container:
    """Return an object inside a container such as `logConfiguration`; empty if absent.

    Raises Unread for anything else.
    """
    inner: Any = container
    for key in path:
        inner = inner.get(key)
        if inner is None:
            return {}
        if not isinstance(inner, dict):
            raise Unread(
                f"container {container['name']}: {'.'.join(path)} is {_short(inner)}, no object"
            )
    return dict(inner)


def words(container: Container, *path: str) -> tuple[str, ...]:
    """Return a command of a container, word by word; empty if absent.

    Raises Unread for a word that is not text or a number.
    """
    command = table(container, *path[:-1]).get(path[-1])
    if command is None:
        return ()
    listed = command if isinstance(command, list) else [command]
    if not all(isinstance(word, str | int | float) for word in listed):
        raise Unread(
            f"container {container['name']}: {'.'.join(path)} is {_short(command)}, no words"
        )
    return tuple(map(str, listed))


def _short(value: object) -> str:
    """Return a value for a message, without the content of a container."""
    if isinstance(value, dict):
        return f"an object of {', '.join(map(str, value)) or 'nothing'}"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
