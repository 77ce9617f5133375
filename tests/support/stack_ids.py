"""The ids of stacks that tests name; production code gets them from the table of kinds."""

from pay.model.stacks import PLATFORM


def platform_stack(environment: str) -> str:
    return PLATFORM.stack_id(environment)
