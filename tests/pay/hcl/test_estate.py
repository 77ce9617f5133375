"""Terraform and python-hcl2 read every stack's HCL2 with the same meaning as cdktf's JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import hcl2
import pytest
from hcl2.utils import SerializationOptions

from pay.environments.load import load_environments
from pay.hcl import ProviderSchema, to_hcl
from tests.support.plan_meaning import meaning_of_configuration
from tests.support.synthesised import Synthesised, synthesise
from tests.support.terraform_runs import Terraform

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
NOTHING: dict[str, Any] = {"terraform_data": {"nothing": {}}}


@pytest.fixture(scope="module")
def estate() -> Mapping[str, Synthesised]:
    return synthesise(load_environments(ROOT / "environments").values())


@pytest.fixture(scope="module")
def texts(estate: Mapping[str, Synthesised], aws: ProviderSchema) -> Mapping[str, str]:
    return {id: to_hcl(stack.document, aws) for id, stack in estate.items()}


def as_module(document: Mapping[str, Any]) -> dict[str, Any]:
    """Remove the blocks for root modules only, so that one run of Terraform reads all stacks."""
    own = {key: value for key, value in document.items() if key not in ("provider", "terraform")}
    providers = document["terraform"]["required_providers"]
    return {**own, "terraform": {"required_providers": providers}}


@pytest.fixture(scope="module")
def as_json(
    estate: Mapping[str, Synthesised],
    terraform: Terraform,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    files = {id: json.dumps(as_module(stack.document)) for id, stack in estate.items()}
    return modules(files, "cdk.tf.json", estate, terraform, tmp_path_factory.mktemp("json"))


@pytest.fixture(scope="module")
def as_hcl(
    estate: Mapping[str, Synthesised],
    aws: ProviderSchema,
    terraform: Terraform,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    files = {id: to_hcl(as_module(stack.document), aws) for id, stack in estate.items()}
    return modules(files, "cdk.tf", estate, terraform, tmp_path_factory.mktemp("hcl"))


def modules(
    files: Mapping[str, str],
    name: str,
    estate: Mapping[str, Synthesised],
    terraform: Terraform,
    folder: Path,
) -> Path:
    """Return an initialised root module that calls every stack as a module."""
    calls = {}
    for id, content in files.items():
        (folder / id).mkdir()
        (folder / id / name).write_text(content, encoding="utf-8")
        variables = estate[id].document.get("variable", {})
        calls[id] = {"source": f"./{id}", **{variable: "1-release" for variable in variables}}
    root = {"module": calls, "provider": {"aws": {"region": "eu-west-1"}}, "resource": NOTHING}
    (folder / "main.tf.json").write_text(json.dumps(root))
    terraform.run(folder, "init", "-input=false", "-no-color")
    return folder


def test_is_formatted(terraform: Terraform, texts: Mapping[str, str], tmp_path: Path) -> None:
    for id, text in texts.items():
        (tmp_path / f"{id}.tf").write_text(text, encoding="utf-8")
    assert terraform.run(tmp_path, "fmt", "-check", "-diff", "-no-color") == ""


def test_is_valid_without_a_warning(terraform: Terraform, as_hcl: Path) -> None:
    assert terraform.warnings(as_hcl) == []


def test_is_the_same_configuration(terraform: Terraform, as_json: Path, as_hcl: Path) -> None:
    # Aimed at a resource of its own, so that nothing of AWS is read; the plan still holds the
    # whole configuration.
    aim = "-target=terraform_data.nothing"
    from_json, from_hcl = (
        meaning_of_configuration(terraform.plan(folder, aim)["configuration"])
        for folder in (as_json, as_hcl)
    )
    calls = from_json["root_module"]["module_calls"]
    assert calls, "no stack was compared"
    for id in calls:
        assert from_hcl["root_module"]["module_calls"][id] == calls[id], id


def test_python_hcl2_finds_every_block(
    estate: Mapping[str, Synthesised], texts: Mapping[str, str]
) -> None:
    options = SerializationOptions(strip_string_quotes=True)
    for id, text in texts.items():
        document = hcl2.loads(text, serialization_options=options)
        for section in ("data", "resource"):
            addresses = {
                (type, name)
                for block in document.get(section, [])
                for type, names in block.items()
                for name in names
                if type != "__is_block__"
            }
            expected = {
                (type, name)
                for type, names in estate[id].document.get(section, {}).items()
                for name in names
            }
            assert addresses == expected, id
