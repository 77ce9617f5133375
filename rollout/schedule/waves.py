"""The services that move together, in waves by the call graph.

Leaves come first, so a service moves after those it calls. An error on the way to a called service
is then known before its callers move. The cardholder data environment moves last, with all lessons
learnt. The first wave of an environment is one service, the pilot.
"""

from collections.abc import Mapping
from graphlib import TopologicalSorter

from pay.model import Scope, Stage
from pay.model.service.call_graph import Catalogue, neighbours


def waves(
    stages: Mapping[str, Stage], catalogue: Catalogue, max_in_flight: int
) -> list[tuple[str, ...]]:
    """Return the services that have not begun to move, in waves. A wave has at most `max_in_flight`
    services and no two neighbours.
    """
    waiting = {name for name, stage in stages.items() if stage is Stage.LEGACY}
    is_first = waiting == set(stages)
    heights = _heights(catalogue)
    result: list[tuple[str, ...]] = []
    while waiting:
        size = 1 if is_first and not result else max_in_flight
        wave: list[str] = []
        for name in sorted(_may_move(waiting, catalogue), key=lambda n: (heights[n], n)):
            if len(wave) < size and not neighbours(catalogue, name).intersection(wave):
                wave.append(name)
        result.append(tuple(wave))
        waiting -= set(wave)
    return result


def under_way(stages: Mapping[str, Stage], catalogue: Catalogue) -> list[tuple[str, ...]]:
    """Return the services that have begun to move and are not done. Of two neighbours, the one that
    is further on ends first. Its group comes before the other's.
    """
    begun = [name for name, s in stages.items() if s not in (Stage.LEGACY, Stage.RETIRED)]
    groups: list[list[str]] = []
    for name in sorted(begun, key=lambda n: -stages[n].position):
        near = neighbours(catalogue, name)
        conflicts = [n for n, group in enumerate(groups) if near.intersection(group)]
        place = conflicts[-1] + 1 if conflicts else 0
        if place == len(groups):
            groups.append([])
        groups[place].append(name)
    return [tuple(sorted(group)) for group in groups]


def _may_move(waiting: set[str], catalogue: Catalogue) -> set[str]:
    """Return the services whose turn it is: outside the CDE first, callers after the called."""
    outside = {name for name in waiting if catalogue[name].scope is not Scope.INSIDE}
    group = outside or waiting
    return {name for name in group if not group.intersection(catalogue[name].called)}


def _heights(catalogue: Catalogue) -> dict[str, int]:
    """Return service -> the longest chain of calls below it: 0 for one that calls nothing."""
    heights: dict[str, int] = {}
    called = {name: service.called for name, service in catalogue.items()}
    for name in TopologicalSorter(called).static_order():
        heights[name] = 1 + max((heights[each] for each in called[name]), default=-1)
    return heights
