"""`make demo`: the project's main task on a local AWS, with the real Terraform and AWS provider.

Plans and deploys the sandbox environment's platform, then connector and frontend on both sides with
their records. Then shows:
- The result, and an empty second plan.
- A release on both sides, and a broken one that is put back.
- The changes of connector's next move.

Uses a running sandbox and leaves it running. A second demo then changes only the releases.
Otherwise starts one, and stops it at the end.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from rich.console import Console
from rich.rule import Rule

from pay.containers.releases import release_tag
from pay.environments.load import load_environment
from pay.model import Environment, names
from pay.model.stack_order import in_turns
from pay.model.stacks import known_stacks, traffic_stack
from sandbox.estate.images import push
from sandbox.estate.seed import seed
from sandbox.instance import Sandbox
from sandbox.read_back import services_table
from sandbox.server.process import SandboxError, Server
from sandbox.server.server_record import FOLDER, running
from sandbox.variables import whole_environment
from toolchain.paths import ROOT
from toolchain.streams import ending

ENVIRONMENT = "sandbox"
SERVICES = ("connector", "frontend")
MOVED = "connector"
RELEASE, BROKEN_RELEASE = 2, 3

PROGRESS = re.compile(
    r"Plan: |No changes|Apply complete|Creation complete|Modifications complete|"
    r"Still creating|Error|weight +="
)
"""The lines of Terraform's output that show progress; the log has all lines."""

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Demo:
    """One run against one server."""

    def __init__(self, console: Console, environment: Environment, server: Server) -> None:
        self._console, self._environment, self._server = console, environment, server
        self._log = FOLDER / "demo.log"
        self._log.write_text("")
        self._copy = FOLDER / "demo-environments"

    def run(self) -> None:
        known = known_stacks({ENVIRONMENT: self._environment}).values()
        self._step("The existing estate")
        seed(self._environment, self._server.client)
        self._console.print(f"{len(self._environment.services)} services' networks, databases, …")
        self._step("cdktf synth: every stack of every environment")
        self._cdktf("synth")
        for stacks in in_turns(stack for stack in known if stack.service in (None, *SERVICES)):
            titles = (f"{stack.kind}: {stack.kind.holds}" for stack in stacks)
            self._step("; ".join(dict.fromkeys(titles)))
            ids = [stack.id for stack in stacks]
            # It shows the plan of each stack before it applies that plan.
            options = ("--auto-approve", "--skip-synth", "--ignore-missing-stack-dependencies")
            self._cdktf("deploy", *ids, *options)
        self._step("The result")
        self._console.print(services_table(self._server.client, self._environment, SERVICES))
        self._step("A second plan of connector is empty")
        for stack in known:
            if stack.service == MOVED and stack.kind.side:
                self._plan_is_empty(stack.id)
        self._copy_environments()
        self._step(f"A new release of {MOVED}, on both sides")
        self._show_releases()
        self._step(f"The next move of {MOVED}")
        self._show_the_next_stage()

    def _plan_is_empty(self, stack: str) -> None:
        """Raise SandboxError if a second plan of a deployed stack is not empty."""
        if "No changes." not in self._cdktf("diff", stack, "--skip-synth"):
            raise SandboxError(
                f"the second plan of {stack} is not empty, although nothing has changed since its "
                f"deployment. Read the plan at the end of .sandbox/demo.log"
            )

    def _copy_environments(self) -> None:
        """Copy the environments, in which releases and moves are written.

        The checkout does not change.
        """
        shutil.rmtree(self._copy, ignore_errors=True)
        shutil.copytree(ROOT / "environments", self._copy)

    def _show_releases(self) -> None:
        """Deploy a release, and one whose containers never become healthy, which is put back."""
        repository, tag = names.repository(MOVED), release_tag(BROKEN_RELEASE)
        settings = self._server.settings
        pushed = push(
            self._server.endpoint,
            {repository: [release_tag(RELEASE), tag]},
            account_id=settings.account_id,
            region=settings.region,
        )
        broken = {"digests": [pushed[f"{repository}:{tag}"]]}
        self._server.administer("broken-images", method="POST", body=broken)
        self._release(RELEASE)
        self._release(BROKEN_RELEASE, is_bad=True)

    def _release(self, number: int, *, is_bad: bool = False) -> None:
        command = ["pay", "deploy", ENVIRONMENT, MOVED, str(number)]
        command += ["--without-smoke", "the demo has no canaries"]
        self._console.print(f"$ {' '.join(command[:5])}", style="bold", highlight=False)
        shown = re.compile(r"^(ec2|fargate): |Failed: |in sandbox: |runs again")
        copy = {"PAY_ENVIRONMENTS": str(self._copy)}
        self._stream(command, show=shown, variables=copy, fails=is_bad)

    def _show_the_next_stage(self) -> None:
        """Show the next move in the copy of the environments."""
        records = traffic_stack(ENVIRONMENT, MOVED)
        moved = {"PAY_ENVIRONMENTS": str(self._copy), "PAY_STACKS": records}
        promote = ["pay", "promote", ENVIRONMENT, MOVED]
        promote += ["--evidence", "the demo's deploys were healthy"]
        promote += ["--allow-adjacent", "frontend serves nothing yet"]
        self._stream(promote, show=re.compile(""), variables=moved)
        self._cdktf("diff", records, **moved)

    def _step(self, title: str) -> None:
        self._console.print()
        self._console.print(Rule(title, align="left"))

    def _cdktf(self, *arguments: str, **variables: str) -> str:
        self._console.print(f"$ cdktf {' '.join(arguments)}", style="bold", highlight=False)
        return self._stream(["cdktf", *arguments], show=PROGRESS, variables=variables)

    def _stream(
        self,
        command: list[str],
        *,
        show: re.Pattern[str],
        variables: Mapping[str, str] = MappingProxyType({}),
        fails: bool = False,
    ) -> str:
        """Run a command, print the lines that match `show`, and log and return all output.

        Raises SandboxError if the command fails, or does not although it `fails`.
        """
        started = time.monotonic()
        lines = []
        with (
            self._log.open("a") as log,
            subprocess.Popen(
                command,
                cwd=ROOT,
                env={**whole_environment(self._server), **variables},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            ) as process,
        ):
            try:
                for line in process.stdout or ():
                    lines.append(_COLOURS.sub("", line).rstrip())
                    log.write(f"{lines[-1]}\n")
                    if (plain := lines[-1].strip()) and show.search(plain):
                        self._console.print(f"  {plain}", style="dim", highlight=False)
            except BaseException:  # Ctrl-C: it ends with the demo
                process.terminate()
                raise
        if bool(process.returncode) != fails:
            end = "\n".join(lines[-30:])
            raise SandboxError(
                f"{' '.join(command)} ended with {process.returncode}; all output is in "
                f".sandbox/demo.log, its end:\n{end}"
            )
        self._console.print(f"  {time.monotonic() - started:.0f} s", style="dim")
        return "\n".join(lines)


@contextmanager
def sandbox(console: Console, environment: Environment) -> Iterator[Server]:
    """Return the running sandbox, or start one that ends with this run."""
    if server := running():
        console.print(f"Using the sandbox at {server.endpoint}.")
        yield server
        return
    # The states of an earlier sandbox are obsolete.
    for state in (FOLDER / "state").glob(f"{ENVIRONMENT}-*"):
        state.unlink()
    with Sandbox(environment) as started:
        console.print(f"Started a local AWS at {started.server.endpoint}.")
        yield started.server
    console.print("Stopped the local AWS.")


def main() -> int:
    """Run the demo; return 1, and print the reason, if a step fails."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)
    started = time.monotonic()
    os.chdir(ROOT)
    FOLDER.mkdir(exist_ok=True)
    environment = load_environment(ROOT / "environments" / f"{ENVIRONMENT}.toml")
    try:
        with sandbox(console, environment) as server:
            Demo(console, environment, server).run()
    except SandboxError as problem:
        console.print(str(problem), style="red", markup=False)
        return 1
    console.print(f"\nDone in {time.monotonic() - started:.0f} s; all output: .sandbox/demo.log")
    return 0


if __name__ == "__main__":
    with ending("All that the demo started has ended."):
        sys.exit(main())
