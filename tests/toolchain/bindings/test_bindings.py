import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pay.model.environment.provider import CONSTRAINTS, USUAL
from pay.model.stacks import RESOURCE_TYPES
from toolchain.bindings import fake_terraform, schema_file, trim, types_list
from toolchain.bindings.types_list import WantedTypes
from toolchain.cli import main
from toolchain.paths import IMPORTS, ROOT
from toolchain.problems import ToolProblem

PROVIDER: dict[str, Any] = {
    "provider": {"version": 0, "block": {"attributes": {"region": {"type": "string"}}}},
    "resource_schemas": {
        "aws_lb": {"version": 0, "block": {"description": "a load balancer"}},
        "aws_lb_listener": {"version": 0, "block": {}},
    },
    "data_source_schemas": {"aws_vpc": {"version": 0, "block": {}}},
}


both = pytest.mark.parametrize("file", [schema_file.SCHEMA, schema_file.NEXT])


@both
def test_the_schema_holds_the_types_of_the_list_and_no_others(file: Path) -> None:
    wanted = types_list.read()
    schema = schema_file.read(file)
    assert sorted(schema["resource_schemas"]) == wanted.resources
    assert sorted(schema["data_source_schemas"]) == wanted.data_sources


@both
def test_the_schema_file_is_in_the_form_that_its_tool_writes(file: Path) -> None:
    schema = schema_file.read(file)
    rendered = schema_file.render(schema, schema["provider_version"], schema.get("read_from", ""))
    assert rendered == file.read_text()


@both
def test_the_schema_file_names_no_registry(file: Path) -> None:
    assert "terraform.io" not in file.read_text()


def test_each_schema_is_of_a_version_that_environments_may_use() -> None:
    majors = {5: schema_file.SCHEMA, 6: schema_file.NEXT}
    for major, constraint in CONSTRAINTS.items():
        version = schema_file.read(majors[major])["provider_version"]
        lowest = constraint.removeprefix("~> ")
        assert version == lowest or version.rpartition(".")[0] == lowest


def test_cdktf_generates_the_bindings_of_the_usual_version() -> None:
    configured = json.loads((ROOT / "cdktf.json").read_text())["terraformProviders"]
    assert configured == [f"{schema_file.PROVIDER}@{CONSTRAINTS[USUAL]}"]


def test_every_type_of_the_list_has_its_binding() -> None:
    wanted = types_list.read()
    expected = [name.removeprefix("aws_") for name in wanted.resources]
    expected += [f"data_{name}" for name in wanted.data_sources]
    assert [name for name in expected if not (IMPORTS / "aws" / name).is_dir()] == []


def test_reads_a_list_with_comments(tmp_path: Path) -> None:
    path = tmp_path / "data_sources.txt"
    path.write_text("# types\naws_vpc  # the one VPC\n\naws_lb\n")
    assert types_list.read(path) == WantedTypes(sorted(RESOURCE_TYPES), ["aws_lb", "aws_vpc"])


def test_refuses_every_line_that_is_no_data_source(tmp_path: Path) -> None:
    path = tmp_path / "data_sources.txt"
    path.write_text("aws_lb\nresource aws_lb\naws_lb\ngoogle_vpc\n")
    with pytest.raises(ToolProblem) as refusal:
        types_list.read(path)
    for line in ("2: 'resource aws_lb'", "3: 'aws_lb' is listed twice", "4: 'google_vpc'"):
        assert f"data_sources.txt:{line}" in str(refusal.value)


def test_the_real_provider_has_the_schema_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed = schema_file.SCHEMA.read_bytes()
    monkeypatch.setattr(schema_file, "SCHEMA", tmp_path / schema_file.SCHEMA.name)
    assert main(["bindings"]) == 0
    assert schema_file.SCHEMA.read_bytes() == committed


def test_refuses_types_that_the_provider_lacks_naming_the_nearest() -> None:
    wanted = WantedTypes(["aws_lb", "aws_lb_listner"], ["aws_vpcs_and_more"])
    with pytest.raises(ToolProblem) as refusal:
        trim.trim(PROVIDER, wanted, "5.100.0")
    assert "no type `resource aws_lb_listner` (nearest: aws_lb_listener" in str(refusal.value)
    assert "no type `data aws_vpcs_and_more`" in str(refusal.value)


def test_trims_to_the_wanted_types() -> None:
    trimmed = trim.trim(PROVIDER, WantedTypes(["aws_lb"], []), "5.100.0")
    assert list(trimmed["resource_schemas"]) == ["aws_lb"]
    assert trimmed["data_source_schemas"] == {}


def test_leaves_out_prose_but_not_an_attribute_that_is_called_description() -> None:
    provider = {
        "provider": {"description": "prose"},
        "resource_schemas": {
            "aws_lb": {
                "description_kind": "plain",
                "attributes": {"description": {"type": "string", "description": "prose"}},
            }
        },
        "data_source_schemas": {},
    }
    read = json.loads(schema_file.render(provider, "5.100.0"))
    assert read["provider"] == {}
    assert read["resource_schemas"]["aws_lb"] == {"attributes": {"description": {"type": "string"}}}


def test_writes_one_type_a_line() -> None:
    text = schema_file.render(PROVIDER, "5.100.0")
    assert [line for line in text.splitlines() if line.startswith('"aws_lb_listener"')]


def test_answers_with_the_address_that_terraform_gives_the_provider() -> None:
    answer = fake_terraform.answer(["providers", "schema", "-json"])
    (address,) = json.loads(str(answer))["provider_schemas"]
    assert address == f"{schema_file.REGISTRY}/{schema_file.PROVIDER}"


def test_answers_no_question_that_only_terraform_can_answer() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "toolchain.bindings.fake_terraform", schema_file.SCHEMA, "apply"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "not Terraform" in done.stderr
