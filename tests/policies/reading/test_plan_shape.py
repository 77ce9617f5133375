"""A plan that Terraform did not write is wrong use, and no traceback."""

from pathlib import Path
from typing import Any

import pytest

from pay.plans.plan_file import NotAPlan, PlanJson
from policies.reading.plan_shape import require_shape

DATA = {"mode": "data", "type": "aws_vpc", "name": "vpc"}


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ({"planned_values": {"root_module": []}}, "planned_values.root_module ("),
        ({"planned_values": {"root_module": {"resources": {}}}}, "resources ("),
        ({"configuration": []}, "configuration ("),
        ({"configuration": {"provider_config": {"aws": 1}}}, "provider_config.aws ("),
        (
            {"configuration": {"root_module": {"resources": [DATA, {**DATA, "name": 1}]}}},
            "configuration.root_module.resources.1.name (",
        ),
        ({"resource_changes": {}}, "resource_changes ("),
        ({"resource_changes": [{**DATA, "change": None}]}, "resource_changes.0.change ("),
    ],
)
def test_refuses_a_part_of_another_shape(part: dict[str, Any], found: str) -> None:
    with pytest.raises(NotAPlan, match="a plan with a wrong ") as refused:
        require_shape(Path("x.json"), PlanJson("", {"planned_values": {}, **part}))
    assert found in refused.value.content


def test_passes_a_plan_without_resources() -> None:
    require_shape(Path("x.json"), PlanJson("", {"planned_values": {}}))


def test_refuses_what_no_rule_judges() -> None:
    actions = {"action_invocations": [{"address": "action.aws_lambda_invoke.x"}]}
    with pytest.raises(NotAPlan, match=r"action_invocations \(action.aws_lambda_invoke.x\)"):
        require_shape(Path("x.json"), PlanJson("", {"planned_values": {}, **actions}))
