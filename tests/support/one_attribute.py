"""Plans in which nothing changes but one attribute of one resource, to another legal value."""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rollout.plans.plan import Plan, ResourceChange
from stacks.made_from import SCHEMA
from tests.conftest import ROOT
from tests.support.plans import Json

_SCHEMAS: Mapping[str, Json] = json.loads((ROOT / SCHEMA).read_text())["resource_schemas"]

_WORDS = (
    ("ENABLED", "DISABLED"),
    ("enabled", "disabled"),
    ("true", "false"),
    ("EC2", "FARGATE"),
    ("breaching", "notBreaching", "missing", "ignore"),
    ("evaluate", "ignore"),
    ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold"),
    ("LessThanThreshold", "LessThanOrEqualToThreshold"),
    ("LATEST", "1.4.0"),
    ("SERVICE", "TASK_DEFINITION"),
    ("defensive", "monitor", "strictest"),
    ("m7g.2xlarge", "m7g.4xlarge", "m7g.xlarge"),
)
"""Values of text attributes that stand for each other; other text gets an ending."""

Step = str | int


@dataclass(frozen=True)
class Changed:
    """One attribute with another value."""

    type: str
    attribute: str
    """As the table of harmless changes writes it."""
    plan: Plan
    address: str


def settled(plan: Plan) -> Plan:
    """The plan once it is applied: everything exists, and nothing changes."""
    kept = [change for change in plan.managed if not change.is_removed]
    changes = tuple(_unchanged(change, change.change.before or change.after) for change in kept)
    return plan.model_copy(update={"resource_changes": changes, "resource_drift": ()})


def one_attribute_changed(plan: Plan) -> Iterator[Changed]:
    """Every plan that a settled one becomes by another value of one attribute in use."""
    for index, change in enumerate(plan.resource_changes):
        block = _SCHEMAS[change.type]["block"]
        for path, value in _other_values(block, change.before, ()):
            after = copy.deepcopy(change.before)
            parent: Any = after
            for step in path[:-1]:
                parent = parent[step]
            parent[path[-1]] = value
            changes = list(plan.resource_changes)
            changes[index] = _updated(change, after)
            yield Changed(
                change.type,
                ".".join(step for step in path if isinstance(step, str)),
                plan.model_copy(update={"resource_changes": tuple(changes)}),
                change.address,
            )


def attributes_in_use(plan: Plan) -> set[tuple[str, str]]:
    """Type and attribute of all that can be written and has a value, but documents: those have
    tests of their own.
    """
    return {
        (change.type, ".".join(step for step in path if isinstance(step, str)))
        for change in plan.resource_changes
        for path, _ in _other_values(_SCHEMAS[change.type]["block"], change.before, ())
    }


def _unchanged(change: ResourceChange, values: Json) -> ResourceChange:
    same = change.change.model_copy(
        update={
            **{"actions": ("no-op",), "before": values, "after": values, "importing": None},
            **{"after_unknown": False, "replace_paths": ()},
        }
    )
    return change.model_copy(update={"change": same, "previous_address": None})


def _updated(change: ResourceChange, after: Json) -> ResourceChange:
    is_revision = change.type == "aws_ecs_task_definition"
    actions = ("create", "delete") if is_revision else ("update",)
    new = change.change.model_copy(update={"actions": actions, "after": after})
    return change.model_copy(update={"change": new})


def _other_values(
    block: Json, values: Json, path: tuple[Step, ...]
) -> Iterator[tuple[tuple[Step, ...], Any]]:
    for name, schema in block.get("attributes", {}).items():
        is_computed = schema.get("computed") and not schema.get("optional")
        if not is_computed and name not in ("id", "tags_all") and values.get(name) is not None:
            for other in _others(values[name]):
                yield (*path, name), other
    for name, schema in block.get("block_types", {}).items():
        inner = values.get(name)
        if isinstance(inner, list) and inner:
            yield (*path, name), inner[:-1]
            for index, each in enumerate(inner):
                yield from _other_values(schema["block"], each, (*path, name, index))
        elif isinstance(inner, dict):
            yield from _other_values(schema["block"], inner, (*path, name))


def _others(value: Any) -> Sequence[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1, value * 2 + 1, *([value - 1, 0] if value > 0 else [])]
    if isinstance(value, list):
        is_named = value and isinstance(value[0], str) and value[0].startswith("arn:")
        other = f"{value[0]}-another" if is_named else "another"
        return [[*value, other], *([value[1:], [other, *value[1:]]] if value else [])]
    if isinstance(value, dict):
        return [{**value, "another": "value"}, *([{}] if value else [])]
    if value[:1] in ("{", "["):
        return []
    if value.isdecimal():
        return [str(other) for other in _others(int(value))]
    same = [word for words in _WORDS if value in words for word in words if word != value]
    return same or [f"{value}-another"]
