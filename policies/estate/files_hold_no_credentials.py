"""Synthesised files must not hold a credential.

Git, Terraform's state and every plan would show it. AWS keys, private keys, tokens and passwords
belong in a secret store. A setting, a tag, a description, an output or a script is not one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pay.secrets.values import credentials, why_secret
from policies.engine.rule import Findings, estate_rule
from policies.reading.expressions import literal_text
from policies.reading.stack import SynthesisedStack, first

_STORES = ("SECRETS_MANAGER", "PARAMETER_STORE")
"""Types of CodeBuild's variables whose value is the name of a secret."""

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
                problems |= {f"{'.'.join(path)}: {why}" for path, why in _secrets(blocks, (kind,))}
        yield stack.provider, sorted(problems)


def _secrets(
    value: Any, path: tuple[str, ...], name: str = ""
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield where inside a value a secret is, and why it looks like one."""
    value = first(value)
    if isinstance(value, Mapping):
        # Of a pair of a name and a value, as ECS and CodeBuild write a variable, the name counts.
        own = path[1] if len(path) == 2 and path[0] in _LABELLED else first(value.get("name"))
        if first(value.get("type")) in _STORES:
            own = ""
        for key, item in value.items():
            named = own if key in ("value", "default") and isinstance(own, str) else str(key)
            if not str(key).startswith("__"):
                yield from _secrets(item, (*path, str(key)), named)
    elif isinstance(value, list):
        words = [literal_text(each) if isinstance(each, str) else "" for each in value]
        # All words together: a secret may be the word after `--password`.
        if why := why_secret(name, " ".join(filter(None, words)), may_be_name=True):
            yield path, why
        for each in value:
            if isinstance(each, Mapping | list):
                yield from _secrets(each, path, name)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        text = literal_text(value) if isinstance(value, str) else str(value)
        if why := why_secret(name, text, may_be_name=True):
            yield path, why
