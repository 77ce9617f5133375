"""The order in which stacks are applied, from the turns of their kinds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import groupby

from pay.model.stacks import Stack


def in_turns(stacks: Iterable[Stack]) -> tuple[tuple[Stack, ...], ...]:
    """Return the stacks of each turn; those of one turn can be applied at the same time."""

    def turn(stack: Stack) -> int:
        return stack.kind.turn

    return tuple(tuple(group) for _, group in groupby(sorted(stacks, key=turn), turn))


def dependencies(stacks: Iterable[Stack]) -> Mapping[str, tuple[str, ...]]:
    """Return stack id -> the ids of the stacks beside it that have the nearest earlier turn.

    Linear in the stacks, because it never compares stacks of two services.
    """
    shared: dict[str, list[Stack]] = defaultdict(list)
    by_service: dict[str, dict[str | None, list[Stack]]] = defaultdict(lambda: defaultdict(list))
    stacks = tuple(stacks)
    for stack in stacks:
        for environment in stack.environments:
            if stack.kind.is_shared:
                shared[environment].append(stack)
            else:
                by_service[environment][stack.service].append(stack)

    def beside(stack: Stack) -> Iterable[Stack]:
        for environment in stack.environments:
            yield from shared[environment]
            services = by_service[environment]
            for service in services if stack.kind.is_shared else (stack.service,):
                yield from services[service]

    return {stack.id: _nearest_before(stack, beside(stack)) for stack in stacks}


def _nearest_before(stack: Stack, others: Iterable[Stack]) -> tuple[str, ...]:
    earlier = {each.id: each.kind.turn for each in others if each.kind.turn < stack.kind.turn}
    nearest = max(earlier.values(), default=None)
    return tuple(id for id, turn in earlier.items() if turn == nearest)
