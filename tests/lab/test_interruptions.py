"""Terraform killed at random moments, AWS refusing at random: a re-run converges without a gap."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count

import pytest

from lab.findings import Finding
from lab.interruptions import WRITES_OF_RECORDS, at_call, recover
from lab.lab import Lab
from lab.workshop import Kill, Killed
from pay.model import Side, Stage, names
from sandbox.server.process import SandboxError
from tests.lab.conftest import INTERRUPTED, ROLLED_BACK, SEED, Walks

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ROUND = (Stage.CANARY, Stage.CUTOVER, Stage.DETACHED, Stage.CUTOVER, Stage.READY)
"""From `ready` and back: updates of two weights in both directions, a delete and a create. What
lies between is left out: the records are written in the same way."""

RECORDS = (range(2, 5), range(5, 8), range(8, 11), range(11, 14), range(14, 17))
"""An apply of the records makes 16 calls to 24, the last of them writes: a kill in each part."""

CREATING = (30, 62)
"""The calls between the first resource of a Fargate side and the load balancer being there, for
which Terraform waits half a minute."""

DESTROYING = (37, 46)
"""The calls between the first resource of a side that goes and the middle of them."""

FAULTS = {"throttle": 0.06, "error": 0.04, "lost": 0.04}
"""The chances of each call. An apply of the records meets two or three, one of a side a dozen."""

EARLY = 22
"""A seed with which faults meet the third call and the sixth: of a side of which a killed apply has
left next to nothing, the one after makes few."""

Interrupted = Callable[[str], Awaitable[bool]]
"""Applies a stack, disturbed; whether it indeed was."""


@pytest.fixture
def at_ready(lab: Lab, walks: Walks) -> None:
    """The service with its records at `ready`."""
    lab.workshop.place(ROLLED_BACK, Stage.READY)
    asyncio.run(lab.workshop.deploy(names.traffic_stack(lab.name, ROLLED_BACK)))


def test_a_kill_at_a_random_call_leaves_no_gap(lab: Lab, at_ready: None) -> None:
    dice, parts = random.Random(SEED), iter(RECORDS)

    async def interrupted(stack: str) -> bool:
        return await _is_killed(lab, stack, at_call(lab.sandbox.server, dice.choice(next(parts))))

    killed, found = asyncio.run(_round(lab, ROUND, interrupted))
    assert killed == [True] * len(ROUND)
    assert found == []


@pytest.mark.parametrize("write", [1, 2])
def test_a_kill_after_a_write_leaves_no_gap(lab: Lab, at_ready: None, write: int) -> None:
    """Between both writes, and before the second is noted in the state."""

    async def interrupted(stack: str) -> bool:
        return await _is_killed(lab, stack, at_call(lab.sandbox.server, write, WRITES_OF_RECORDS))

    killed, found = asyncio.run(_round(lab, (Stage.CANARY, Stage.READY), interrupted))
    assert killed == [True, True]
    assert found == []


@pytest.mark.parametrize("write", [1, 2])
def test_a_kill_within_the_conversion_leaves_no_gap(lab: Lab, at_ready: None, write: int) -> None:
    """The simple record is a weighted one by then, under a key that the state does not know; after
    the second write there is a record that the state does not know at all.
    """
    lab.workshop.place(ROLLED_BACK, Stage.DARK)
    asyncio.run(lab.workshop.deploy(names.traffic_stack(lab.name, ROLLED_BACK)))

    async def interrupted(stack: str) -> bool:
        return await _is_killed(lab, stack, at_call(lab.sandbox.server, write, WRITES_OF_RECORDS))

    killed, found = asyncio.run(_round(lab, (Stage.READY,), interrupted))
    assert killed == [True]
    assert found == []


def test_throttling_errors_and_lost_answers_leave_no_gap(lab: Lab, at_ready: None) -> None:
    seeds = count(SEED)

    async def interrupted(stack: str) -> bool:
        return await _is_disturbed(lab, stack, next(seeds))

    hit, found = asyncio.run(_round(lab, ROUND, interrupted))
    assert hit == [True] * len(ROUND)
    assert found == []


def test_a_fargate_side_whose_making_is_interrupted_is_completed(lab: Lab, walks: Walks) -> None:
    found = asyncio.run(_interrupt_side(lab, Side.FARGATE, Stage.DARK, CREATING))
    assert found == (True, True, [])


def test_an_ec2_side_whose_end_is_interrupted_goes_without_a_gap(lab: Lab, walks: Walks) -> None:
    """Of the service of the test before, whose Fargate side is made here when that did not run."""
    lab.workshop.place(INTERRUPTED, Stage.DARK)
    asyncio.run(lab.workshop.deploy(names.side_stack(lab.name, INTERRUPTED, Side.FARGATE)))
    # No client is there yet: the stages between are the walks'.
    for stage in (Stage.READY, Stage.DETACHED):
        lab.workshop.place(INTERRUPTED, stage)
        asyncio.run(lab.workshop.deploy(names.traffic_stack(lab.name, INTERRUPTED)))
    balancer = names.load_balancer(lab.name, INTERRUPTED, Side.EC2)
    unprotect(lab, balancer)
    found = asyncio.run(_interrupt_side(lab, Side.EC2, Stage.RETIRED, DESTROYING))
    assert found == (True, True, [])
    state = lab.workshop.state(names.side_stack(lab.name, INTERRUPTED, Side.EC2))
    assert json.loads(state.read_text())["resources"] == []
    left = lab.sandbox.client("elbv2").describe_load_balancers()["LoadBalancers"]
    assert balancer not in [found["LoadBalancerName"] for found in left]


async def _interrupt_side(
    lab: Lab, side: Side, stage: Stage, calls: tuple[int, int]
) -> tuple[bool, bool, list[Finding]]:
    """Moves to `stage`, which makes a side or destroys it. Whether the first apply was killed,
    whether a fault met the second, and what clients suffered; the third is the operator's.
    """
    stack = names.side_stack(lab.name, INTERRUPTED, side)
    async with lab.walking(INTERRUPTED, lab.workshop.deploy) as walk:
        await walk.measure()
        lab.workshop.place(INTERRUPTED, stage)
        await lab.workshop.synthesise(stack)
        moment = at_call(lab.sandbox.server, random.Random(SEED).randint(*calls))
        killed = await _is_killed(lab, stack, moment)
        disturbed = await _is_disturbed(lab, stack, EARLY)
        await recover(lab, stack)
    assert await _changes(lab, stack) == []
    return killed, disturbed, walk.findings()


def unprotect(lab: Lab, balancer: str) -> None:
    """What the apply of the EC2 stack at `detached` does, for which the provider waits half a
    minute; the walks do it by Terraform.
    """
    elb = lab.sandbox.client("elbv2")
    [found] = elb.describe_load_balancers(Names=[balancer])["LoadBalancers"]
    attribute = {"Key": "deletion_protection.enabled", "Value": "false"}
    elb.modify_load_balancer_attributes(
        LoadBalancerArn=found["LoadBalancerArn"], Attributes=[attribute]
    )


async def _round(
    lab: Lab, stages: tuple[Stage, ...], interrupted: Interrupted
) -> tuple[list[bool], list[Finding]]:
    """Which moves were interrupted, and what clients and names suffered from it."""
    stack = names.traffic_stack(lab.name, ROLLED_BACK)
    interruptions = []
    async with lab.walking(ROLLED_BACK, lab.workshop.deploy) as walk:
        for stage in stages:
            lab.workshop.place(ROLLED_BACK, stage)
            await lab.workshop.synthesise(stack)
            interruptions.append(await interrupted(stack))
            await recover(lab, stack)
        assert await _changes(lab, stack) == []
    return interruptions, walk.findings()


async def _is_killed(lab: Lab, stack: str, kill: Kill) -> bool:
    try:
        await lab.workshop.apply(stack, kill=kill)
    except Killed:
        return True
    return False


async def _is_disturbed(lab: Lab, stack: str, seed: int) -> bool:
    """Whether a fault met the apply, which may be through all the same."""
    with faults(lab, seed):
        with suppress(SandboxError):
            await lab.workshop.apply(stack)
        calls = lab.sandbox.server.administer("requests")
    return any(call["fault"] for call in calls)


async def _changes(lab: Lab, stack: str) -> list[list[str]]:
    """What Terraform would still do."""
    plan = await lab.workshop.plan(stack)
    changes = [change["change"]["actions"] for change in plan.get("resource_changes", [])]
    return [actions for actions in changes if actions != ["no-op"]]


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
