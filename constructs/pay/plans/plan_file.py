"""The file that `terraform show -json PLAN` writes (Terraform: JSON output format, 1.x).

The guard and the review go on to read the changes (`rollout.plans`); the PCI gate makes blocks of
the planned values (`policies.engine.plan`), because its rules are about blocks.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ALLOWED = "a Terraform plan as JSON, of format_version 1.x"

_FORMAT = re.compile(r"1\.\d+")


class NotAPlan(Exception):
    """A file is not the JSON of a plan."""

    def __init__(self, path: Path, content: str) -> None:
        self.found = content
        super().__init__(f"{path}: found {content}; allowed: {ALLOWED}; {how_to_write(path)}")


def how_to_write(path: Path) -> str:
    """Return how to write the file as a plan."""
    return f"write it with: terraform show -json PLANFILE > {path.stem}.json"


@dataclass(frozen=True)
class PlanJson:
    """The content of a plan file."""

    sha256: str
    """The digest of the judged file: an apply must use the same plan."""
    document: Mapping[str, Any]


def read_plan_file(path: Path) -> PlanJson:
    """Read a plan; raises NotAPlan for a file that is unreadable, not JSON, or not a plan."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotAPlan(path, error.strerror or "a file that cannot be read") from None
    if content.startswith(b"PK"):
        raise NotAPlan(path, "the plan file itself, which is binary")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise NotAPlan(path, "text that is not JSON") from None
    if not isinstance(document, dict) or "format_version" not in document:
        raise NotAPlan(path, "JSON that is not a plan")
    if not _FORMAT.fullmatch(str(document["format_version"])):
        raise NotAPlan(path, f"a plan of format_version {document['format_version']!r}")
    if not isinstance(document.get("planned_values"), dict):
        kind = "a state, not a plan" if "values" in document else "a plan without planned_values"
        raise NotAPlan(path, kind)
    return PlanJson(hashlib.sha256(content).hexdigest(), document)


def default_tags(provider_config: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """Return the constant default tags of every provider block in a plan's configuration."""
    constants: list[Mapping[str, str]] = []
    for provider in provider_config.values():
        match provider:
            case {"expressions": {"default_tags": [{"tags": {"constant_value": dict(tags)}}, *_]}}:
                constants.append({str(key): str(value) for key, value in tags.items()})
    return constants
