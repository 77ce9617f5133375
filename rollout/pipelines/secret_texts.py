"""Finds secrets in the text of a pipeline, whose repository many people can read."""

import re
from collections.abc import Iterator
from typing import Any

from pay.model.problem import Problem
from pay.secrets.values import why_secret

_REFERENCE = re.compile(r"\(\([^()]+\)\)|\$\{\{.*?\}\}")
"""A variable of Concourse or an expression of GitHub. Its value is not in the text."""
_COMMIT = re.compile(r"@[0-9a-f]{40}$")
"""The commit that an action is pinned to."""

_RIGHTS = "permissions"
"""Names what a workflow may do: `id-token: write`."""


def secret_problems(value: Any, key: str = "", name: str = "") -> Iterator[Problem]:
    """Yield each secret in a document, by its place."""
    if isinstance(value, dict):
        for each, inner in value.items():
            if each == _RIGHTS:
                continue
            yield from secret_problems(inner, f"{key}.{each}".lstrip("."), str(each))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            label = inner.get("name", number) if isinstance(inner, dict) else number
            yield from secret_problems(inner, f"{key}.{label}", name)
    elif isinstance(value, str):
        text = _REFERENCE.sub("", _COMMIT.sub("", value)).strip()
        if text and (why := why_secret(name, text, may_be_name=True)):
            secret = f"a text that may be a secret: {why}"
            yield Problem(key=key, found=secret, allowed="a variable: ((name)), secrets.NAME")
