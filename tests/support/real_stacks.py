"""Real plans: the project's own stacks, synthesised, planned and applied in a sandbox."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from pay.environments.load import load_environments
from pay.model import Stage
from pay.model.stacks import PLATFORM
from sandbox.instance import Sandbox
from stacks.estate import planned_stacks
from stacks.made_from import SCHEMA
from stacks.synthesis import synthesise
from tests.conftest import ROOT
from tests.policies.conftest import write_manifest
from tests.support.patience import TIMEOUT_SECONDS

Edit = Callable[[str], str]


class RealStacks:
    """The stacks of one service of the environment `sandbox`, in a folder of their own."""

    def __init__(self, sandbox: Sandbox, folder: Path, service: str, *more: str) -> None:
        """`more`: stacks of other services, which stay at `legacy`."""
        self.sandbox, self.folder, self.service = sandbox, folder, service
        self._selected = (PLATFORM.stack_id("sandbox"), f"sandbox-{service}-*", *more)
        self.environments = folder / "environments"
        self.environments.mkdir()
        self._stacks = folder / "cdktf.out" / "stacks"
        self._written = ""
        self._showing = ThreadPoolExecutor(1)
        self._shows: list[Future[None]] = []
        self.synthesise(Stage.LEGACY)

    def synthesise(self, stage: Stage, edit: Edit = lambda text: text) -> None:
        """Writes the stacks with the service at a stage; `edit` changes the environment's file."""
        text = (ROOT / "environments" / "sandbox.toml").read_text()
        text = re.sub(r'^stage = ".*"$', 'stage = "legacy"', text, flags=re.MULTILINE)
        # One instance more than the services need, so that one can be taken away.
        text = _replaced(text, "min_instances = 2", "min_instances = 3")
        here = f'[services.{self.service}]\nstage = "legacy"'
        text = edit(_replaced(text, here, here.replace("legacy", stage)))
        if text == self._written:
            return
        self._written = text
        (self.environments / "sandbox.toml").write_text(text)
        environments = load_environments(self.environments)
        planned = list(planned_stacks(environments, patterns=self._selected))
        # In this process, as main.py does it: to start Python and Node takes longer.
        synthesise(planned, self.folder / "cdktf.out", ROOT / SCHEMA, None)

    def plan(
        self,
        label: str,
        stack: str,
        *arguments: str,
        edit: Edit | None = None,
        apply: bool = False,
        variables: Mapping[str, str] | None = None,
    ) -> Path:
        """Where the plan of a stack will be as JSON, `<label>/<stack>.json`, once `finish` is done:
        Terraform shows one plan while it makes the next. `edit` changes the HCL for this plan only.
        """
        folder = self._stacks / stack
        if not (folder / ".terraform").is_dir():
            self._run(["terraform", "init", "-input=false", "-no-color"], folder)
        path = self.folder / label / f"{stack}.json"
        path.parent.mkdir(exist_ok=True)
        binary = f"-out={path.with_suffix('.bin')}"
        with self._edited(folder / "cdk.tf", edit):
            options = ["-input=false", "-no-color", binary, *arguments]
            self._run(["terraform", "plan", *options], folder, **(variables or {}))
        self._shows.append(self._showing.submit(self._show, folder, path))
        if apply:
            self._run(["terraform", "apply", "-no-color", str(path.with_suffix(".bin"))], folder)
        return path

    def copied_to(self, name: str, *stacks: str) -> Path:
        """Where the HCL of stacks is now, with what synthesis leaves beside it, for the gate."""
        root = self.folder / name
        for stack in stacks:
            (root / stack).mkdir(parents=True)
            for file in ("cdk.tf", "metadata.json"):
                shutil.copy(self._stacks / stack / file, root / stack)
        write_manifest(root, stacks)
        return root

    def _show(self, folder: Path, path: Path) -> None:
        shown = ["terraform", "show", "-json", str(path.with_suffix(".bin"))]
        path.write_text(self._run(shown, folder))

    def finish(self) -> None:
        """Waits until every plan has been written as JSON."""
        for show in self._shows:
            show.result()
        self._showing.shutdown()

    def plan_all(self, label: str, *stacks: str, apply: bool = False) -> list[Path]:
        """Several stacks at once."""
        with ThreadPoolExecutor(len(stacks)) as pool:
            return list(pool.map(lambda stack: self.plan(label, stack, apply=apply), stacks))

    @contextmanager
    def _edited(self, file: Path, edit: Edit | None) -> Iterator[None]:
        text = file.read_text()
        if edit is None:
            yield
            return
        changed = edit(text)
        assert changed != text, f"{file}: the edit changes nothing"
        file.write_text(changed)
        try:
            yield
        finally:
            file.write_text(text)

    def _run(self, command: list[str], folder: Path, **variables: str) -> str:
        finished = subprocess.run(
            command,
            cwd=folder,
            env={**self.sandbox.environment_variables, **variables},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        if finished.returncode:
            said = finished.stdout + finished.stderr
            raise AssertionError(f"{' '.join(command)} in {folder.name}\n{said}")
        return finished.stdout


def _replaced(text: str, old: str, new: str) -> str:
    assert old in text, f"{old!r} is not in the text"
    return text.replace(old, new, 1)


def put(old: str, new: str) -> Edit:
    """An edit that replaces the first `old`."""
    return lambda text: _replaced(text, old, new)


def put_in(block: str, old: str, new: str) -> Edit:
    """An edit that replaces the first `old` after the line that begins a block."""

    def edit(text: str) -> str:
        head, found, tail = text.partition(block)
        assert found, f"{block!r} is not in the text"
        return head + found + _replaced(tail, old, new)

    return edit


def all_of(*edits: Edit) -> Edit:
    """Several edits, one after the other."""

    def edit(text: str) -> str:
        for one in edits:
            text = one(text)
        return text

    return edit


def appended(more: str) -> Edit:
    """An edit that adds blocks at the end."""
    return lambda text: f"{text}\n{more}\n"
