"""Nothing passes unread: what Terraform would load and the gate would not see."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from policies.engine.expressions import references, unevaluated
from policies.engine.results import Problem
from policies.engine.stack import Block, Stack, first

_HEADER = re.compile(r'^(resource|data)\s+"([^"]+)"\s+"([^"]+)"\s*\{', re.MULTILINE)
_SKIP = re.compile(r"(checkov|bridgecrew|cortex):skip", re.IGNORECASE)
_LOADED_TOO = ("*.tf.json", "*.tfvars", "*.tfvars.json", "*.tofu")

_CONDITIONS = frozenset({"lifecycle", "depends_on", "provider", "timeouts", "connection"})
"""What holds no setting of a resource: its expressions need no reading."""

_UNKNOWN = ("var.", "local.", "module.", "each.", "count.", "path.", "terraform.")

_REPEATED = ("count", "for_each")

_GIVEN = re.compile(r"[\"']|\b(?:var|local|module|path|terraform)\.")
"""What would bring a value of its own into an expression: a text, a variable."""

_QUOTED_REFERENCE = re.compile(r"'\$\{([^'\"]*)\}'")
"""How checkov's parser writes a reference inside a list."""


def unread(stack: Stack, root: Path, *, counted: bool) -> list[Problem]:
    """Everything in the stack's folder that no check has judged, or not for what it is.

    With `counted`, cdktf's count of the stack (`metadata.json`) must lie beside it, as synthesis
    leaves it. It comes from the same synthesis as the HCL: it shows what was added, lost or not
    parsed afterwards, not what synthesis itself left out. Terraform's own count is in a plan.
    """
    return [
        *_other_files(stack, root),
        *_texts(stack, root),
        *_uncounted(stack, root, counted),
        *(problem for block in stack.blocks for problem in _unreadable(block)),
    ]


def without_rules(stack: Stack, covered: Collection[str]) -> Iterator[Problem]:
    """Every resource that no rule is about: it would pass whatever it says."""
    for block in stack.blocks:
        where = f"{block.file}: {block.address}"
        if block.kind == "resource" and block.type not in covered:
            what = (
                f"no rule judges an {block.type}: write one, or say in requirements.toml under "
                "needs_no_rule why it needs none"
            )
            yield Problem("unread", where, what, block.first_line)
        if block.kind == "data" and not block.type.startswith("aws_"):
            what = f"{block.type} reads, or runs, what the gate does not see: only aws_... is read"
            yield Problem("unread", where, what, block.first_line)


def _other_files(stack: Stack, root: Path) -> Iterator[Problem]:
    for pattern in _LOADED_TOO:
        for file in sorted(stack.folder.glob(pattern)):
            where = str(file.relative_to(root))
            yield Problem(
                "unread", where, "Terraform loads this file and the gate does not read it"
            )


def _texts(stack: Stack, root: Path) -> Iterator[Problem]:
    for file in sorted(stack.folder.glob("*.tf")):
        text = file.read_text(encoding="utf-8")
        where = str(file.relative_to(root))
        for found in _SKIP.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield Problem(
                "skip", where, "inline skips are refused: write a waiver in waivers.toml", line
            )
        if "override" in file.name and _HEADER.search(text):
            yield Problem("unread", where, "an override file changes resources that were judged")


def _uncounted(stack: Stack, root: Path, must_be_counted: bool) -> Iterator[Problem]:
    """Compares what was judged with what the text says and with what cdktf counted: the Terraform
    JSON from which the HCL was written, which synthesis leaves beside it.
    """
    where = str(stack.folder.relative_to(root))
    judged = {block.address for block in stack.blocks}
    written: list[str] = []
    for file in sorted(stack.folder.glob("*.tf")):
        written += [_address(*h.groups()) for h in _HEADER.finditer(file.read_text("utf-8"))]
    for address in sorted(set(written) ^ judged):
        yield Problem("unread", where, f"{address} is written but was not judged")
    for address in sorted({each for each in written if written.count(each) > 1}):
        yield Problem("unread", where, f"{address} is written more than once")
    metadata = stack.folder / "metadata.json"
    if not metadata.exists():
        if must_be_counted:
            what = "metadata.json, which holds cdktf's count, is missing: synthesise anew"
            yield Problem("unread", where, what)
        return
    try:
        counted = cdktf_addresses(json.loads(metadata.read_text("utf-8")))
    except (ValueError, AttributeError, TypeError) as error:
        what = f"metadata.json cannot be read: {error}; synthesise anew"
        yield Problem("unread", where, what)
        return
    for address in sorted(counted - judged):
        yield Problem("unread", where, f"{address} is in metadata.json but was not judged")
    for address in sorted(judged - counted):
        yield Problem("unread", where, f"{address} was judged but is not in metadata.json")


def cdktf_addresses(document: Mapping[str, Any]) -> set[str]:
    """The addresses of all resources and data sources in a stack's Terraform JSON."""
    return {
        _address(kind, type_, name)
        for kind in ("resource", "data")
        for type_, named in document.get(kind, {}).items()
        for name in named
    }


def terraform_addresses_of_plan(document: Mapping[str, Any]) -> set[str]:
    """The addresses of all resources and data sources in a plan's configuration."""
    module = document.get("configuration", {}).get("root_module", {})
    return {
        _address("data" if each["mode"] == "data" else "resource", each["type"], each["name"])
        for each in module.get("resources", [])
    }


def _unreadable(block: Block) -> Iterator[Problem]:
    where = f"{block.file}: {block.address}"
    for key in _REPEATED:
        # A data source makes nothing, however often it is read; what depends on the round is
        # refused below.
        if key in block.conf and block.kind == "resource":
            what = f"{key} makes resources that are not judged one by one: write them out"
            yield Problem("unread", where, what, block.first_line)
    if _has_dynamic(block.conf):
        what = "dynamic makes nested blocks that are not judged one by one: write them out"
        yield Problem("unread", where, what, block.first_line)
    if "provider" in block.conf:
        what = "provider may name another account than the stack's own: leave it out"
        yield Problem("unread", where, what, block.first_line)
    if "provisioner" in block.conf:
        what = "a provisioner runs a program that is not judged: remove it"
        yield Problem("unread", where, what, block.first_line)
    for key, found in block.conf.items():
        if key in _CONDITIONS or key in (*_REPEATED, "dynamic") or key.startswith("__"):
            continue
        if key == "container_definitions":
            found = _without_images(found)
        for expression in unevaluated(found):
            what = f"{key} holds an expression that the gate cannot evaluate: {expression:.120}"
            yield Problem("unread", where, what, block.first_line)
        for reference in references(found):
            if reference.startswith(_UNKNOWN) and not _is_of_a_lookup(reference, block):
                what = f"{key} depends on {reference}, whose value the gate does not know"
                yield Problem("unread", where, what, block.first_line)


def _has_dynamic(conf: Any) -> bool:
    """Whether a block holds a `dynamic` block at any depth; the parser puts blocks into lists, the
    values of an object not.
    """
    if isinstance(conf, list):
        return any(_has_dynamic(each) for each in conf)
    if not isinstance(conf, Mapping):
        return False
    return isinstance(conf.get("dynamic"), list) or any(map(_has_dynamic, conf.values()))


def _is_of_a_lookup(reference: str, block: Block) -> bool:
    """Whether `each.value` is what another data source has found, looked up once more: no rule
    looks for a name there, and none can be put in.
    """
    repeated = first(block.conf.get("for_each"))
    return (
        reference.startswith("each.")
        and block.kind == "data"
        and block.type != "aws_iam_policy_document"
        and isinstance(repeated, str)
        and "data." in repeated
        and _GIVEN.search(_QUOTED_REFERENCE.sub(r"\1", repeated)) is None
    )


def _without_images(definitions: Any) -> Any:
    """The image alone may depend on a variable; container_images_are_pinned judges it."""
    if isinstance(definitions, list):
        return [_without_images(each) for each in definitions]
    if isinstance(definitions, Mapping):
        return {key: found for key, found in definitions.items() if key != "image"}
    return definitions


def _address(kind: str, type_: str, name: str) -> str:
    return f"{'data.' if kind == 'data' else ''}{type_}.{name}"
