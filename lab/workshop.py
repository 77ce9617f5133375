"""Synthesises and deploys stacks in their own folder, with the real programs."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tomlkit

from pay.environments.load import load_environments
from pay.model import Environment, Stage
from pay.model.stage.transitions import Edge
from rollout.moves import journal
from rollout.moves.record_move import write_move
from rollout.moves.stage_file import with_stage
from sandbox.server.process import SandboxError
from toolchain.paths import ROOT

TIMEOUT_SECONDS = 600
LOG_TAIL_LINES = 80
"""Terraform reports each error in six lines or more, and several resources can fail at once."""


class Killed(SandboxError):
    """The program was killed on purpose."""


class Workshop:
    """A copy of one environment's file, with deletion protection on.

    Each stack has a folder for its synthesis and its state, so that several stacks can be
    synthesised and deployed at once.
    """

    def __init__(self, folder: Path, environment: str, variables: Mapping[str, str]) -> None:
        """`variables` is the environment of programs that use the sandbox as AWS."""
        self._folder = folder
        self.environments = folder / "environments"
        self._log = folder / "programs.log"
        self._name = environment
        self._variables = {**variables, "PAY_ENVIRONMENTS": str(self.environments)}
        self.environments.mkdir()
        file = f"{environment}.toml"
        document = tomlkit.parse((ROOT / "environments" / file).read_text())
        # As in production: a side that is still protected cannot be deleted.
        document["load_balancers"]["deletion_protection"] = True
        (self.environments / file).write_text(tomlkit.dumps(document))

    @property
    def environment(self) -> Environment:
        """The environment as its file is at this moment."""
        return load_environments(self.environments)[self._name]

    def stack(self, stack: str) -> Path:
        """Return the folder in which Terraform runs."""
        return self._out(stack) / "stacks" / stack

    def state(self, stack: str) -> Path:
        """Return the file of a stack's Terraform state."""
        return self._folder / stack / ".sandbox" / "state" / f"{stack}.tfstate"

    def _out(self, stack: str) -> Path:
        return self._folder / stack / "cdktf.out"

    def place(self, service: str, stage: Stage) -> None:
        """Set a service's stage, without a move."""
        path = self.environments / f"{self._name}.toml"
        path.write_text(with_stage(path.read_text(), service, stage, where=path.name))

    def move(self, service: str, edge: Edge, why: str) -> None:
        """Record a move as `pay promote` and `pay rollback` do, with its journal entry.

        Their gates require hours between moves, which the lab does not have.
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
        """Run `cdktf deploy`, with its own synthesis."""
        self.state(stack).parent.mkdir(parents=True, exist_ok=True)
        await self._run(
            ROOT,
            *("cdktf", "deploy", stack, "--auto-approve", "--output", str(self._out(stack))),
            "--ignore-missing-stack-dependencies",
            PAY_STACKS=stack,
        )

    async def synthesise(self, stack: str) -> None:
        """Synthesise a stack as cdktf does before it deploys."""
        self.state(stack).parent.mkdir(parents=True, exist_ok=True)
        await self._run(
            ROOT,
            *(sys.executable, "-O", "main.py"),
            CDKTF_OUTDIR=str(self._out(stack)),
            PAY_STACKS=stack,
        )

    async def deploy(self, stack: str) -> None:
        """Do the same as `cdktf deploy`, in a third of the time."""
        await self.synthesise(stack)
        await self.apply(stack)

    async def apply(self, stack: str, *options: str, kill: "Kill | None" = None) -> None:
        """Run `terraform apply` on the synthesised stack.

        Raises Killed if `kill` ended the program.
        """
        await self._initialise(stack)
        arguments = ("apply", "-auto-approve", "-input=false", "-no-color", *options)
        await self._run(self.stack(stack), "terraform", *arguments, kill=kill)

    async def plan(self, stack: str, *options: str) -> dict[str, Any]:
        """Return the plan, as `terraform show -json` writes it."""
        await self._initialise(stack)
        arguments = ("plan", "-input=false", "-no-color", "-out=lab.plan", *options)
        await self._run(self.stack(stack), "terraform", *arguments)
        shown = await self._run(self.stack(stack), "terraform", "show", "-json", "lab.plan")
        plan: dict[str, Any] = json.loads(shown)
        return plan

    async def adopt(self, stack: str, address: str, id: str) -> None:
        """Run `terraform import`, as an operator does for a resource missing from the state."""
        await self._run(
            self.stack(stack), "terraform", "import", "-input=false", "-no-color", address, id
        )

    async def _initialise(self, stack: str) -> None:
        if not (self.stack(stack) / ".terraform").is_dir():
            await self._run(self.stack(stack), "terraform", "init", "-input=false", "-no-color")

    async def _run(
        self, folder: Path, *command: str, kill: "Kill | None" = None, **settings: str
    ) -> str:
        """Run a program and return its standard output.

        Raises SandboxError, with the end of all output, if the program fails.
        """
        # The kill is armed before the program starts, because the first call already counts.
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
                output, _ = await asyncio.wait_for(process.communicate(), TIMEOUT_SECONDS)
            except BaseException:
                _end(process.pid)
                await process.wait()
                raise
            finally:
                if killer:
                    killer.cancel()
                    with suppress(asyncio.CancelledError):
                        await killer
        text = output.decode(errors="replace")
        with self._log.open("a") as log:
            log.write(f"$ {' '.join(command)}\n{text if command[1] != 'show' else ''}\n")
        if process.returncode == -signal.SIGKILL:
            raise Killed(f"{' '.join(command)} was killed")
        if process.returncode:
            tail = "\n".join(text.splitlines()[-LOG_TAIL_LINES:])
            raise SandboxError(f"{' '.join(command)} failed; the end of its output:\n{tail}")
        return text


Moment = Callable[[], Awaitable[None]]
"""Returns at the moment at which to kill a program."""

Kill = Callable[[], AbstractAsyncContextManager[Moment]]
"""A context manager, entered before the program starts and left after its end."""


async def _end_at(moment: Moment, pid: int) -> None:
    await moment()
    _end(pid)


def _end(pid: int) -> None:
    """Send SIGKILL to the program and all its children: Terraform's provider is one of them."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
