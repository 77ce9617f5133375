"""Where a container holds a secret in plain text: its variables, its commands, its labels.

Guard and PCI gate both judge by this, each after reading the container in its own way.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pay.secrets.values import why_secret


def plain_secrets(container: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Where in the container's definition, and why it looks like a secret. What has not the form
    that ECS takes (AWS: ECS API, `ContainerDefinition`) is passed over.
    """
    for entry in _list(container.get("environment")):
        if isinstance(entry, dict):
            name = _text(entry.get("name"))
            if why := why_secret(name, _text(entry.get("value"))):
                yield f"variable {name}", why
    for key, command in (
        ("command", container.get("command")),
        ("entryPoint", container.get("entryPoint")),
        ("health check", _table(container.get("healthCheck")).get("command")),
    ):
        # All words at once: a secret may be the word after `--password`.
        words = command if isinstance(command, list) else [command]
        if why := why_secret("", " ".join(map(_text, words))):
            yield key, why
    for label, value in _table(container.get("dockerLabels")).items():
        if why := why_secret(str(label), _text(value)):
            yield f"label {label}", why


def _text(value: object) -> str:
    """A number is a password as well."""
    return str(value) if isinstance(value, str | int | float) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
