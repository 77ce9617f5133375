"""Which file is the JSON of a plan; the guard, the review and the PCI gate read it by this."""

import bz2
import gzip
import hashlib
import json
import lzma
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

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


PLAN_TEXT = json.dumps(PLAN)


def zipped(**files: str) -> bytes:
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"\n", "an empty file"),
        (PLAN_TEXT.encode()[:-1], "JSON that ends too early, at line 1"),
        (PLAN_TEXT.encode()[:-4], "JSON that ends too early, at line 1"),
        (PLAN_TEXT.encode()[:10], "JSON that ends too early, at line 1"),
        (PLAN_TEXT.encode() * 2, "several files in one"),
        (PLAN_TEXT.encode() + b"\0\0", f"a NUL byte at byte {len(PLAN_TEXT) + 1}"),
        (b"\0" * 4096, "a NUL byte at byte 1"),
        (PLAN_TEXT.encode("utf-16"), "text in UTF-16, as PowerShell"),
        (PLAN_TEXT.encode("utf-16-le"), "text in UTF-16-LE, as PowerShell"),
        (PLAN_TEXT.encode("utf-32"), "text in UTF-32, as PowerShell"),
        (PLAN_TEXT.encode("utf-8-sig"), "text in UTF-8 with a byte order mark"),
        (b'{"format_version": "\xff"}', "text that is not UTF-8 from byte 21 on"),
        (b"not JSON", "text that is not JSON, at line 1, column 1"),
        (b"{'format_version': 1}", "text that is not JSON, at line 1, column 2"),
        (b"[" * 100_000, "JSON that is nested too deeply"),
        (b'{"format_version": ' + b"1" * 5_000 + b"}", "a number of too many digits"),
        (b"PK\x03\x04rest", "the plan file itself, which is binary"),
        (zipped(tfplan="", tfstate=""), "the plan file itself, which is binary"),
        (zipped(**{"plan.json": PLAN_TEXT}), "a zip archive; unpack it"),
        (gzip.compress(PLAN_TEXT.encode(), mtime=0), "a gzip file; decompress it"),
        (bz2.compress(PLAN_TEXT.encode()), "a bzip2 file; decompress it"),
        (lzma.compress(PLAN_TEXT.encode()), "an xz file; decompress it"),
        (
            b'{"@level":"info","@message":"Terraform 1.11.4"}\n{"a": 1}',
            "the log of `terraform plan",
        ),
        (b'{"@level":"info","@message":"Terraf', "JSON that ends too early, at line 1"),
        (b"\nTerraform will perform the following actions:", "that Terraform prints for people"),
        ("\u2577\n\u2502 Error: no plan".encode(), "that Terraform prints for people"),
        (b"[]", "JSON that is not a plan"),
        (b'{"version": 4}', "JSON that is not a plan"),
        (b'{"version": 4, "serial": 1, "lineage": "x", "resources": []}', "a state file"),
        (b'{"format_version": "1.0", "values": {}}', "a state, not a plan"),
        (b'{"format_version": "1.0"}', "a plan without planned_values"),
        (b'{"format_version": "1.0", "planned_values": []}', "a plan without planned_values"),
    ],
)
def test_says_what_is_not_a_plan(path: Path, content: bytes, found: str) -> None:
    path.write_bytes(content)
    with pytest.raises(NotAPlan) as refusal:
        read_plan_file(path)
    assert found in refusal.value.content
    assert str(path) in str(refusal.value)
    assert "terraform show -json PLANFILE > stack.json" in str(refusal.value)


@pytest.mark.parametrize("version", ["2.0", "0.2", "1", "1.", "1.2.3", "1.\u0662", None, 1.2])
def test_refuses_another_version_of_the_format(path: Path, version: object) -> None:
    path.write_text(json.dumps({**PLAN, "format_version": version}))
    with pytest.raises(NotAPlan, match=r"plan with Terraform 1\.10 or later") as refusal:
        read_plan_file(path)
    assert refusal.value.content == f"a plan of format_version {version!r}"


def test_reads_the_plan_of_a_later_minor_version(path: Path) -> None:
    path.write_text(json.dumps({**PLAN, "format_version": "1.3"}))
    assert read_plan_file(path).unknown_parts == ()


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
