"""The HCL2 has the JSON's meaning: Terraform itself reads both and returns the same values."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.terraform_runs import Terraform, meanings
from tests.support.terraform_values import (
    LOCALS,
    TYPES,
    escaped,
    expressions_only,
    literal_values,
    templates,
)

pytestmark = pytest.mark.slow

# Each example is a run of Terraform of about half a second, so it carries many values.
ONE_RUN_EACH = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def many(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=1, max_size=60)


def named(values: list[Any]) -> dict[str, Any]:
    return {f"v{position}": value for position, value in enumerate(values)}


@given(many(literal_values))
@ONE_RUN_EACH
def test_values_of_outputs(terraform: Terraform, workspace: Path, values: list[Any]) -> None:
    outputs = {name: {"value": escaped(value)} for name, value in named(values).items()}
    from_json, from_hcl = meanings(terraform, workspace, {"output": outputs})
    assert from_hcl == from_json


@given(many(literal_values))
@ONE_RUN_EACH
def test_defaults_and_descriptions_of_variables(
    terraform: Terraform, workspace: Path, values: list[Any]
) -> None:
    """They are literal: `${` in a default is not a reference."""
    variables = {
        name: {"default": value, "type": "any", "description": f"{value}"}
        for name, value in named(values).items()
    }
    document = {
        "variable": variables,
        "output": {name: {"value": f"${{var.{name}}}"} for name in variables},
    }
    from_json, from_hcl = meanings(terraform, workspace, document)
    assert from_hcl == from_json


@given(many(templates))
@ONE_RUN_EACH
def test_templates(terraform: Terraform, workspace: Path, values: list[str]) -> None:
    outputs = {name: {"value": value} for name, value in named(values).items()}
    document = {"locals": LOCALS, "output": outputs}
    from_json, from_hcl = meanings(terraform, workspace, document)
    assert from_hcl == from_json


@given(many(expressions_only))
@ONE_RUN_EACH
def test_expressions_keep_their_type(
    terraform: Terraform, workspace: Path, values: list[str]
) -> None:
    outputs = {name: {"value": [value, {value: value}]} for name, value in named(values).items()}
    document = {"locals": LOCALS, "output": outputs}
    from_json, from_hcl = meanings(terraform, workspace, document)
    assert from_hcl == from_json


def test_types_of_variables(terraform: Terraform, workspace: Path) -> None:
    variables = {
        name: {"type": type, "default": default}
        for name, (type, default) in named([*TYPES.items()]).items()
    }
    outputs = {name: {"value": f"${{var.{name}}}"} for name in variables}
    document = {"variable": variables, "output": outputs}
    from_json, from_hcl = meanings(terraform, workspace, document)
    assert from_hcl == from_json
