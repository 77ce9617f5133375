"""Which file is the JSON of a plan; the guard, the review and the PCI gate read it by this."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from pay.plans.plan_file import NotAPlan, default_tags, read_plan_file

PLAN = {"format_version": "1.2", "planned_values": {"root_module": {}}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "stack.json"


def test_reads_a_plan_and_its_digest(path: Path) -> None:
    path.write_text(json.dumps(PLAN))
    plan = read_plan_file(path)
    assert plan.document == PLAN
    assert plan.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "text that is not JSON"),
        (json.dumps(PLAN).encode()[:-1], "text that is not JSON"),
        (b"\xff\xfe\x00", "text that is not JSON"),
        (b"[" * 100_000, "text that is not JSON"),
        (b"PK\x03\x04rest", "the plan file itself, which is binary"),
        (b"[]", "JSON that is not a plan"),
        (b'{"version": 4}', "JSON that is not a plan"),
        (b'{"format_version": "1.0", "values": {}}', "a state, not a plan"),
        (b'{"format_version": "1.0"}', "a plan without planned_values"),
        (b'{"format_version": "1.0", "planned_values": []}', "a plan without planned_values"),
        (b'{"format_version": "2.0", "planned_values": {}}', "a plan of format_version '2.0'"),
        (b'{"format_version": null, "planned_values": {}}', "a plan of format_version None"),
    ],
)
def test_refuses_what_is_not_a_plan(path: Path, content: bytes, found: str) -> None:
    path.write_bytes(content)
    with pytest.raises(NotAPlan) as refusal:
        read_plan_file(path)
    assert refusal.value.found == found
    assert str(path) in str(refusal.value)
    assert "terraform show -json PLANFILE > stack.json" in str(refusal.value)


def test_refuses_a_file_that_does_not_exist(path: Path) -> None:
    with pytest.raises(NotAPlan, match="No such file"):
        read_plan_file(path)


def provider(tags: Any) -> dict[str, Any]:
    return {"expressions": {"default_tags": [{"tags": {"constant_value": tags}}]}}


def test_the_default_tags_are_those_of_every_provider_that_writes_constants() -> None:
    providers = {
        "aws": provider({"Stack": "one"}),
        "aws.other": provider({"Stack": "two"}),
        "aws.unknown": {"expressions": {"default_tags": [{"tags": {"references": ["var.tags"]}}]}},
        "aws.wrong": provider("Stack"),
        "null": {},
    }
    assert default_tags(providers) == [{"Stack": "one"}, {"Stack": "two"}]
