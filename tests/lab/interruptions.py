"""Kills a program at a chosen API call, and recovers as an operator would."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from lab.imports import import_id, unrecorded
from lab.lab import Lab
from lab.workshop import Kill, Moment
from sandbox.server.process import SandboxError, Server

POLL_SECONDS = 0.01
MOST_ATTEMPTS = 8

WRITES_OF_RECORDS = r"^route53\.POST /[^/]+/hostedzone/[^/]+/rrset"
"""Matches ChangeResourceRecordSets, the change batch of a hosted zone."""


def at_call(server: Server, call: int, only: str = "") -> Kill:
    """Return a kill at the `call`-th API call, after it took effect and before its response.

    `only` is a regular expression over `service.Operation` for the calls to count; empty for all.
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
    """Repeat the apply of a stack until it succeeds.

    A local state needs no unlocking: the kernel releases its lock when the program ends. A resource
    in AWS but not in the state is imported, because Terraform does not know its owner.

    Raises SandboxError if the apply still fails.
    """
    last = ""
    for _ in range(MOST_ATTEMPTS):
        try:
            await lab.workshop.apply(stack)
        except SandboxError as problem:
            last = str(problem)
            for resource in unrecorded(last):
                id_ = import_id(lab.sandbox, stack, resource)
                await lab.workshop.adopt(stack, resource.address, id_)
        else:
            return
    raise SandboxError(f"{stack}: {MOST_ATTEMPTS} applies failed; the last error is: {last}")
