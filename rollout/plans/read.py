"""Reads plan files: every mistake of every file at once, or all plans."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pay.model import Environment
from pay.model.problem import InvalidInput, Problem
from pay.model.stacks import Stack
from pay.plans.plan_file import ALLOWED, NotAPlan, how_to_write, read_plan_file
from rollout.plans.plan import Plan
from rollout.plans.stack import stack_of


@dataclass(frozen=True)
class StackPlan:
    """The plan of one stack."""

    path: Path
    sha256: str
    """The digest of the file that was judged. What is applied must be the same plan."""
    stack: Stack
    plan: Plan
    unknown_parts: tuple[str, ...] = ()
    """The parts of the file that are not read here, in words. No rule judges them."""


def read_plans(
    paths: Iterable[Path], environments: Mapping[str, Environment]
) -> tuple[StackPlan, ...]:
    """Return the plans in the files, in the order of their stacks' ids.

    Raises InvalidInput with every mistake of every file. A mistake is a file that is not JSON or
    not a plan, or a plan that contradicts itself. A stack that is not clear, or is given twice, is
    one, too.
    """
    plans: dict[str, StackPlan] = {}
    problems: list[Problem] = []
    for path in paths:
        try:
            plan = _read(path, environments)
        except InvalidInput as error:
            problems += error.problems
            continue
        if other := plans.get(plan.stack.id):
            problems.append(
                Problem(
                    where=str(path),
                    found=f"stack {plan.stack.id} again",
                    allowed=f"one plan of a stack; {other.path} is one already",
                )
            )
        plans[plan.stack.id] = plan
    if problems:
        raise InvalidInput(problems)
    return tuple(plans[id] for id in sorted(plans))


def _read(path: Path, environments: Mapping[str, Environment]) -> StackPlan:
    allowed, fix = ALLOWED, how_to_write(path)
    try:
        file = read_plan_file(path)
        plan = Plan.model_validate(file.document)
        stack = stack_of(
            plan, environments, file_name=path.name, folder_name=path.resolve().parent.name
        )
    except NotAPlan as error:
        mistakes, fix = [("", error.content)], error.fix
    except ValidationError as error:
        mistakes = [(".".join(map(str, e["loc"])), e["msg"]) for e in error.errors()]
    except LookupError as error:
        mistakes, allowed = [("", str(error.args[0]))], "the plan of one stack of an environment"
    else:
        return StackPlan(path, file.sha256, stack, plan, file.unknown_parts)
    raise InvalidInput(
        Problem(where=str(path), key=key, found=mistake, allowed=allowed, fix=fix)
        for key, mistake in mistakes
    )
