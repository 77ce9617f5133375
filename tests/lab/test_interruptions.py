"""Terraform killed at random moments, AWS refusing at random: a re-run converges without a gap."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from pay.model import Stage, names
from sandbox.lab.findings import Finding
from sandbox.lab.interruptions import after_calls, after_writes, recover
from sandbox.lab.lab import Lab
from sandbox.lab.walk import Walk
from sandbox.lab.workshop import Kill, Killed
from sandbox.process import SandboxError
from tests.lab.conftest import ROLLED_BACK, SEED, Walks

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ROUND = (Stage.CANARY, Stage.CUTOVER, Stage.DETACHED, Stage.CUTOVER, Stage.READY)
"""From `ready` and back: updates of two weights in both directions, a delete and a create. What
lies between is left out: the records are written in the same way."""

FEWEST_CALLS, MOST_CALLS = 2, 20
"""An apply of the records makes more calls than that."""

Interrupted = Callable[[Walk, str], Awaitable[bool]]
"""Applies a stack, disturbed; whether it indeed was."""

FAULTS = {"throttle": 0.1, "error": 0.06, "lost": 0.06}


@pytest.fixture
def at_ready(lab: Lab, walks: Walks) -> None:
    """The service with its records at `ready`."""
    lab.workshop.place(ROLLED_BACK, Stage.READY)
    asyncio.run(lab.workshop.deploy(names.traffic_stack(lab.name, ROLLED_BACK)))


def test_a_kill_at_a_random_call_leaves_no_gap(lab: Lab, at_ready: None) -> None:
    dice = random.Random(SEED)

    async def interrupted(walk: Walk, stack: str) -> bool:
        calls = dice.randint(FEWEST_CALLS, MOST_CALLS)
        return await _is_killed(lab, stack, after_calls(lab.sandbox.server, calls))

    killed, found = asyncio.run(_round(lab, ROUND, interrupted))
    assert killed >= 1
    assert found == []


def test_a_kill_between_two_writes_leaves_no_gap(lab: Lab, at_ready: None) -> None:
    async def interrupted(walk: Walk, stack: str) -> bool:
        return await _is_killed(lab, stack, after_writes(walk.traffic.watch, walk.traffic.name, 1))

    killed, found = asyncio.run(_round(lab, (Stage.CANARY, Stage.READY), interrupted))
    assert killed == 2
    assert found == []


def test_a_kill_within_the_conversion_leaves_no_gap(lab: Lab, at_ready: None) -> None:
    """The simple record is a weighted one by then, under a key that the state does not know."""
    lab.workshop.place(ROLLED_BACK, Stage.DARK)
    asyncio.run(lab.workshop.deploy(names.traffic_stack(lab.name, ROLLED_BACK)))

    async def interrupted(walk: Walk, stack: str) -> bool:
        return await _is_killed(lab, stack, after_writes(walk.traffic.watch, walk.traffic.name, 1))

    killed, found = asyncio.run(_round(lab, (Stage.READY,), interrupted))
    assert killed == 1
    assert found == []


def test_throttling_errors_and_lost_answers_leave_no_gap(lab: Lab, at_ready: None) -> None:
    async def interrupted(walk: Walk, stack: str) -> bool:
        with faults(lab, SEED):
            with suppress(SandboxError):
                await lab.workshop.apply(stack)
            calls = lab.sandbox.server.administer("requests")
        return any(call["fault"] for call in calls)

    hit, found = asyncio.run(_round(lab, ROUND, interrupted))
    assert hit == len(ROUND)
    assert found == []


async def _round(
    lab: Lab, stages: tuple[Stage, ...], interrupted: Interrupted
) -> tuple[int, list[Finding]]:
    """How many moves were interrupted, and what clients and names suffered from it."""
    stack = names.traffic_stack(lab.name, ROLLED_BACK)
    count = 0
    async with lab.walking(ROLLED_BACK, lab.workshop.deploy) as walk:
        for stage in stages:
            lab.workshop.place(ROLLED_BACK, stage)
            await lab.workshop.synthesise(stack)
            count += await interrupted(walk, stack)
            await recover(lab, walk)
        plan = await lab.workshop.plan(stack)
        changes = [change["change"]["actions"] for change in plan["resource_changes"]]
        assert [actions for actions in changes if actions != ["no-op"]] == []
    return count, walk.findings()


async def _is_killed(lab: Lab, stack: str, kill: Kill) -> bool:
    try:
        await lab.workshop.apply(stack, kill=kill)
    except Killed:
        return True
    return False


@contextmanager
def faults(lab: Lab, seed: int) -> Iterator[None]:
    """The sandbox refuses calls at random; forgets those before."""
    server = lab.sandbox.server
    server.administer("requests", method="DELETE")
    server.administer("faults", method="POST", body={**FAULTS, "seed": seed})
    try:
        yield
    finally:
        server.administer("faults", method="POST", body={})
