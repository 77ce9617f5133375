"""Moments at which a program is killed, and what an operator does afterwards."""

import asyncio
import re

from sandbox.lab.watch import Watch
from sandbox.lab.workshop import Kill, Workshop
from sandbox.process import SandboxError, Server

POLL_SECONDS = 0.01
MOST_ATTEMPTS = 8

EXISTS = re.compile(r"(\S+) .{0,300}?but it already exists", re.DOTALL)
ADDRESS = re.compile(r"with (aws_route53_record\.\w+),")


def after_calls(server: Server, calls: int) -> Kill:
    """When the sandbox has had so many more API calls."""

    async def wait() -> None:
        async def made() -> int:
            return int((await asyncio.to_thread(server.administer, "status"))["requests"])

        until = await made() + calls
        while await made() < until:
            await asyncio.sleep(POLL_SECONDS)

    return wait


def after_writes(watch: Watch, name: str, writes: int) -> Kill:
    """As soon as the records of a name have changed so often: before Terraform notes it down, if
    the dice fall so."""

    async def wait() -> None:
        seen, left = watch.latest.records_of(name), writes
        while left:
            await asyncio.sleep(POLL_SECONDS)
            latest = watch.latest.records_of(name)
            if latest != seen:
                seen, left = latest, left - 1

    return wait


async def recover(workshop: Workshop, stack: str, name: str) -> list[str]:
    """Runs the apply again until it is through, and returns what went wrong on the way.

    A local state needs no unlocking: the lock is the kernel's and ends with the program. (One in S3
    stays and is lifted by `terraform force-unlock ID`; docs/decisions/0093.) A record that was made
    but not noted down is imported. Raises SandboxError when it does not come through.
    """
    problems: list[str] = []
    for _ in range(MOST_ATTEMPTS):
        try:
            await workshop.apply(stack)
        except SandboxError as problem:
            problems.append(str(problem))
            if "but it already exists" in str(problem):
                await _adopt(workshop, stack, name, str(problem))
        else:
            return problems
    raise SandboxError(f"{stack} does not converge; last: {problems[-1]}")
