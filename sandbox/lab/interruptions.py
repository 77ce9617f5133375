"""Moments at which a program is killed, and what an operator does afterwards."""

import asyncio
import re

from pay.model import Side, names
from sandbox.lab.lab import Lab
from sandbox.lab.walk import Walk
from sandbox.lab.watch import Watch
from sandbox.lab.workshop import Kill
from sandbox.process import SandboxError, Server

POLL_SECONDS = 0.01
MOST_ATTEMPTS = 8

_EXISTS = "but it already exists"
_RECORD = re.compile(r"with (aws_route53_record\.(\w+)),")


def after_calls(server: Server, calls: int) -> Kill:
    """When the sandbox has had so many more API calls."""

    async def wait() -> None:
        until = await _calls(server) + calls
        while await _calls(server) < until:
            await asyncio.sleep(POLL_SECONDS)

    return wait


async def _calls(server: Server) -> int:
    return int((await asyncio.to_thread(server.administer, "status"))["requests"])


def after_writes(watch: Watch, name: str, writes: int) -> Kill:
    """As soon as the records of a name have changed so often."""
    start = watch.latest.number

    async def wait() -> None:
        while True:
            states = [s.records_of(name) for s in watch.states if s.number >= start]
            if sum(a != b for a, b in zip(states, states[1:], strict=False)) >= writes:
                return
            await asyncio.sleep(POLL_SECONDS)

    return wait


async def recover(lab: Lab, walk: Walk) -> list[str]:
    """Runs the apply of the records until it is through; returns what went wrong on the way.

    A local state needs no unlocking: its lock is the kernel's and ends with the program. A record
    that Route 53 has and the state does not is imported, as Terraform cannot know whose it is.

    Raises SandboxError when it does not come through.
    """
    stack = names.traffic_stack(lab.name, walk.service)
    problems: list[str] = []
    for _ in range(MOST_ATTEMPTS):
        try:
            await lab.workshop.apply(stack)
        except SandboxError as problem:
            problems.append(str(problem))
            if _EXISTS in str(problem):
                await _import(lab, walk, stack, str(problem))
        else:
            return problems
    raise SandboxError(f"{stack} does not converge; last: {problems[-1]}")


async def _import(lab: Lab, walk: Walk, stack: str, problem: str) -> None:
    name = walk.traffic.name
    zones = lab.sandbox.client("route53").list_hosted_zones()["HostedZones"]
    [zone] = [
        zone["Id"].split("/")[-1] for zone in zones if f"{name}.".endswith(f".{zone['Name']}")
    ]
    for address, side in _RECORD.findall(problem):
        identifier = names.set_identifier(walk.service, Side(side))
        try:
            await lab.workshop.adopt(stack, address, f"{zone}_{name}_A_{identifier}")
        except SandboxError:
            # Refused by a fault: the next attempt comes here again.
            continue
