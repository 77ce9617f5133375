"""Reports everything that Terraform would load but the gate does not read."""

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from policies.reading.expressions import Located, references, texts, unevaluated
from policies.reading.stack import Block, SynthesisedStack, first
from policies.results import GateProblem

_HEADER = re.compile(r'^(resource|data)\s+"([^"]+)"\s+"([^"]+)"\s*\{', re.MULTILINE)
_SKIP = re.compile(r"(checkov|bridgecrew|cortex):skip", re.IGNORECASE)
_ALSO_LOADED = ("*.tf.json", "*.tfvars", "*.tfvars.json", "*.tofu")

_CONDITIONS = frozenset({"lifecycle", "depends_on", "provider", "timeouts", "connection"})
"""Arguments that hold no setting of a resource; the gate does not read their expressions."""

_UNKNOWN = ("var.", "local.", "module.", "each.", "count.", "path.", "terraform.")

_REPEATED = {
    key: f"{key} creates resources that are not judged one by one; define each of them"
    for key in ("count", "for_each")
}

_GIVEN = re.compile(r"[\"']|\b(?:var|local|module|path|terraform)\.")
"""A part of an expression with its own value: a text or a variable."""


def unread(stack: SynthesisedStack, root: Path) -> list[GateProblem]:
    """Return everything in the stack's folder that no check has judged correctly.

    The folder must hold `metadata.json`, cdktf's count of the stack. Its source is the same
    synthesis as the HCL. It therefore shows blocks added, lost or not parsed afterwards, not blocks
    that synthesis omitted. Terraform's own count is in a plan.
    """
    return [
        *_files(stack, root),
        *_counts(stack, root),
        *(
            GateProblem("unread", f"{block.file}: {block.address}", what, line)
            for block in stack.blocks
            for what, line in _unreadable(block)
        ),
    ]


def without_rules(stack: SynthesisedStack, covered: Collection[str]) -> Iterator[GateProblem]:
    """Yield every resource that no rule judges. It would pass with any content."""
    for block in stack.blocks:
        if block.kind == "resource" and block.type not in covered:
            what = (
                f"no rule judges {block.type}; write one, or give the reason why it needs none "
                "under needs_no_rule in requirements.toml"
            )
        elif block.kind == "data" and not block.type.startswith("aws_"):
            what = f"the gate does not read {block.type}; only data sources of aws are allowed"
        else:
            continue
        yield GateProblem("unread", f"{block.file}: {block.address}", what, block.first_line)


def _files(stack: SynthesisedStack, root: Path) -> Iterator[GateProblem]:
    where = stack.folder.relative_to(root)
    for file in sorted(f for pattern in _ALSO_LOADED for f in stack.folder.glob(pattern)):
        what = "Terraform loads this file, but the gate does not read it; remove it"
        yield GateProblem("unread", str(where / file.name), what)
    for file in sorted(stack.folder.glob("*.tf")):
        text = _text(file)
        for skip in _SKIP.finditer(text):
            what = "inline skips are refused; write a waiver in waivers.toml"
            line = text.count("\n", 0, skip.start()) + 1
            yield GateProblem("skip", str(where / file.name), what, line)
        if "override" in file.name and _HEADER.search(text):
            what = "an override file changes judged resources; remove it"
            yield GateProblem("unread", str(where / file.name), what)


def _counts(stack: SynthesisedStack, root: Path) -> list[GateProblem]:
    """Compare the judged blocks with the text and with cdktf's count.

    The count is the Terraform JSON from which the HCL was written; synthesis leaves it beside it.
    """
    judged = {block.address for block in stack.blocks}
    written = [
        _address(*header.groups())
        for file in sorted(stack.folder.glob("*.tf"))
        for header in _HEADER.finditer(_text(file))
    ]
    twice = {each for each, times in Counter(written).items() if times > 1}
    problems = [
        *(f"{a} is in the text or was judged, but not both" for a in sorted({*written} ^ judged)),
        *(f"{a} is written more than once" for a in sorted(twice)),
    ]
    try:
        counted = _cdktf_addresses(json.loads((stack.folder / "metadata.json").read_text("utf-8")))
    except FileNotFoundError:
        problems.append("metadata.json, cdktf's count, is missing; synthesise again")
    except (ValueError, AttributeError, TypeError) as error:
        problems.append(f"metadata.json cannot be read: {error}; synthesise again")
    else:
        problems += [
            *(f"{a} is in metadata.json but was not judged" for a in sorted(counted - judged)),
            *(f"{a} was judged but is not in metadata.json" for a in sorted(judged - counted)),
        ]
    return [GateProblem("unread", str(stack.folder.relative_to(root)), what) for what in problems]


def _cdktf_addresses(document: Mapping[str, Any]) -> set[str]:
    """Return the addresses of all resources and data sources in a stack's Terraform JSON."""
    return {
        _address(kind, type_, name)
        for kind in ("resource", "data")
        for type_, named in document.get(kind, {}).items()
        for name in named
    }


def _unreadable(block: Block) -> Iterator[tuple[str, int]]:
    """Yield what the gate cannot judge in a block, with its line."""
    # A data source creates nothing, however often it is read. A value that depends on the iteration
    # is refused below.
    refused = {
        **({} if block.kind == "data" else _REPEATED),
        "provider": "provider may name another account than the stack's own; remove it",
        "provisioner": "a provisioner runs a program that is not judged; remove it",
    }
    yield from ((what, block.first_line) for key, what in refused.items() if key in block.conf)
    if _has_dynamic(block.conf):
        what = "dynamic creates nested blocks that are not judged one by one; define each of them"
        yield what, block.first_line
    for key, setting in block.conf.items():
        if key in _CONDITIONS or key in _REPEATED or key == "dynamic" or key.startswith("__"):
            continue
        if key == "container_definitions":
            setting = _without_images(setting)
        yield from unknown_values(
            key, setting, block.first_line, allowed=partial(_is_of_a_lookup, block)
        )


def unknown_values(
    key: str, setting: Any, line: int, allowed: Callable[[str], bool] = lambda _: False
) -> Iterator[tuple[str, int]]:
    """Yield each part of a setting whose value only Terraform knows, with its line.

    `line` is the block's; `allowed` are references to what only Terraform knows.
    """
    for text in texts(setting):
        at = text.line if isinstance(text, Located) else line
        if unevaluated(text):
            yield f"{key} holds an expression that the gate cannot evaluate: {text:.120}", at
        for reference in references(text):
            if reference.startswith(_UNKNOWN) and not allowed(reference):
                yield f"{key} depends on {reference}, whose value the gate does not know", at


def _text(file: Path) -> str:
    # A file that is not UTF-8 is refused where it is parsed.
    return file.read_text(encoding="utf-8", errors="replace")


def _has_dynamic(conf: Any) -> bool:
    """Return whether a block holds a `dynamic` block at any depth.

    The parser wraps blocks in lists, but not the values of an object.
    """
    if isinstance(conf, list):
        return any(_has_dynamic(each) for each in conf)
    if not isinstance(conf, Mapping):
        return False
    return isinstance(conf.get("dynamic"), list) or any(map(_has_dynamic, conf.values()))


def _is_of_a_lookup(block: Block, reference: str) -> bool:
    """Return whether `each.value` is the result of another data source, looked up again.

    No rule expects a name there, and such a lookup cannot introduce one.
    """
    repeated = first(block.conf.get("for_each"))
    return (
        reference.startswith("each.")
        and block.kind == "data"
        and block.type != "aws_iam_policy_document"
        and isinstance(repeated, str)
        and "data." in repeated
        and _GIVEN.search(repeated) is None
    )


def _without_images(definitions: Any) -> Any:
    """Remove the images: they may depend on a variable, and a rule of their own judges it."""
    if isinstance(definitions, list):
        return [_without_images(each) for each in definitions]
    if isinstance(definitions, Mapping):
        return {key: item for key, item in definitions.items() if key != "image"}
    return definitions


def _address(kind: str, type_: str, name: str) -> str:
    return f"{'data.' if kind == 'data' else ''}{type_}.{name}"
