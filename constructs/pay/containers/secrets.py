"""Detects secrets in plain text in a container's variables, commands and labels."""

from collections.abc import Iterator

from pay.containers.definitions import Container, pairs, table, words
from pay.secrets.values import why_secret


def plain_secrets(container: Container) -> Iterator[tuple[str, str]]:
    """Yield where in the container's definition a secret is, and why it looks like one.

    Raises Unread where a secret could hide in a form that ECS does not take.
    """
    for name, value in pairs(container, "environment").items():
        if why := why_secret(name, _text(value)):
            yield f"variable {name}", why
    for path in (("command",), ("entryPoint",), ("healthCheck", "command")):
        # All words together: a secret may be the word after `--password`.
        if why := why_secret("", " ".join(words(container, *path))):
            yield ".".join(path), why
    for label, value in table(container, "dockerLabels").items():
        if why := why_secret(label, _text(value)):
            yield f"label {label}", why


def _text(value: object) -> str:
    """Return a value as text; a number can be a password as well. Other values are empty."""
    return str(value) if isinstance(value, str | int | float) else ""
