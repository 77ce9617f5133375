"""Synthesises and deploys stacks in their own folder, with the real programs."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import tomlkit

from pay.environments.load import load_environments
from pay.model import Environment, Stage
from pay.model.stage.transitions import Edge
from rollout.moves import journal
from rollout.moves.record_move import write_move
from rollout.moves.stage_file import with_stage
from sandbox.server.process import SandboxError
from toolchain.paths import ROOT

TIMEOUT_SECONDS = 1500
LOG_TAIL_LINES = 80
"""Terraform reports each error in six lines or more, and several resources can fail at once."""


class Workshop:
    """A copy of one environment's file, with deletion protection on.

    Each stack has a folder for its synthesis and its state. So several stacks can be synthesised
    and deployed at once.
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
        # As in production, a side that is still protected cannot be deleted.
        document["load_balancers"]["deletion_protection"] = True
        (self.environments / file).write_text(tomlkit.dumps(document))

    @property
    def environment(self) -> Environment:
        """Return the environment as its file is at this moment."""
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

    def move(self, service: str, edge: Edge, why: str, at: datetime | None = None) -> None:
        """Record a move with its journal entry, without the gates of `pay promote`.

        `at` is the time of the move in UTC, by default now.
        """
        environment = self.environment
        entry = journal.move(
            environment.ladder,
            edge,
            at=at or datetime.now(UTC).replace(microsecond=0),
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

    async def synthesise(self, *stacks: str) -> None:
        """Synthesise stacks as cdktf does before it deploys, at once."""
        with TemporaryDirectory(dir=self._folder) as out:
            command = (sys.executable, "-O", "main.py")
            await self._run(ROOT, *command, CDKTF_OUTDIR=out, PAY_STACKS=" ".join(stacks))
            for stack in stacks:
                self.state(stack).parent.mkdir(parents=True, exist_ok=True)
                shutil.copytree(Path(out, "stacks", stack), self.stack(stack), dirs_exist_ok=True)

    async def deploy(self, stack: str) -> None:
        """Do the same as `cdktf deploy`, in a third of the time."""
        await self.synthesise(stack)
        await self.apply(stack)

    async def apply(self, stack: str, *options: str) -> None:
        """Run `terraform apply` on the synthesised stack; a cancelled apply is a killed one."""
        await self.terraform(stack, "apply", "-auto-approve", "-no-color", *options)

    async def terraform(self, stack: str, command: str, *arguments: str) -> str:
        """Run a command of Terraform on the synthesised stack and return its output."""
        folder = self.stack(stack)
        if not (folder / ".terraform").is_dir():
            await self._run(folder, "terraform", "init", "-input=false", "-no-color")
        return await self._run(folder, "terraform", command, "-input=false", *arguments)

    async def _run(self, folder: Path, *command: str, **settings: str) -> str:
        """Run a program and return its output.

        Raises SandboxError, with the end of the output, if the program fails.
        """
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            env={**self._variables, **settings},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(), TIMEOUT_SECONDS)
        except BaseException:
            # The whole session, because Terraform's provider is a program of its own.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
            raise
        text = output.decode(errors="replace")
        with self._log.open("a") as log:
            log.write(f"$ {' '.join(command)}\n{text}\n")
        if process.returncode:
            tail = "\n".join(text.splitlines()[-LOG_TAIL_LINES:])
            raise SandboxError(f"{' '.join(command)} failed; the end of its output:\n{tail}")
        return text
