"""Terraform and python-hcl2 read every stack's HCL2 with the same meaning as cdktf's JSON."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import hcl2
import pytest
from hcl2.utils import SerializationOptions

from pay.hcl.schema import ProviderSchema
from pay.hcl.shapes import Argument, NestedBlock, Shape
from tests.support.modules import write_modules
from tests.support.plan_meaning import meaning_of_configuration
from tests.support.terraform_runs import Terraform

pytestmark = pytest.mark.slow

PROVIDER = 'provider "aws" {\n  region = "eu-west-1"\n}\n'
NOTHING = 'resource "terraform_data" "nothing" {\n}\n'


@pytest.fixture(scope="module")
def documents(written: Path) -> Mapping[str, Any]:
    """What cdktf synthesised: stack -> Terraform's JSON."""
    paths = sorted(written.glob("*/metadata.json"))
    return {path.parent.name: json.loads(path.read_bytes()) for path in paths}


@pytest.fixture(scope="module")
def as_hcl(written: Path, terraform: Terraform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every stack as a module of one configuration, initialised."""
    folder = tmp_path_factory.mktemp("hcl")
    write_modules(folder, [path.parent for path in written.glob("*/cdk.tf")])
    return initialised(folder, terraform)


@pytest.fixture(scope="module")
def as_json(
    as_hcl: Path,
    documents: Mapping[str, Any],
    terraform: Terraform,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The same in JSON."""
    folder = tmp_path_factory.mktemp("json")
    (folder / "main.tf.json").write_text((as_hcl / "main.tf.json").read_text())
    for stack, document in documents.items():
        (folder / "modules" / stack).mkdir(parents=True)
        file = folder / "modules" / stack / "cdk.tf.json"
        file.write_text(json.dumps(as_module(document)))
    return initialised(folder, terraform)


def as_module(document: Mapping[str, Any]) -> dict[str, Any]:
    """Without what only a root module may have; so that one run of Terraform reads all stacks."""
    terraform = {key: value for key, value in document["terraform"].items() if key != "backend"}
    own = {key: value for key, value in document.items() if key != "provider"}
    return {**own, "terraform": terraform}


def initialised(folder: Path, terraform: Terraform) -> Path:
    (folder / "provider.tf").write_text(PROVIDER + NOTHING)
    terraform.run(folder, "init", "-input=false", "-no-color")
    return folder


MOST_CHARACTERS = 200
"""Of a line: more do not fit beside each other in a review."""

ONE_TEXT = (
    "BALANCERS",
    "CHECKS",
    "alarm_rule",
    "expression",
    "input_template",
    "markdown",
    "query",
)
"""Attributes that AWS, or a canary, reads as a language of its own, in one line."""


def test_no_line_is_too_long_for_a_review(written: Path) -> None:
    long = [
        f"{path.parent.name}:{number}: {line.strip()}"
        for path in written.glob("*/cdk.tf")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if len(line) > MOST_CHARACTERS and line.split("=")[0].strip() not in ONE_TEXT
    ]
    assert long == []


def test_numbers_and_bools_are_written_as_such_where_the_provider_takes_them(
    documents: Mapping[str, Any], aws: ProviderSchema
) -> None:
    # `cpu` of a task definition and a few others are strings in the provider's own schema.
    quoted = [
        f"{stack}: {type}.{name}{place}"
        for stack, document in documents.items()
        for type, names in document.get("resource", {}).items()
        for name, body in names.items()
        for place in quoted_in(body, aws.resource(type))
    ]
    assert quoted == []


def quoted_in(body: Mapping[str, Any], shape: Shape | None) -> Iterator[str]:
    """Yield each argument of a body that is a text where the provider takes a number or a bool."""
    for key, value in body.items():
        entry = shape.entries.get(key) if shape else None
        if isinstance(entry, NestedBlock):
            for block in value if isinstance(value, list) else [value]:
                yield from (f".{key}{place}" for place in quoted_in(block, entry.shape))
        elif isinstance(entry, Argument) and entry.primitive in ("number", "bool"):
            if isinstance(value, str) and "${" not in value:
                yield f".{key} = {value!r}"


def test_is_formatted(terraform: Terraform, written: Path) -> None:
    assert terraform.run(written, "fmt", "-check", "-diff", "-recursive", "-no-color") == ""


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
    assert len(calls) == len(list(as_hcl.glob("modules/*")))
    for id in calls:
        assert from_hcl["root_module"]["module_calls"][id] == calls[id], id


BLOCK = re.compile(r"^(?=\w)", re.MULTILINE)
"""Where a block begins."""

HEAD = re.compile(r'(data|resource) "(.+?)" "(.+?)" \{|variable "(.+?)" \{')

PLAIN = re.compile(r'"[\w ./:@=,*-]*"|\b\d+\b')
"""Strings and numbers that are one token of HCL's grammar, whatever their letters."""


def test_python_hcl2_finds_every_block(written: Path, documents: Mapping[str, Any]) -> None:
    """A file is a list of blocks to the grammar, and most differ from another in plain strings
    only: one of each form is parsed.
    """
    options = SerializationOptions(strip_string_quotes=True)
    forms: set[str] = set()
    for stack, document in documents.items():
        blocks = BLOCK.split((written / stack / "cdk.tf").read_text())
        heads = [head.groups() for head in map(HEAD.match, blocks) if head]
        for section in ("data", "resource"):
            assert {(type, name) for kind, type, name, _ in heads if kind == section} == {
                (type, name) for type, names in document.get(section, {}).items() for name in names
            }, stack
        assert [name for *_, name in heads if name] == list(document.get("variable", {})), stack

        new = {form: block for block in blocks if (form := PLAIN.sub("", block)) not in forms}
        forms.update(new)
        parsed = hcl2.loads("".join(new.values()), serialization_options=options)
        for section in ("data", "resource"):
            assert {
                (type, name)
                for block in parsed.get(section, [])
                for type, names in block.items()
                for name in names
                if type != "__is_block__"
            } == {
                (head[2], head[3])
                for head in map(HEAD.match, new.values())
                if head and head[1] == section
            }, stack
        variables = [block for block in new.values() if block.startswith("variable ")]
        assert len(parsed.get("variable", [])) == len(variables), stack
