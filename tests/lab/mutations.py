"""Wrong moves, each as a person could make it."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from lab.findings import LabFault
from lab.lab import Lab
from lab.walk import Walk
from pay.model import Side, Stage
from pay.model.stacks import side_stack, traffic_stack
from sandbox.server.process import SandboxError

POLL_SECONDS = 0.02

Mutation = Callable[[Lab, Walk], Awaitable[None]]


def edit(path: Path, pattern: str, replacement: str) -> None:
    """Replace the only match of the pattern."""
    text, count = re.subn(pattern, replacement, path.read_text(), flags=re.DOTALL)
    assert count == 1, (pattern, path.read_text())
    path.write_text(text)


async def records_in_the_wrong_order(lab: Lab, walk: Walk) -> None:
    """Roll back, but lower Fargate before raising EC2."""
    stack = traffic_stack(lab.name, walk.service)
    lab.workshop.place(walk.service, Stage.READY)
    await lab.workshop.synthesise(stack)
    code = lab.workshop.stack(stack) / "cdk.tf"
    edit(code, r"\n\n  depends_on = \[aws_route53_record.ec2\]", "")
    edit(
        code,
        r'("aws_route53_record" "ec2" \{.*?)\n\}\n',
        r"\1\n\n  depends_on = [aws_route53_record.fargate]\n}\n",
    )
    await lab.workshop.apply(stack)


async def a_replaced_record(lab: Lab, walk: Walk) -> None:
    """Delete and create a record, as `terraform taint`, `-replace` or a renamed construct does."""
    stack = traffic_stack(lab.name, walk.service)
    await lab.workshop.apply(stack, "-replace=aws_route53_record.ec2")


async def the_only_record_replaced(lab: Lab, walk: Walk) -> None:
    """Replace the record at `detached`, where there is only one."""
    stack = traffic_stack(lab.name, walk.service)
    await lab.workshop.apply(stack, "-replace=aws_route53_record.fargate")


async def ec2_destroyed_with_its_record(lab: Lab, walk: Walk) -> None:
    """Move from `cutover` to `retired` in one step.

    `cdktf deploy` runs stacks side by side, so the tasks may be deleted before the record. The
    protection of the load balancer covers neither its listener nor the tasks.
    """
    lab.workshop.place(walk.service, Stage.RETIRED)
    traffic = traffic_stack(lab.name, walk.service)
    ec2 = side_stack(lab.name, walk.service, Side.EC2)
    await lab.workshop.synthesise(traffic)
    await lab.workshop.synthesise(ec2)
    destroying = asyncio.create_task(lab.workshop.apply(ec2))
    while _ec2_tasks(walk) and not destroying.done():
        await asyncio.sleep(POLL_SECONDS)
    await lab.workshop.apply(traffic)
    with pytest.raises(SandboxError, match="OperationNotPermitted"):
        await destroying


def _ec2_tasks(walk: Walk) -> int:
    balancer = walk.traffic.feed.latest.balancer(walk.traffic.balancers[Side.EC2])
    return balancer.tasks if balancer else 0


async def idle_ec2_scaled_in(lab: Lab, walk: Walk) -> None:
    """Scale EC2 in at `cutover`, where it is idle, to save money; then roll back."""
    stack = side_stack(lab.name, walk.service, Side.EC2)
    await lab.workshop.synthesise(stack)
    edit(lab.workshop.stack(stack) / "cdk.tf", r"(desired_count +=) \d+", r"\1 1")
    await lab.workshop.apply(stack)
    lab.workshop.place(walk.service, Stage.READY)
    await lab.workshop.deploy(traffic_stack(lab.name, walk.service))


MUTATIONS: tuple[tuple[Mutation, Stage, frozenset[LabFault]], ...] = (
    (records_in_the_wrong_order, Stage.CUTOVER, frozenset({LabFault.ALL_ZERO})),
    (a_replaced_record, Stage.HALF, frozenset({LabFault.RECORD_GONE})),
    (
        the_only_record_replaced,
        Stage.DETACHED,
        frozenset({LabFault.NAME_GONE, LabFault.RECORD_GONE}),
    ),
    (idle_ec2_scaled_in, Stage.CUTOVER, frozenset({LabFault.NO_CAPACITY, LabFault.REQUEST_FAILED})),
    (ec2_destroyed_with_its_record, Stage.CUTOVER, frozenset({LabFault.DESTROYED_TOO_SOON})),
)
"""The mutation, the stage at which it starts, and the faults that the lab must detect."""
