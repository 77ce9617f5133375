"""The parts of a plan that the gate and checkov rely on; the guard reads more strictly."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from pay.plans.plan_file import NotAPlan, PlanJson
from pay.shown_text import cut


class _Resource(BaseModel):
    mode: str
    type: str
    name: str


class _PlannedModule(BaseModel):
    resources: list[_Resource] = []


class _PlannedValues(BaseModel):
    root_module: _PlannedModule = _PlannedModule()


class _ConfigurationShape(BaseModel):
    provider_config: dict[str, dict[str, Any]] = {}
    root_module: _PlannedModule = _PlannedModule()


class _ResourceChangeShape(_Resource):
    change: dict[str, Any]


class _PlanShape(BaseModel):
    planned_values: _PlannedValues
    configuration: _ConfigurationShape = _ConfigurationShape()
    resource_changes: list[_ResourceChangeShape] = []


def require_shape(path: Path, plan: PlanJson) -> None:
    """Raise NotAPlan, with the first place, for a plan that Terraform did not write like this. The
    same for a plan with a part that no rule judges.
    """
    try:
        _PlanShape.model_validate(plan.document, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = cut(".".join(map(str, first["loc"])))
        raise NotAPlan(path, f"a plan with a wrong {place} ({first['msg']})") from None
    if plan.unknown_parts:
        unknown = "; ".join(map(cut, plan.unknown_parts))
        fix = "plan without it, with a Terraform that this project knows"
        raise NotAPlan(path, f"a plan with parts that no rule judges: {unknown}", fix)
