"""The plan of the HCL2 is the plan of the JSON, with the real provider."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pay.hcl.schema import ProviderSchema
from pay.hcl.writer import to_hcl
from tests.support.plan_meaning import meaning_of_plan
from tests.support.realistic_document import DOCUMENT, READING_AT_PLAN
from tests.support.terraform_runs import Terraform

pytestmark = pytest.mark.slow

EVERYTHING = {**DOCUMENT, **READING_AT_PLAN}

Folder = Callable[[str, str], Path]


@pytest.fixture
def folder(terraform: Terraform, tmp_path: Path) -> Folder:
    """Return an initialised folder with one configuration file."""

    def make(file: str, content: str) -> Path:
        place = tmp_path / file.replace(".", "-")
        place.mkdir()
        (place / file).write_text(content, encoding="utf-8")
        terraform.run(place, "init", "-input=false", "-no-color")
        return place

    return make


@pytest.fixture
def written(aws: ProviderSchema) -> Callable[[Any], str]:
    return lambda document: to_hcl(document, aws)


def test_plans_the_same(
    terraform: Terraform, folder: Folder, written: Callable[[Any], str]
) -> None:
    from_json = terraform.plan(folder("cdk.tf.json", json.dumps(DOCUMENT)))
    from_hcl = terraform.plan(folder("cdk.tf", written(DOCUMENT)))
    assert from_hcl["resource_changes"], "an empty plan compares nothing"
    assert meaning_of_plan(from_hcl) == meaning_of_plan(from_json)


def test_gives_no_warning(
    terraform: Terraform, folder: Folder, written: Callable[[Any], str]
) -> None:
    assert terraform.warnings(folder("cdk.tf", written(EVERYTHING))) == []


def test_leaves_nothing_to_format(
    terraform: Terraform, tmp_path: Path, written: Callable[[Any], str]
) -> None:
    text = written(EVERYTHING)
    assert terraform.formatted(tmp_path, text) == text
