"""Synthesises and deploys stacks in a folder of their own, with the real programs."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import tomlkit

from pay.environments.load import load_environments
from pay.model import Environment, Stage
from pay.model.stage.transitions import Edge
from rollout.moves import journal
from rollout.moves.record_move import write_move
from rollout.moves.stage_file import with_stage
from sandbox.server.process import ROOT, SandboxError

TIMEOUT_SECONDS = 600
LOG_TAIL_LINES = 80
"""Terraform tells each error in six lines or more, and several resources can fail at once."""

SETTLING_SECONDS = 0.25
"""Between two looks at a state: it is still when both see the same."""

MOST_LOOKS = 20
"""A kill that has waited for as many comes all the same: the program may have nothing to note."""


class Killed(SandboxError):
    """The program was killed on purpose."""


class Workshop:
    """A copy of one environment's file with deletion protection on, and below it a folder for each
    stack with its synthesis and its state: several stacks can be synthesised and deployed at once.
    """

    def __init__(self, folder: Path, environment: str, variables: Mapping[str, str]) -> None:
        """`variables`: the environment of programs that take the sandbox for AWS."""
        self._folder = folder
        self.environments = folder / "environments"
        self._log = folder / "programs.log"
        self._name = environment
        self._variables = {**variables, "PAY_ENVIRONMENTS": str(self.environments)}
        self.environments.mkdir()
        file = f"{environment}.toml"
        document = tomlkit.parse((ROOT / "environments" / file).read_text())
        # As in production: a side that still is protected cannot be destroyed.
        document["load_balancers"]["deletion_protection"] = True
        (self.environments / file).write_text(tomlkit.dumps(document))

    @property
    def environment(self) -> Environment:
        """As its file says at this moment."""
        return load_environments(self.environments)[self._name]

    def stack(self, stack: str) -> Path:
        """The folder that Terraform runs in."""
        return self._out(stack) / "stacks" / stack

    def state(self, stack: str) -> Path:
        """The file of a stack's Terraform state."""
        return self._folder / stack / ".sandbox" / "state" / f"{stack}.tfstate"

    def _out(self, stack: str) -> Path:
        return self._folder / stack / "cdktf.out"

    def place(self, service: str, stage: Stage) -> None:
        """Sets a stage, whatever stage it was."""
        path = self.environments / f"{self._name}.toml"
        path.write_text(with_stage(path.read_text(), service, stage, where=path.name))

    def move(self, service: str, edge: Edge, why: str) -> None:
        """Writes a move as `pay promote` and `pay rollback` do, journal included. Their gates ask
        for hours between moves, which the lab does not have.
        """
        environment = self.environment
        entry = journal.move(
            environment.ladder,
            edge,
            at=datetime.now(UTC).replace(microsecond=0),
            by="lab",
            evidence=why if edge.is_forward else None,
            because=None if edge.is_forward else why,
        )
        write_move(self.environments, environment, service, edge, entry)

    async def cdktf_deploy(self, stack: str) -> None:
        """`cdktf deploy`, with its own synthesis."""
        self.state(stack).parent.mkdir(parents=True, exist_ok=True)
        await self._run(
            ROOT,
            *("cdktf", "deploy", stack, "--auto-approve", "--output", str(self._out(stack))),
            "--ignore-missing-stack-dependencies",
            PAY_STACKS=stack,
        )

    async def synthesise(self, stack: str) -> None:
        """What cdktf does before it deploys."""
        self.state(stack).parent.mkdir(parents=True, exist_ok=True)
        await self._run(
            ROOT,
            *(sys.executable, "-O", "main.py"),
            CDKTF_OUTDIR=str(self._out(stack)),
            PAY_STACKS=stack,
        )

    async def deploy(self, stack: str) -> None:
        """What `cdktf deploy` comes down to, in a third of its time."""
        await self.synthesise(stack)
        await self.apply(stack)

    async def apply(self, stack: str, *options: str, kill: "Kill | None" = None) -> None:
        """`terraform apply` of what is synthesised. Raises Killed when `kill` came true."""
        await self._initialise(stack)
        arguments = ("apply", "-auto-approve", "-input=false", "-no-color", *options)
        after = partial(once_noted, kill, self.state(stack)) if kill else None
        await self._run(self.stack(stack), "terraform", *arguments, kill=after)

    async def plan(self, stack: str, *options: str) -> dict[str, Any]:
        """The plan, as `terraform show -json` writes it."""
        await self._initialise(stack)
        arguments = ("plan", "-input=false", "-no-color", "-out=lab.plan", *options)
        await self._run(self.stack(stack), "terraform", *arguments)
        shown = await self._run(self.stack(stack), "terraform", "show", "-json", "lab.plan")
        plan: dict[str, Any] = json.loads(shown)
        return plan

    async def adopt(self, stack: str, address: str, id: str) -> None:
        """`terraform import`: what an operator does with a resource that the state lacks."""
        await self._run(
            self.stack(stack), "terraform", "import", "-input=false", "-no-color", address, id
        )

    async def _initialise(self, stack: str) -> None:
        if not (self.stack(stack) / ".terraform").is_dir():
            await self._run(self.stack(stack), "terraform", "init", "-input=false", "-no-color")

    async def _run(
        self, folder: Path, *command: str, kill: "Kill | None" = None, **settings: str
    ) -> str:
        """The standard output. Raises SandboxError with the end of all output on failure."""
        # Armed before the program starts: its first call counts already.
        async with kill() if kill else nullcontext() as moment:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=folder,
                env={**self._variables, **settings},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT if command[1] != "show" else None,
                start_new_session=True,
            )
            killer = asyncio.create_task(_end_at(moment, process.pid)) if moment else None
            try:
                said, _ = await asyncio.wait_for(process.communicate(), TIMEOUT_SECONDS)
            except BaseException:
                _end(process.pid)
                await process.wait()
                raise
            finally:
                if killer:
                    killer.cancel()
                    with suppress(asyncio.CancelledError):
                        await killer
        text = said.decode(errors="replace")
        with self._log.open("a") as log:
            log.write(f"$ {' '.join(command)}\n{text if command[1] != 'show' else ''}\n")
        if process.returncode == -signal.SIGKILL:
            raise Killed(f"{' '.join(command)} was killed")
        if process.returncode:
            tail = "\n".join(text.splitlines()[-LOG_TAIL_LINES:])
            raise SandboxError(f"{' '.join(command)} failed; the end of its output:\n{tail}")
        return text


Moment = Callable[[], Awaitable[None]]
"""Returns at the moment at which a program is to be killed."""

Kill = Callable[[], AbstractAsyncContextManager[Moment]]
"""Entered before the program starts and left after its end."""


@asynccontextmanager
async def once_noted(kill: Kill, state: Path) -> AsyncIterator[Moment]:
    """As `kill`, but later where Terraform is writing what it already knows.

    It empties a local file before it writes it anew: killed in between it loses the state of every
    resource, which the S3 backend of the environments cannot, as it replaces an object whole.
    """
    async with kill() as moment:

        async def settled() -> None:
            await moment()
            before = None
            for _ in range(MOST_LOOKS):
                await asyncio.sleep(SETTLING_SECONDS)
                now = _document(state)
                if now is not None and now == before:
                    return
                before = now

        yield settled


def _document(state: Path) -> Any:
    """None where there is no file, or none that is whole."""
    try:
        return json.loads(state.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None


async def _end_at(moment: Moment, pid: int) -> None:
    await moment()
    _end(pid)


def _end(pid: int) -> None:
    """SIGKILL to the program and all it started: Terraform's provider is a process of its own."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
