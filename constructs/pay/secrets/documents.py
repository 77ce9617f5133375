"""Finds secrets inside values of JSON's types, as a plan and a synthesised stack have them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pay.secrets.values import why_secret

Path = tuple[str, ...]

_STORES = ("SECRETS_MANAGER", "PARAMETER_STORE")
"""Types of CodeBuild's variables whose value is the name of a secret."""


def secrets_inside(
    value: Any, path: Path, name: str = "", *, read: Callable[[Any], Any] = lambda value: value
) -> Iterator[tuple[Path, str]]:
    """Yield where inside a value a secret is, and why it looks like one.

    `name`: the value's own. `read` returns what a value says, for a language that wraps it.
    """
    value = read(value)
    if isinstance(value, Mapping):
        # Of a pair of a name and a value, as ECS and CodeBuild write a variable, the name counts.
        own = read(value.get("name"))
        if read(value.get("type")) in _STORES:
            own = ""
        for key, item in value.items():
            is_named = key in ("value", "default") and isinstance(own, str)
            named = own if is_named else str(key)
            yield from secrets_inside(item, (*path, str(key)), named, read=read)
    elif isinstance(value, list):
        words = [read(each) if isinstance(each, str) else "" for each in value]
        # All words together: a secret may be the word after `--password`.
        if why := why_secret(name, " ".join(filter(None, words)), may_be_name=True):
            yield path, why
        for each in value:
            if isinstance(each, Mapping | list):
                yield from secrets_inside(each, path, name, read=read)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        if why := why_secret(name, str(value), may_be_name=True):
            yield path, why
