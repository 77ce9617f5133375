"""Kills Terraform and fails AWS calls at random; a second run converges without a gap."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count

import pytest

from lab.findings import LabFinding
from lab.lab import Lab
from pay.model import Side, Stage, names
from pay.model.stacks import side_stack, traffic_stack
from sandbox.server.process import SandboxError
from tests.lab.conftest import INTERRUPTED, ROLLED_BACK, SEED
from tests.lab.interruptions import WRITES_OF_RECORDS, at_call, is_killed, plan, recover

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ROUND = (Stage.CANARY, Stage.CUTOVER, Stage.DETACHED, Stage.CUTOVER, Stage.READY)
"""From `ready` and back: updates of two weights in both directions, a delete and a create. The
stages between are omitted, because they write records in the same way."""

RECORDS = (range(2, 5), range(5, 8), range(8, 11), range(11, 14), range(14, 17))
"""An apply of the records makes 16 to 24 calls, ending with the writes: one kill in each part."""

CREATING = (30, 62)
"""The calls from the first resource of a Fargate side to its load balancer, for which Terraform
waits half a minute."""

DESTROYING = (37, 46)
"""The calls from the first deleted resource of a side to the middle of them."""

FAULTS = {"throttle": 0.06, "error": 0.04, "lost": 0.04}
"""The probabilities per call. An apply of the records meets two or three, one of a side twelve."""

EARLY = 22
"""A seed with faults at the third and the sixth call. After a killed apply of a side, the next
apply makes few calls."""

Interrupted = Callable[[str], Awaitable[bool]]
"""Applies a stack with an interruption, and returns whether it happened."""


@pytest.fixture
def lab(broken_lab: Lab) -> Lab:
    return broken_lab


@pytest.fixture
def at_ready(lab: Lab) -> None:
    """Deploy the records of the service at `ready`."""
    lab.workshop.place(ROLLED_BACK, Stage.READY)
    asyncio.run(lab.workshop.deploy(traffic_stack(lab.name, ROLLED_BACK)))


def test_a_kill_at_a_random_call_leaves_no_gap(lab: Lab, at_ready: None) -> None:
    dice, parts = random.Random(SEED), iter(RECORDS)

    async def interrupted(stack: str) -> bool:
        return await is_killed(lab, stack, at_call(lab.sandbox.server, dice.choice(next(parts))))

    killed, findings = asyncio.run(_round(lab, ROUND, interrupted))
    assert killed == [True] * len(ROUND)
    assert findings == []


@pytest.mark.parametrize("write", [1, 2])
def test_a_kill_after_a_write_leaves_no_gap(lab: Lab, at_ready: None, write: int) -> None:
    """The kill is between both writes, or before the second is in the state."""

    async def interrupted(stack: str) -> bool:
        return await is_killed(lab, stack, at_call(lab.sandbox.server, write, WRITES_OF_RECORDS))

    killed, findings = asyncio.run(_round(lab, (Stage.CANARY, Stage.READY), interrupted))
    assert killed == [True, True]
    assert findings == []


@pytest.mark.parametrize("write", [1, 2])
def test_a_kill_within_the_conversion_leaves_no_gap(lab: Lab, at_ready: None, write: int) -> None:
    """The simple record is already weighted, under a key that is not in the state.

    After the second write there is a record that is not in the state at all.
    """
    lab.workshop.place(ROLLED_BACK, Stage.DARK)
    asyncio.run(lab.workshop.deploy(traffic_stack(lab.name, ROLLED_BACK)))

    async def interrupted(stack: str) -> bool:
        return await is_killed(lab, stack, at_call(lab.sandbox.server, write, WRITES_OF_RECORDS))

    killed, findings = asyncio.run(_round(lab, (Stage.READY,), interrupted))
    assert killed == [True]
    assert findings == []


def test_throttling_errors_and_lost_answers_leave_no_gap(lab: Lab, at_ready: None) -> None:
    seeds = count(SEED)

    async def interrupted(stack: str) -> bool:
        return await _is_disturbed(lab, stack, next(seeds))

    hit, findings = asyncio.run(_round(lab, ROUND, interrupted))
    assert hit == [True] * len(ROUND)
    assert findings == []


def test_a_fargate_side_whose_making_is_interrupted_is_completed(lab: Lab) -> None:
    outcome = asyncio.run(_interrupt_side(lab, Side.FARGATE, Stage.DARK, CREATING))
    assert outcome == (True, True, [])


def test_an_ec2_side_whose_end_is_interrupted_goes_without_a_gap(lab: Lab) -> None:
    """Uses the service of the previous test, and creates its Fargate side if that did not run."""
    lab.workshop.place(INTERRUPTED, Stage.DARK)
    asyncio.run(lab.workshop.deploy(side_stack(lab.name, INTERRUPTED, Side.FARGATE)))
    # There is no client yet: the walks cover the stages between.
    for stage in (Stage.READY, Stage.DETACHED):
        lab.workshop.place(INTERRUPTED, stage)
        asyncio.run(lab.workshop.deploy(traffic_stack(lab.name, INTERRUPTED)))
    balancer = names.load_balancer(lab.name, INTERRUPTED, Side.EC2)
    unprotect(lab, balancer)
    outcome = asyncio.run(_interrupt_side(lab, Side.EC2, Stage.RETIRED, DESTROYING))
    assert outcome == (True, True, [])
    state = lab.workshop.state(side_stack(lab.name, INTERRUPTED, Side.EC2))
    assert json.loads(state.read_text())["resources"] == []
    left = lab.sandbox.client("elbv2").describe_load_balancers()["LoadBalancers"]
    assert balancer not in [each["LoadBalancerName"] for each in left]


async def _interrupt_side(
    lab: Lab, side: Side, stage: Stage, calls: tuple[int, int]
) -> tuple[bool, bool, list[LabFinding]]:
    """Move to `stage`, which creates or deletes a side; the third apply is the operator's.

    Returns whether the first apply was killed, whether a fault met the second, and the findings.
    """
    stack = side_stack(lab.name, INTERRUPTED, side)
    async with lab.walking(INTERRUPTED, lab.workshop.deploy) as walk:
        await walk.measure()
        lab.workshop.place(INTERRUPTED, stage)
        await lab.workshop.synthesise(stack)
        moment = at_call(lab.sandbox.server, random.Random(SEED).randint(*calls))
        killed = await is_killed(lab, stack, moment)
        disturbed = await _is_disturbed(lab, stack, EARLY)
        await recover(lab, stack)
    assert await plan(lab, stack) == {}
    return killed, disturbed, walk.findings()


def unprotect(lab: Lab, balancer: str) -> None:
    """Remove the deletion protection, as the apply of the EC2 stack at `detached` does.

    The provider would wait half a minute; the walks cover the change with Terraform.
    """
    elb = lab.sandbox.client("elbv2")
    [described] = elb.describe_load_balancers(Names=[balancer])["LoadBalancers"]
    attribute = {"Key": "deletion_protection.enabled", "Value": "false"}
    elb.modify_load_balancer_attributes(
        LoadBalancerArn=described["LoadBalancerArn"], Attributes=[attribute]
    )


async def _round(
    lab: Lab, stages: tuple[Stage, ...], interrupted: Interrupted
) -> tuple[list[bool], list[LabFinding]]:
    """Return which moves were interrupted, and the findings."""
    stack = traffic_stack(lab.name, ROLLED_BACK)
    interruptions = []
    async with lab.walking(ROLLED_BACK, lab.workshop.deploy) as walk:
        for stage in stages:
            lab.workshop.place(ROLLED_BACK, stage)
            await lab.workshop.synthesise(stack)
            interruptions.append(await interrupted(stack))
            await recover(lab, stack)
        assert await plan(lab, stack) == {}
    return interruptions, walk.findings()


async def _is_disturbed(lab: Lab, stack: str, seed: int) -> bool:
    """Return whether a fault met the apply, which may still succeed."""
    with faults(lab, seed):
        with suppress(SandboxError):
            await lab.workshop.apply(stack)
        calls = lab.sandbox.server.administer("requests")
    return any(call["fault"] for call in calls)


@contextmanager
def faults(lab: Lab, seed: int) -> Iterator[None]:
    """Make the sandbox refuse calls at random, and clear its list of earlier calls."""
    server = lab.sandbox.server
    server.administer("requests", method="DELETE")
    server.administer("faults", method="POST", body={**FAULTS, "seed": seed})
    try:
        yield
    finally:
        server.administer("faults", method="POST", body={})
