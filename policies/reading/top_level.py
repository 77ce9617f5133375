"""Judges the top level of a stack's files: known kinds of blocks and one AWS account only.

Terraform assigns a resource to the provider in its `provider` argument. Each `provider` block may
use a different account (Terraform: "Provider Configuration"). The account of a stack is certain
only if the stack has just the default provider.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from checkov.terraform.modules.module_objects import TFDefinitionKey

from pay.identifiers import account_of
from policies.reading.stack import SynthesisedStack, blocks_of, first, get, strings
from policies.reading.unread import unknown_values
from policies.results import GateProblem

Definitions = Mapping[TFDefinitionKey, Mapping[str, Any]]

_KINDS = frozenset(
    {
        "check",
        "data",
        "import",
        "locals",
        "moved",
        "output",
        "provider",
        "removed",
        "resource",
        "terraform",
        "variable",
    }
)
_NOT_INSIDE = {
    "check": ("data", "the lookup inside a check is not judged; write it beside the check"),
    "removed": ("provisioner", "a provisioner runs a program that is not judged; remove it"),
}
"""Kind of block -> a block that Terraform takes inside, and why that is refused."""
_ASSUMING = ("assume_role", "assume_role_with_web_identity")


def bind(stack: SynthesisedStack, definitions: Definitions) -> None:
    """Set the stack's tags and account from its default provider."""
    for _, name, conf in _providers(definitions):
        if name == "aws" and "alias" not in conf:
            tags = get(conf, "default_tags", "tags")
            if isinstance(tags, Mapping):
                stack.tags = {str(k): str(first(v)) for k, v in tags.items()}
            stack.allowed_account_ids = tuple(strings(conf, "allowed_account_ids"))


def not_judged(
    stack: SynthesisedStack, definitions: Definitions, root: Path
) -> Iterator[GateProblem]:
    """Yield every unknown kind of block and every provider other than the stack's own.

    Call `bind` on `stack` first.
    """
    for key, blocks in definitions.items():
        # Uses the parser's output: to Terraform, indentation and quotes make no difference.
        for kind in sorted(kind for kind in blocks if kind not in _KINDS and kind[:2] != "__"):
            what = f"blocks of kind {kind} are not read; allowed: {', '.join(sorted(_KINDS))}"
            if kind == "module":
                what = "the resources of a module are not read; define them in the stack"
            yield GateProblem("unread", _where(key, root), what)
        for kind, (inside, what) in _NOT_INSIDE.items():
            for body in _bodies(blocks.get(kind, [])):
                if inside in body:
                    yield GateProblem("unread", f"{_where(key, root)}: {kind}", what)
    for key, name, conf in _providers(definitions):
        mistakes = [
            f"{block} uses the role {arn}; use a role of the account in allowed_account_ids, "
            f"{list(stack.allowed_account_ids)!r}"
            for block in _ASSUMING
            for each in blocks_of(conf, block)
            if [account_of(arn := str(get(each, "role_arn")))] != list(stack.allowed_account_ids)
        ]
        if name != "aws" or "alias" in conf:
            mistakes.append(
                "another provider may reach another account; only the aws provider without an "
                "alias is allowed"
            )
        first_line = conf.get("__start_line__", 1)
        unknown = [
            each
            for setting, value in conf.items()
            if not setting.startswith("__")
            for each in unknown_values(setting, value, first_line)
        ]
        where = f"{_where(key, root)}: provider.{name}"
        for what, line in [*((what, first_line) for what in mistakes), *unknown]:
            yield GateProblem("unread", where, what, line)


def _bodies(blocks: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the bodies of blocks, whether these have a label or not."""
    for block in blocks:
        yield block
        yield from (body for body in block.values() if isinstance(body, Mapping))


def _providers(definitions: Definitions) -> Iterator[tuple[TFDefinitionKey, str, dict[str, Any]]]:
    for key, blocks in definitions.items():
        for entry in blocks.get("provider", []):
            for name, conf in entry.items():
                if isinstance(conf, dict):
                    yield key, name, conf


def _where(key: TFDefinitionKey, root: Path) -> str:
    return os.path.relpath(key.file_path, root.resolve())
