"""Moments at which a program is killed, and what an operator does afterwards."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from lab.imports import import_id, unnoted
from lab.lab import Lab
from lab.workshop import Kill, Moment
from sandbox.server.process import SandboxError, Server

POLL_SECONDS = 0.01
MOST_ATTEMPTS = 8

WRITES_OF_RECORDS = r"^route53\.POST /[^/]+/hostedzone/[^/]+/rrset"
"""A change batch of a hosted zone: ChangeResourceRecordSets."""


def at_call(server: Server, call: int, only: str = "") -> Kill:
    """When this API call from now on has taken effect and is not yet answered, nor any later one.

    `only`: a regular expression over `service.Operation` of the calls that count; empty: all.
    """

    async def moment() -> None:
        while not (await asyncio.to_thread(server.administer, "status"))["held"]:
            await asyncio.sleep(POLL_SECONDS)

    @asynccontextmanager
    async def kill() -> AsyncIterator[Moment]:
        await _set_faults(server, {"hold": call, "only": only})
        try:
            yield moment
        finally:
            await _set_faults(server, {})

    return kill


async def _set_faults(server: Server, faults: Mapping[str, Any]) -> None:
    await asyncio.to_thread(server.administer, "faults", method="POST", body=faults)


async def recover(lab: Lab, stack: str) -> None:
    """Runs the apply of a stack until it is through.

    A local state needs no unlocking: its lock is the kernel's and ends with the program. What AWS
    has and the state does not is imported, as Terraform cannot know whose it is.

    Raises SandboxError when it does not come through.
    """
    last = ""
    for _ in range(MOST_ATTEMPTS):
        try:
            await lab.workshop.apply(stack)
        except SandboxError as problem:
            last = str(problem)
            for resource in unnoted(last):
                id_ = import_id(lab.sandbox, stack, resource)
                await lab.workshop.adopt(stack, resource.address, id_)
        else:
            return
    raise SandboxError(f"{stack} does not converge; last: {last}")
