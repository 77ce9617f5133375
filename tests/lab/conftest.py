"""Two labs for all tests in this folder, because an estate takes a minute to deploy: one for the
walks, one for tests that break what they use. They run side by side.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import pytest

from lab.judged import Incident
from lab.lab import Lab
from lab.pace import Pace
from lab.walk import Deploy, Walk, back_from_each_stage
from pay.model import Environment, Ladder, Stage
from sandbox.instance import Sandbox
from sandbox.settings import SandboxSettings
from tests.lab.existing import Inventory, inventory

MOVED = "connector"
ROLLED_BACK = "cardid"
"""The service with the fewest resources."""

INTERRUPTED = "publicauth"
"""It stays at `legacy` until tests create and delete its sides, both with interruptions."""

ENVIRONMENT = "sandbox"
INCIDENT = Incident(Stage.CANARY, 0.5)
"""A large fault, early: the way back to `ready` and on is the shortest there."""

PACE = Pace(200)
SEED = 20


class Walks(NamedTuple):
    """Both walks, at the end of each."""

    moved: Walk
    rolled_back: Walk


SETTINGS = SandboxSettings(wait_for_dns_changes=False)


@pytest.fixture(scope="session")
def sandbox(environments: Mapping[str, Environment]) -> Iterator[Sandbox]:
    """Return a sandbox with the estate that exists before any deployment."""
    with Sandbox(environments[ENVIRONMENT], settings=SETTINGS) as running:
        yield running


@pytest.fixture(scope="session")
def existing(sandbox: Sandbox) -> Inventory:
    """Return the inventory of that estate; `lab` requests it before the first deployment."""
    return inventory(sandbox)


@pytest.fixture(scope="session")
def lab(sandbox: Sandbox, existing: Inventory, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """Return a lab with deployed services, before any move."""
    deployed = Lab(tmp_path_factory.mktemp("lab"), sandbox, pace=PACE, seed=SEED)
    asyncio.run(deployed.prepare({MOVED: Stage.LEGACY, ROLLED_BACK: Stage.DARK}))
    return deployed


@pytest.fixture(scope="session")
def broken_lab(
    environments: Mapping[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lab]:
    """Return a lab whose sandbox may hold or refuse any call: no walk goes on in it meanwhile."""
    with Sandbox(environments[ENVIRONMENT], settings=SETTINGS) as sandbox:
        deployed = Lab(tmp_path_factory.mktemp("lab"), sandbox, pace=PACE, seed=SEED)
        asyncio.run(deployed.prepare({ROLLED_BACK: Stage.READY, INTERRUPTED: Stage.LEGACY}))
        yield deployed


@pytest.fixture(scope="session")
def walks(lab: Lab) -> Walks:
    """Walk both services at the same time, which saves half of the waiting."""
    return asyncio.run(_walk(lab))


async def _walk(lab: Lab) -> Walks:
    async with asyncio.TaskGroup() as group:
        moved = group.create_task(_go_by_the_judge(lab))
        rolled_back = group.create_task(
            _go(lab, ROLLED_BACK, lab.workshop.deploy, back_from_each_stage)
        )
    return Walks(moved.result(), rolled_back.result())


async def _go_by_the_judge(lab: Lab) -> Walk:
    async with lab.judged(MOVED, lab.workshop.cdktf_deploy) as judged:
        await judged.go(INCIDENT)
    return judged.walk


async def _go(
    lab: Lab, service: str, deploy: Deploy, route: Callable[[Ladder], tuple[Stage, ...]]
) -> Walk:
    """Walk one service; its clients end with it."""
    async with lab.walking(service, deploy) as walk:
        await walk.measure()
        await walk.go(route(walk.ladder))
    return walk
