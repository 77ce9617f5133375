"""Editors check the environment files against a schema that is never out of date."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped] # its stubs would serve these lines only
import pytest

from pay.environments.load import environment_files
from pay.environments.schema import environment_schema
from tests.conftest import ROOT

FOLDER = ROOT / "environments"
FILES = [*environment_files(FOLDER).values()]


@pytest.fixture
def sandbox() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "sandbox.toml").read_text())


def validate(data: object) -> None:
    """As editors do, for whom a date is text."""
    data = json.loads(json.dumps(data, default=str))
    jsonschema.validate(data, json.loads(environment_schema()), jsonschema.Draft7Validator)


def test_the_committed_schema_is_current(golden: Callable[[str | Path, str], None]) -> None:
    golden(FOLDER / "environment.schema.json", environment_schema())


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(json.loads(environment_schema()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_environment_file_is_valid(path: Path) -> None:
    validate(tomllib.loads(path.read_text()))


def test_null_is_not_offered_because_toml_has_none() -> None:
    assert "null" not in environment_schema()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("vpc_name", "x"),
        ("network.vpc", 1),
        ("services.orders", {"stage": "dark", "tasks": {"min": 1, "peak": 1}}),
        ("services.connector", None),
        ("services.connector.stage", "canery"),
        ("services.connector.tasks.min", "1"),
        ("services.connector.size", {"cpu": 512, "memory_mib": 512}),
        ("ladder.half", 101),
        ("sidecars.nginx.digest", "213-release"),
        ("capacity.cde", None),
        ("logs.retention_in_days", 30),
    ],
)
def test_the_schema_refuses_what_the_model_refuses(
    sandbox: dict[str, Any], path: str, value: object
) -> None:
    *tables, key = path.split(".")
    table = sandbox
    for name in tables:
        table = table[name]
    table[key] = value
    if value is None:
        del table[key]
    with pytest.raises(jsonschema.ValidationError):
        validate(sandbox)
