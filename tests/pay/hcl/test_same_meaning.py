"""The HCL2 has the JSON's meaning: Terraform itself reads both and returns the same values."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pay.hcl.errors import TemplateError
from pay.hcl.expressions import is_name
from pay.hcl.templates import template
from pay.hcl.writer import to_hcl
from tests.support.terraform_runs import NO_PROVIDER, Terraform, as_json, meanings, refused
from tests.support.terraform_values import (
    LOCALS,
    almost_names,
    almost_templates,
    as_terraform_reads,
    escaped,
    expressions_only,
    literal_values,
    templates,
    types,
)

pytestmark = pytest.mark.slow

# Each example is a run of Terraform of about half a second, so it carries many values.
ONE_RUN_EACH = settings(
    max_examples=6,
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


@given(many(almost_templates))
@ONE_RUN_EACH
def test_refuses_what_terraform_refuses(
    terraform: Terraform, workspace: Path, values: list[str]
) -> None:
    """What is written has the same mistakes, of names and values, and else the same meaning."""
    texts = named(values)
    written = {}
    for name, text in texts.items():
        with suppress(TemplateError):
            written[name] = template(text)
    wrong_json = refused(
        terraform,
        workspace / "values-json",
        "cdk.tf.json",
        f'{{"locals": {as_json(LOCALS)}, "output": {{ "none": {{"value": 1}}',
        {name: f', "{name}": {as_json({"value": text})}' for name, text in texts.items()},
        "}}",
    )
    wrong_hcl = refused(
        terraform,
        workspace / "values-hcl",
        "cdk.tf",
        to_hcl({"locals": LOCALS}, NO_PROVIDER),
        {name: f'output "{name}" {{ value = {text} }}' for name, text in written.items()},
        "",
    )
    assert wrong_hcl == wrong_json & written.keys()
    assert wrong_json >= texts.keys() - written.keys()
    right = {name: texts[name] for name in sorted(written.keys() - wrong_json)}
    outputs = {name: {"value": text} for name, text in {"none": "", **right}.items()}
    from_json, from_hcl = meanings(terraform, workspace, {"locals": LOCALS, "output": outputs})
    assert from_hcl == from_json


@given(st.lists(almost_names, min_size=1, max_size=60, unique_by=as_terraform_reads))
@ONE_RUN_EACH
def test_names_of_locals(terraform: Terraform, workspace: Path, names: list[str]) -> None:
    wrong = refused(
        terraform,
        workspace / "names-json",
        "cdk.tf.json",
        '{"locals": { "plain": 1',
        {name: f", {as_json(name)}: 1" for name in names},
        "}}",
    )
    refused_here = {name for name in names if not is_name(name)}
    # HCL2 has no name with a byte order mark, which Terraform takes from JSON.
    assert refused_here == wrong | {name for name in names if name.startswith("\ufeff")}
    ours = to_hcl({"locals": {name: 1 for name in names if is_name(name)}}, NO_PROVIDER)
    lines = {line: line for line in ours.splitlines()}
    assert refused(terraform, workspace / "names-hcl", "cdk.tf", "", lines, "") == set()


@given(many(types))
@ONE_RUN_EACH
def test_types_of_variables(
    terraform: Terraform, workspace: Path, values: list[tuple[str, Any]]
) -> None:
    variables = {
        name: {"type": type, "default": default} for name, (type, default) in named(values).items()
    }
    outputs = {name: {"value": f"${{var.{name}}}"} for name in variables}
    document = {"variable": variables, "output": outputs}
    from_json, from_hcl = meanings(terraform, workspace, document)
    assert from_hcl == from_json
