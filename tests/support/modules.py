"""Many stacks as modules of one configuration, so that the real provider starts once for all."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

_PROVIDER = r'^provider "aws" \{\n.*?^\}\n'
_BACKEND = r'^  backend "\w+" \{\n.*?^  \}\n'
_OWN_TAGS = r"^  default_tags \{\n.*?^  \}\n"
RELEASE = "1-release"
"""The tag of every image."""


def module(stack: str) -> str:
    """The name of a stack's module, which may not begin with a digit."""
    return f"stack-{stack}"


def write_modules(folder: Path, stacks: Iterable[Path]) -> None:
    """Write the stacks below `folder`, and what calls each in `main.tf.json`.

    A module has neither backend nor provider.
    """
    calls = {}
    for stack in stacks:
        copy = folder / "modules" / stack.name
        copy.mkdir(parents=True)
        copy.joinpath("main.tf").write_text(_as_module((stack / "cdk.tf").read_text()))
        variables = json.loads((stack / "metadata.json").read_text()).get("variable", {})
        source = {"source": f"./modules/{stack.name}"}
        calls[module(stack.name)] = {**source, **dict.fromkeys(variables, RELEASE)}
    (folder / "main.tf.json").write_text(json.dumps({"module": calls}))


def provider_of(stacks: Iterable[Path]) -> str:
    """The provider block that all stacks have, without the tags of each: the rest is the same."""
    blocks = {
        re.sub(_OWN_TAGS, "", _block(_PROVIDER, (stack / "cdk.tf").read_text()), flags=_LINES)
        for stack in stacks
    }
    [block] = blocks
    return block


_LINES = re.DOTALL | re.MULTILINE


def _block(pattern: str, text: str) -> str:
    [block] = re.findall(pattern, text, flags=_LINES)
    return str(block)


def _as_module(text: str) -> str:
    for pattern in (_PROVIDER, _BACKEND):
        text = text.replace(_block(pattern, text), "")
    return text
