"""The lab detects each wrong move: a lab that never fails proves nothing."""

import asyncio
import time

import pytest

from lab.findings import LabFault
from lab.lab import Lab
from lab.walk import Walk
from pay.model import Side, Stage
from pay.model.stacks import side_stack, traffic_stack
from tests.lab.conftest import ROLLED_BACK
from tests.lab.mutations import MUTATIONS, Mutation

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

CLIENTS_NOTICE_SECONDS = 60.0
"""The time limit on a busy machine: clients follow when their caches and connections expire."""

OF_CAPACITY = {LabFault.NO_CAPACITY, LabFault.DESTROYED_TOO_SOON}


@pytest.fixture
def lab(broken_lab: Lab) -> Lab:
    return broken_lab


@pytest.mark.parametrize(
    ("mutation", "start", "expected"), MUTATIONS, ids=[m[0].__name__ for m in MUTATIONS]
)
def test_the_lab_finds(
    lab: Lab, mutation: Mutation, start: Stage, expected: frozenset[LabFault]
) -> None:
    faults = asyncio.run(_mutated(lab, mutation, start, expected))
    assert expected <= faults


async def _mutated(
    lab: Lab, mutation: Mutation, start: Stage, expected: frozenset[LabFault]
) -> set[LabFault]:
    """Return the faults of a wrong move that starts at a stage."""
    lab.workshop.place(ROLLED_BACK, start)
    await lab.workshop.deploy(traffic_stack(lab.name, ROLLED_BACK))
    async with lab.walking(ROLLED_BACK, lab.workshop.deploy) as walk:
        await walk.measure()
        # There are no findings before the mutation.
        assert walk.findings() == []
        try:
            await mutation(lab, walk)
            return await _faults(walk, expected)
        finally:
            if expected & OF_CAPACITY:
                # Restore the side for the next mutation.
                lab.workshop.place(ROLLED_BACK, start)
                await lab.workshop.deploy(side_stack(lab.name, ROLLED_BACK, Side.EC2))


async def _faults(walk: Walk, expected: frozenset[LabFault]) -> set[LabFault]:
    """Return the faults when all expected ones are there, or after the time limit."""
    deadline = time.monotonic() + CLIENTS_NOTICE_SECONDS
    while True:
        await walk.traffic.feed.catch_up()
        faults = {finding.fault for finding in walk.findings()}
        if expected <= faults or time.monotonic() > deadline:
            return faults
        await asyncio.sleep(0.2)
