"""Finds the stack of a plan: its environment, its service and what the stack holds."""

from collections.abc import Mapping

from pay.model import Environment
from pay.model.stacks import OTHER, Stack, known_stacks
from pay.plans.plan_file import default_tags
from rollout.plans.plan import Plan


def stack_of(
    plan: Plan, environments: Mapping[str, Environment], *, file_name: str, folder_name: str
) -> Stack:
    """Return the stack of a plan, by the tag `Stack` that its provider puts on everything. Without
    it, the name of the plan's file or folder decides (`<stack>.json`, `<stack>/plan.json`).

    Raises LookupError with the reason when these name no stack, or more than one.
    """
    known = known_stacks(environments)
    named = [name for name in (file_name.split(".")[0], folder_name) if name in known][:1]
    tags = default_tags(plan.configuration.provider_config)
    candidates = {tag["Stack"] for tag in tags if "Stack" in tag} or set(named)
    if not candidates:
        raise LookupError(
            "no tag Stack among the provider's default_tags, and the file is not named for a stack"
        )
    if len(candidates) > 1:
        raise LookupError(f"default_tags name several stacks: {', '.join(sorted(candidates))}")
    id = candidates.pop()
    if named and named != [id]:
        raise LookupError(f"the file is named for {named[0]}, its default_tags for {id}")
    return known.get(id) or _other(id, tags, environments)


def _other(
    id: str, tags: list[Mapping[str, str]], environments: Mapping[str, Environment]
) -> Stack:
    """Return a stack of another kind, in an environment that has a file."""
    environment = next((tag["Environment"] for tag in tags if "Environment" in tag), "")
    if environment not in environments:
        raise LookupError(
            f"stack {id} belongs to environment {environment or '(none)'}, which has no file; "
            f"there are: {', '.join(sorted(environments)) or 'none'}"
        )
    service = next((tag["Service"] for tag in tags if "Service" in tag), None)
    if service is None:
        return Stack(id, OTHER, environment, (environment,))
    raise LookupError(
        f"stack {id} is not a known stack of service {service}"
        if service in environments[environment].services
        else f"stack {id} belongs to service {service}, which environment {environment} does not "
        "list"
    )
