"""Kills a program at a chosen API call, and recovers as an operator would."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from lab.lab import Lab
from lab.tasks import end
from sandbox.server.process import SandboxError, Server
from tests.lab.imports import import_id, unrecorded

POLL_SECONDS = 0.01
MOST_ATTEMPTS = 8

SETTLING_SECONDS = 0.25
"""The time between two reads of a state; it has settled when both are the same."""

MOST_READS = 20
"""After this many reads the kill happens anyway: the program may have nothing to write."""

WRITES_OF_RECORDS = r"^route53\.POST /[^/]+/hostedzone/[^/]+/rrset"
"""Matches ChangeResourceRecordSets, the change batch of a hosted zone."""


Moment = Callable[[], Coroutine[Any, Any, None]]
"""Returns at the moment at which to kill a program."""

Kill = Callable[[], AbstractAsyncContextManager[Moment]]
"""A context manager, entered before the program starts and left after its end."""


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


def once_written(kill: Kill, state: Path) -> Kill:
    """Delay `kill` until Terraform has written its state.

    Terraform empties a local state file before it writes it again. A kill in between would lose the
    state of every resource. The S3 backend of the environments replaces the object whole, so it
    cannot lose it.
    """

    @asynccontextmanager
    async def delayed() -> AsyncIterator[Moment]:
        async with kill() as moment:

            async def settled() -> None:
                await moment()
                before = None
                for _ in range(MOST_READS):
                    await asyncio.sleep(SETTLING_SECONDS)
                    now = _document(state)
                    if now is not None and now == before:
                        return
                    before = now

            yield settled

    return delayed


def _document(state: Path) -> Any:
    """Return the state file's content; None if the file is absent or incomplete."""
    try:
        return json.loads(state.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None


async def is_killed(lab: Lab, stack: str, kill: Kill) -> bool:
    """Apply a stack until the moment of the kill, and return whether the apply still ran then."""
    # The kill is armed before the program starts, because the first call already counts.
    async with once_written(kill, lab.workshop.state(stack))() as moment:
        applying = asyncio.create_task(lab.workshop.apply(stack))
        waiting = asyncio.create_task(moment())
        await asyncio.wait((applying, waiting), return_when=asyncio.FIRST_COMPLETED)
        await end(waiting, applying)
    return applying.cancelled()


async def plan(lab: Lab, stack: str) -> dict[str, str]:
    """Map the address of each resource to the action that Terraform plans for it."""
    output = await lab.workshop.terraform(stack, "plan", "-json")
    messages = [json.loads(line) for line in output.splitlines()]
    changes = [each["change"] for each in messages if each["type"] == "planned_change"]
    return {change["resource"]["addr"]: change["action"] for change in changes}


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
                await lab.workshop.terraform(stack, "import", "-no-color", resource.address, id_)
        else:
            return
    raise SandboxError(f"{stack}: {MOST_ATTEMPTS} applies failed; the last error is: {last}")
