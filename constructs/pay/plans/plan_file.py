"""The file that `terraform show -json PLAN` writes (Terraform: JSON output format, 1.x).

The guard and the review then read the changes (`rollout.plans`). The PCI gate makes blocks of the
planned values (`policies.engine.plan`), because its rules are about blocks.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pay.json_text import DEEPEST, is_deeper
from pay.plans.other_files import what_else, where_it_breaks
from pay.plans.sections import unknown_parts
from pay.shown_text import quoted

ALLOWED = "a Terraform plan as JSON, of format_version 1.x"

_FORMAT = re.compile(r"1\.[0-9]+")


class NotAPlan(Exception):
    """A file is not the JSON of a plan."""

    def __init__(self, path: Path, content: str, fix: str | None = None) -> None:
        self.content = content
        self.fix = fix or how_to_write(path)
        super().__init__(f"{path}: found {content}; allowed: {ALLOWED}; {self.fix}")


def how_to_write(path: Path) -> str:
    """Return how to write the file as a plan."""
    return f"write it with: terraform show -json PLANFILE > {path.stem}.json"


@dataclass(frozen=True)
class PlanJson:
    """The content of a plan file."""

    sha256: str
    """The digest of the judged file. An apply must use the same plan."""
    document: Mapping[str, Any]

    @property
    def unknown_parts(self) -> tuple[str, ...]:
        """Return the parts of the plan that no reader here knows, in words. No rule judges them."""
        return tuple(unknown_parts(self.document))


def read_plan_file(path: Path) -> PlanJson:
    """Read a plan; raises NotAPlan for a file that is unreadable, not JSON, or not a plan."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotAPlan(path, error.strerror or "a file that cannot be read") from None
    if other := what_else(content):
        raise NotAPlan(path, other, how_to_write(path))
    try:
        document = json.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise NotAPlan(path, where_it_breaks(content, error)) from None
    if is_deeper(document):
        raise NotAPlan(path, f"JSON with more than {DEEPEST} objects and lists in one another")
    if not isinstance(document, dict) or "format_version" not in document:
        is_state = isinstance(document, dict) and {"lineage", "serial"} <= document.keys()
        raise NotAPlan(path, "a state file" if is_state else "JSON that is not a plan")
    version = document["format_version"]
    if not isinstance(version, str) or not _FORMAT.fullmatch(version):
        fix = f"plan with Terraform 1.10 or later, and {how_to_write(path)}"
        raise NotAPlan(path, f"a plan of format_version {quoted(version)}", fix)
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
