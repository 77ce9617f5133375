"""The lab finds what is done wrong: a lab that never fails proves nothing."""

import asyncio
import time

import pytest

from lab.findings import Fault
from lab.lab import Lab
from lab.walk import Walk
from pay.model import Side, Stage, names
from tests.lab.conftest import ROLLED_BACK, Walks
from tests.lab.mutations import MUTATIONS, Mutation

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

CLIENTS_NOTICE_SECONDS = 60.0
"""At most, on a busy machine: a client comes when its cache and its connection have ended."""

OF_CAPACITY = {Fault.NO_CAPACITY, Fault.DESTROYED_TOO_SOON}


@pytest.mark.parametrize(
    ("mutation", "start", "expected"), MUTATIONS, ids=[m[0].__name__ for m in MUTATIONS]
)
def test_the_lab_finds(
    lab: Lab, walks: Walks, mutation: Mutation, start: Stage, expected: frozenset[Fault]
) -> None:
    found = asyncio.run(_mutated(lab, mutation, start, expected))
    assert expected <= found


async def _mutated(
    lab: Lab, mutation: Mutation, start: Stage, expected: frozenset[Fault]
) -> set[Fault]:
    """The kinds of findings of a move that starts at a stage and is done wrong."""
    lab.workshop.place(ROLLED_BACK, start)
    await lab.workshop.deploy(names.traffic_stack(lab.name, ROLLED_BACK))
    async with lab.walking(ROLLED_BACK, lab.workshop.deploy) as walk:
        await walk.measure()
        # Before the mutation all is well: the finding is the mutation's.
        assert walk.findings() == []
        try:
            await mutation(lab, walk)
            return await _found(walk, expected)
        finally:
            if expected & OF_CAPACITY:
                # Whole again for the next one.
                lab.workshop.place(ROLLED_BACK, start)
                await lab.workshop.deploy(names.side_stack(lab.name, ROLLED_BACK, Side.EC2))


async def _found(walk: Walk, expected: frozenset[Fault]) -> set[Fault]:
    """The kinds of findings when all that are expected are there, or nothing more will come."""
    deadline = time.monotonic() + CLIENTS_NOTICE_SECONDS
    while True:
        await walk.traffic.watch.catch_up()
        found = {finding.fault for finding in walk.findings()}
        if expected <= found or time.monotonic() > deadline:
            return found
        await asyncio.sleep(0.2)
