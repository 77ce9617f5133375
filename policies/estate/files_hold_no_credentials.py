"""Synthesised files must not hold a credential.

Git, Terraform's state and every plan would show it. AWS keys, private keys, tokens and passwords
belong in a secret store. A setting, a tag, a description, an output or a script is not one.
"""

from collections.abc import Mapping
from typing import Any

from pay.secrets.documents import secrets_inside
from pay.secrets.values import credentials
from policies.engine.rule import Findings, estate_rule
from policies.reading.expressions import literal_text
from policies.reading.stack import SynthesisedStack, first

_LABELLED = ("variable", "output")
"""Blocks whose label is the name of the value inside."""


@estate_rule
def judge(stacks: list[SynthesisedStack]) -> Findings:
    for stack in stacks:
        problems = set()
        for file in stack.folder.glob("*.tf"):
            text = file.read_text(encoding="utf-8", errors="replace")
            problems |= {
                f"{file.name} line {text.count(chr(10), 0, secret.start) + 1}: {secret.why}"
                for secret in credentials(text)
            }
        for content in stack.files.values():
            for kind, blocks in content.items():
                inside = secrets_inside(_named(kind, blocks), (kind,), read=_literal)
                problems |= {f"{'.'.join(path)}: {why}" for path, why in inside}
        yield stack.provider, sorted(problems)


def _named(kind: str, blocks: Any) -> Any:
    """Return blocks with the name of their values: the label of a variable or an output."""
    if kind not in _LABELLED:
        return blocks
    return [
        {
            label: {"name": label, **content}
            for label, block in each.items()
            if isinstance(content := first(block), Mapping)
        }
        for each in blocks
    ]


def _literal(value: Any) -> Any:
    """Return what a value of HCL itself says, without what python-hcl2 adds to a block."""
    value = first(value)
    if isinstance(value, Mapping):
        return {key: item for key, item in value.items() if not str(key).startswith("__")}
    return literal_text(value) if isinstance(value, str) else value
