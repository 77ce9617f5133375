"""The ids of stacks that tests name; production code gets them from the table of kinds."""

from pay.model import Side
from pay.model.stack_kind import StackKind
from pay.model.stacks import KINDS, PLATFORM


def side_kind(side: Side) -> StackKind:
    [kind] = [kind for kind in KINDS if kind.side is side]
    return kind


def platform_stack(environment: str) -> str:
    return PLATFORM.stack_id(environment)


def side_stack(environment: str, service: str, side: Side) -> str:
    return side_kind(side).stack_id(environment, service)
