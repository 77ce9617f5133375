"""A checkout without a change beside one with it, and a `terraform` that keeps its states in files.

The stand-in knows what `pay` asks of Terraform: a plan is a JSON file with the serial of the state
that it was made from, an apply of it is refused when that is no longer the state's. It runs a
thousand times: what a command alone needs is imported there.
"""

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pay.model import Environment, Stage
from rollout.cli import app
from sandbox.server.process import Server
from tests.support.checkout import fresh_checkout
from tests.support.plans import (
    ENVIRONMENT,
    SERVICE,
    TRAFFIC,
    Json,
    stage_change,
)
from toolchain.paths import VENV_BIN

MAIN = """
import json
import os
import shutil
from pathlib import Path

shutil.rmtree(Path(os.environ["CDKTF_OUTDIR"]), ignore_errors=True)
stacks = Path(__file__).with_name("stacks.txt").read_text().split()
for line in stacks:
    stack, _, hcl = line.partition("=")
    folder = Path(os.environ["CDKTF_OUTDIR"], "stacks", stack)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cdk.tf").write_text(hcl)
    backend = {"s3": dict(bucket="states", key=stack)}
    (folder / "metadata.json").write_text(json.dumps({"terraform": {"backend": backend}}))
"""
"""Stands in for the synthesis: the HCL of each stack is a word of stacks.txt."""

TERRAFORM = """#!{python} -S
import json, os, sys
from pathlib import Path

here = Path(os.environ["FAKE_TERRAFORM"])
chdir, command, *arguments = sys.argv[1:]
stack = Path(chdir.partition("=")[2]).name
state = here / "states" / stack
serial = int(state.read_text()) if state.exists() else 0
with (here / "calls").open("a") as calls:
    calls.write(" ".join([stack, command, *arguments]) + "\\n")

def fails(what):
    if os.environ.get("FAIL") == f"{{what}} {{stack}}":
        sys.exit(f"no luck with {{stack}}")

fails(command)
if command == "plan":
    options = dict(each.lstrip("-").partition("=")[::2] for each in arguments)
    document = json.loads((here / "plans" / f"{{stack}}.json").read_text())
    if "var-file" in options:
        tags = json.loads(Path(options["var-file"]).read_text())
        document["variables"] = {{name: {{"value": tag}} for name, tag in tags.items()}}
    Path(options["out"]).write_text(json.dumps({{"serial": serial, "plan": document}}))
elif command == "show" and arguments[1:]:
    text = Path(arguments[1]).read_bytes()
    if text.startswith(b"PK"):
        import zipfile
        text = zipfile.ZipFile(arguments[1]).read("tfplan")
    print(json.dumps(json.loads(text)["plan"]))
elif command == "state":
    print(json.dumps({{"lineage": "of " + stack, "serial": serial}}) if serial else "")
elif command == "show":
    running = here / "running" / f"{{stack}}.json"
    print(running.read_text() if running.exists() else '{{"format_version": "1.0"}}')
elif command == "apply":
    if json.loads(Path(arguments[-1]).read_text())["serial"] != serial:
        sys.exit("Error: Saved plan is stale")
    state.write_text(str(serial + 1))
    if os.environ.get("HANG") == stack:
        import signal, time
        def end(number, frame):
            with (here / "calls").open("a") as calls:
                calls.write(f"{{stack}} told to end\\n")
            sys.exit(1)
        signal.signal(signal.SIGINT, end)
        (here / "starting").write_text(str(os.getpid()))
        (here / "starting").rename(here / "hanging")
        time.sleep(float(os.environ.get("HANG_SECONDS", "60")))
    fails("half")
"""


@dataclass(frozen=True)
class Finished:
    """What a command ended with."""

    returncode: int
    stdout: str
    stderr: str
    """Its own, and after it that of the programs."""


@dataclass(frozen=True)
class Delivery:
    """Two checkouts, the plans that Terraform will make, and the commands over them."""

    folder: Path
    environment: Environment
    base: Path
    head: Path
    captured: pytest.CaptureFixture[str]

    @property
    def plans(self) -> Path:
        return self.folder / "plans"

    @property
    def review(self) -> Path:
        return self.folder / "review"

    @property
    def reviewed(self) -> Path:
        return self.review / "review.md"

    def synthesises(self, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        """Stack -> HCL, without the change and with it."""
        for checkout, stacks in ((self.base, before), (self.head, after)):
            lines = [f"{stack}={hcl}" for stack, hcl in stacks.items()]
            (checkout / "stacks.txt").write_text("\n".join(lines))

    def will_plan(self, stack: str, plan: Json) -> None:
        (self.folder / "plans.fake" / "plans" / f"{stack}.json").write_text(json.dumps(plan))

    def runs(self, stack: str, state: Json) -> None:
        (self.folder / "plans.fake" / "running" / f"{stack}.json").write_text(json.dumps(state))

    def serial(self, stack: str) -> int:
        """How often the state of a stack was written."""
        state = self.folder / "plans.fake" / "states" / stack
        return int(state.read_text()) if state.exists() else 0

    def somebody_else_applies(self, stack: str) -> None:
        (self.folder / "plans.fake" / "states" / stack).write_text(str(self.serial(stack) + 1))

    @property
    def calls(self) -> list[str]:
        file = self.folder / "plans.fake" / "calls"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def applied(self) -> list[str]:
        """The stacks that Terraform was asked to apply, in order."""
        return [call.split()[0] for call in self.calls if call.split()[1] == "apply"]

    def start(self, command: str, *arguments: object, **variables: str) -> subprocess.Popen[str]:
        """Start a command as a process of its own."""
        return subprocess.Popen(
            [VENV_BIN / "pay", *self._arguments(command, *arguments)],
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _arguments(self, command: str, *arguments: object) -> list[str]:
        return [command, *map(str, (self.base, self.plans, *arguments))]

    def run(self, command: str, *arguments: object, **variables: str) -> Finished:
        """Run a command in this process, and its programs in theirs."""
        self.captured.readouterr()
        result = CliRunner().invoke(app, self._arguments(command, *arguments), env=variables)
        programs = self.captured.readouterr().err
        return Finished(result.exit_code, result.stdout, result.stderr + programs)

    def plan(self, **variables: str) -> Finished:
        return self.run("plan-changes", **variables)

    def apply(self, **variables: str) -> Finished:
        return self.run("apply", self.reviewed, **variables)

    def approve(self) -> None:
        """Writes the text that was approved, as `pay judge-changes` does for these plans."""
        digest = hashlib.sha256((self.plans / "SHA256SUMS").read_bytes()).hexdigest()
        self.review.mkdir(exist_ok=True)
        self.reviewed.write_text(f"All plan files together: sha256 `{digest}`\n")


@pytest.fixture
def delivery(
    tmp_path: Path,
    environments: Mapping[str, Environment],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    lock_server: Server,
) -> Delivery:
    """A service moves from `ready` to `canary`: its records' stack changes, no other."""
    for name in (
        "base",
        "head",
        "bin",
        "plans.fake/plans",
        "plans.fake/states",
        "plans.fake/running",
    ):
        (tmp_path / name).mkdir(parents=True)
    base, head = tmp_path / "base", tmp_path / "head"
    for checkout in (base, head):
        (checkout / "main.py").write_text(MAIN)
    before = fresh_checkout(base / "environments")
    after = fresh_checkout(tmp_path / "environments")
    before.put(ENVIRONMENT, SERVICE, Stage.READY)
    after.put(ENVIRONMENT, SERVICE, Stage.CANARY)
    program = tmp_path / "bin" / "terraform"
    program.write_text(TERRAFORM.format(python=VENV_BIN / "python"))
    program.chmod(0o755)
    monkeypatch.chdir(head)
    for variable, value in {
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        "FAKE_TERRAFORM": str(tmp_path / "plans.fake"),
        "CDKTF_OUTDIR": str(tmp_path / "out"),
        "PAY_ENVIRONMENTS": str(after.folder),
        "COLUMNS": "1000",
        **lock_server.variables(),
    }.items():
        monkeypatch.setenv(variable, value)
    made = Delivery(tmp_path, environments[ENVIRONMENT], base, head, capfd)
    made.synthesises({TRAFFIC: "100"}, {TRAFFIC: "95"})
    made.will_plan(TRAFFIC, stage_change(environments[ENVIRONMENT], Stage.READY, Stage.CANARY))
    return made
