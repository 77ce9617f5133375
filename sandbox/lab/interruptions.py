"""Moments at which a program is killed, and what an operator does afterwards."""

import asyncio

from sandbox.lab.imports import import_id, unnoted
from sandbox.lab.lab import Lab
from sandbox.lab.watch import Watch
from sandbox.lab.workshop import Kill
from sandbox.process import SandboxError, Server

POLL_SECONDS = 0.01
MOST_ATTEMPTS = 8


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


async def recover(lab: Lab, stack: str) -> list[str]:
    """Runs the apply of a stack until it is through; returns what went wrong on the way.

    A local state needs no unlocking: its lock is the kernel's and ends with the program. What AWS
    has and the state does not is imported, as Terraform cannot know whose it is.

    Raises SandboxError when it does not come through.
    """
    problems: list[str] = []
    for _ in range(MOST_ATTEMPTS):
        try:
            await lab.workshop.apply(stack)
        except SandboxError as problem:
            problems.append(str(problem))
            for resource in unnoted(str(problem)):
                id_ = import_id(lab.sandbox, stack, resource)
                await lab.workshop.adopt(stack, resource.address, id_)
        else:
            return problems
    raise SandboxError(f"{stack} does not converge; last: {problems[-1]}")
