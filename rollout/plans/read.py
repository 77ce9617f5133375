"""Reads plan files: every mistake of every file at once, or all plans."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pay.model import Environment
from pay.model.problem import InvalidInput, Problem
from pay.model.stacks import Stack
from rollout.plans.plan import Plan
from rollout.plans.stack import stack_of

HOW = "write it with: terraform show -json PLANFILE > {name}.json"


@dataclass(frozen=True)
class StackPlan:
    """The plan of one stack."""

    path: Path
    sha256: str
    """The digest of the file that was judged: what is applied must be the same plan."""
    stack: Stack
    plan: Plan


def read_plans(
    paths: Iterable[Path], environments: Mapping[str, Environment]
) -> tuple[StackPlan, ...]:
    """The plans in the files, in the order of their stacks' ids.

    Raises InvalidInput with every mistake of every file: not JSON, not a plan, a plan that
    contradicts itself, a stack that cannot be told, a stack given twice.
    """
    plans: dict[str, StackPlan] = {}
    problems: list[Problem] = []
    for path in paths:
        try:
            found = _read(path, environments)
        except InvalidInput as error:
            problems += error.problems
            continue
        if other := plans.get(found.stack.id):
            problems.append(
                Problem(
                    where=str(path),
                    found=f"stack {found.stack.id} again",
                    allowed=f"one plan of a stack; {other.path} is one already",
                )
            )
        plans[found.stack.id] = found
    if problems:
        raise InvalidInput(problems)
    return tuple(plans[id] for id in sorted(plans))


def _read(path: Path, environments: Mapping[str, Environment]) -> StackPlan:
    def refuse(found: str, *, key: str = "", allowed: str = "a Terraform plan as JSON") -> Problem:
        return Problem(
            where=str(path),
            key=key,
            found=found,
            allowed=allowed,
            fix=HOW.format(name=path.stem),
        )

    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInput([refuse(error.strerror or "no readable file")]) from None
    if content.startswith(b"PK"):
        raise InvalidInput([refuse("the plan file itself, which is binary")])
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise InvalidInput([refuse("no JSON")]) from None
    if not isinstance(document, dict) or "format_version" not in document:
        raise InvalidInput([refuse("JSON that is no plan")])
    if "planned_values" not in document and "values" in document:
        raise InvalidInput([refuse("a state, not a plan")])
    try:
        plan = Plan.model_validate(document)
    except ValidationError as error:
        raise InvalidInput(
            refuse(e["msg"], key=".".join(map(str, e["loc"]))) for e in error.errors()
        ) from None
    try:
        stack = stack_of(
            plan, environments, file_name=path.name, folder_name=path.resolve().parent.name
        )
    except LookupError as error:
        raise InvalidInput(
            [refuse(str(error.args[0]), allowed="the plan of one stack of an environment")]
        ) from None
    return StackPlan(path, hashlib.sha256(content).hexdigest(), stack, plan)
