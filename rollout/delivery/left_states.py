"""Refuses a change that leaves behind a state with resources in it.

Without code, nothing plans or destroys what such a state holds. It continues to run and cost, and
keeps its names (docs/decisions/0145-let-code-go-after-its-state-is-empty.md).
"""

from collections.abc import Iterable

from pydantic import ValidationError

from pay.model.problem import InvalidInput, Problem
from rollout.delivery.terraform import Terraform
from rollout.plans.plan import PriorState

PAGE = "docs/tasks/remove-or-rename-a-service.md"
SHOWN = 3
"""Addresses in a message, which are enough to recognise the stack's content."""


def refuse_left_states(terraform: Terraform, stacks: Iterable[str]) -> None:
    """Look into the states of `stacks`; `terraform` runs in the code that still made them.

    Raises InvalidInput with every state that holds resources, or cannot be read and may hold
    some. Raises Failed when Terraform fails.
    """
    problems = [problem for id in sorted(stacks) if (problem := _problem(terraform, id))]
    if problems:
        raise InvalidInput(problems)


def _problem(terraform: Terraform, id: str) -> Problem | None:
    terraform.init(id)
    try:
        state = PriorState.model_validate_json(terraform.show(id))
    except ValidationError as error:
        return Problem(
            where=f"state of {id}",
            found=str(error).splitlines()[0],
            allowed="a state that `terraform show -json` can print",
        )
    resources = state.values.root_module.every_resource()
    if not (held := [each.address for each in resources if each.mode == "managed"]):
        return None
    others = f" and {len(held) - SHOWN} more" if len(held) > SHOWN else ""
    return Problem(
        where=id,
        found=f"{', '.join(held[:SHOWN])}{others} in its state, which the change leaves behind",
        allowed="a stack's code, or the place of its state, is deleted after its resources",
        fix=f"keep the code, destroy them first: {PAGE}",
    )
