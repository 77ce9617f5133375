"""Which stack a plan is of: its environment, its service and what the stack holds."""

from collections.abc import Mapping

from pay.model import Environment
from pay.model.stacks import OTHER, Stack, known_stacks
from pay.plans.plan_file import default_tags
from rollout.plans.plan import Plan


def stack_of(
    plan: Plan, environments: Mapping[str, Environment], *, file_name: str, folder_name: str
) -> Stack:
    """The stack of a plan, by the tag `Stack` that its provider puts on everything; without it, by
    the name of the plan's file or folder (`<stack>.json`, `<stack>/plan.json`).

    Raises LookupError with the reason when that leaves it open.
    """
    known = known_stacks(environments)
    named = [name for name in (file_name.split(".")[0], folder_name) if name in known]
    tags = default_tags(plan.configuration.provider_config)
    tagged = {tag["Stack"] for tag in tags if "Stack" in tag}
    candidates = tagged or set(named[:1])
    if not candidates:
        raise LookupError(
            "no tag Stack among the provider's default_tags, and the file's name is no stack's"
        )
    if len(candidates) > 1:
        raise LookupError(f"default_tags name several stacks: {', '.join(sorted(candidates))}")
    id = candidates.pop()
    if named and named[0] != id:
        raise LookupError(f"the file is named for {named[0]}, its default_tags for {id}")
    return known.get(id) or _other(id, tags, environments)


def _other(
    id: str, tags: list[Mapping[str, str]], environments: Mapping[str, Environment]
) -> Stack:
    """A stack of another kind, in an environment that has a file."""
    environment = next((tag["Environment"] for tag in tags if "Environment" in tag), "")
    if environment not in environments:
        raise LookupError(
            f"stack {id} is of environment {environment or '(none)'}, which has no file; "
            f"there are: {', '.join(sorted(environments)) or 'none'}"
        )
    service = next((tag["Service"] for tag in tags if "Service" in tag), None)
    if service is not None:
        raise LookupError(
            f"stack {id} is of service {service}, which environment {environment} does not list"
            if service not in environments[environment].services
            else f"stack {id} is no known stack of service {service}"
        )
    return Stack(id, OTHER, environment, (environment,))
