"""The output of synthesis: the files of every stack and the manifest that the cdktf CLI reads."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pay.files import replace_file

HCL = "cdk.tf"
JSON = "cdk.tf.json"
METADATA = "metadata.json"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class StackOutput:
    """One synthesised stack."""

    row: Mapping[str, Any]
    """Its entry in the manifest."""
    files: Mapping[str, bytes]
    """Path below the output folder -> content."""


def write_output(target: Path, stacks: Mapping[str, StackOutput]) -> None:
    """Write these stacks (by id), and no other, to the output folder; the manifest comes last.

    Every file is whole at every moment. A deleted stack loses its files but keeps Terraform's own
    (`.terraform`), as it may come back.
    """
    manifest = {
        "stacks": {id_: dict(stack.row) for id_, stack in stacks.items()},
        "version": version("cdktf"),
    }
    files = {path: content for stack in stacks.values() for path, content in stack.files.items()}
    files[MANIFEST] = json.dumps(manifest, indent=2, sort_keys=True).encode("utf-8")
    for old in target.glob(f"stacks/*/{JSON}"):
        old.unlink()
    for path, content in files.items():
        replace_where_new(target / path, content)
    for old in target.glob(f"stacks/*/{HCL}"):
        if old.relative_to(target).as_posix() not in files:
            old.unlink()
            old.with_name(METADATA).unlink(missing_ok=True)


def replace_where_new(file: Path, content: bytes) -> None:
    """Write a file as a whole, unless it holds this content already."""
    try:
        if file.read_bytes() == content:
            return
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
    replace_file(file, content, lasting=False)
