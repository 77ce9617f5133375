"""A stack is made new exactly when something that it is made from has changed."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from cdktf import App

import pay
from pay.catalogue import CATALOGUE
from pay.environments.adopted import Imports
from pay.environments.load import load_environments
from pay.hcl.errors import HclError
from pay.hcl.kept_output import KeptOutput
from pay.model import Environment
from pay.model.stack_kind import Input, StackScope
from pay.model.stacks import KINDS, WATCHING, known_stacks
from stacks.estate import PlannedStack, add_stack, planned_stacks
from stacks.made_from import CODE, FILES, SCHEMA, code_folders, made_from
from stacks.synthesis import synthesise
from tests.conftest import ROOT
from tests.support.stack_ids import platform_stack
from tests.support.suppressions import suppression

Files = Mapping[str, bytes]
PLATFORM_AND_CARDID = {
    platform_stack("sandbox"),
    *(kind.stack_id("sandbox", "cardid") for kind in KINDS if kind.scope is StackScope.SERVICE),
}
SELECTED = ("sandbox-platform", "sandbox-cardid-*", "staging-2-cardid-traffic")


def plans(folder: Path, *patterns: str) -> list[PlannedStack]:
    return list(planned_stacks(load_environments(folder), patterns=patterns))


def files_below(folder: Path) -> Files:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Environment files that may be changed."""
    return Path(shutil.copytree(ROOT / "environments", tmp_path / "environments"))


def change(folder: Path, old: str, new: str, name: str = "sandbox") -> None:
    file = folder / f"{name}.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


# What each line of an environment file changes


STAGE = '[services.cardid]\nstage = "legacy"'
EVERY = "every stack of sandbox, but none of its account"
SEES_CARDID = "those of them that are cardid's or see all services"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(STAGE, STAGE.replace("legacy", "dark"), SEES_CARDID, id="stage"),
        pytest.param(
            STAGE + "\ntasks = { min = 1",
            STAGE + "\ntasks = { min = 2",
            SEES_CARDID,
            id="tasks",
        ),
        pytest.param("retention_in_days = 365", "retention_in_days = 400", EVERY, id="setting"),
        pytest.param("canary = 5", "canary = 10", EVERY, id="ladder"),
        pytest.param("# Neighbours", "# Some neighbours", set(), id="comment"),
    ],
)
def test_a_line_changes_the_stacks_that_may_see_it(
    old: str, new: str, expected: set[str] | str, folder: Path
) -> None:
    planned = plans(folder)
    before = {stack.id: stack.made_from for stack in planned}
    change(folder, old, new)
    after = {stack.id: stack.made_from for stack in plans(folder)}
    if isinstance(expected, str):
        services = (None, "cardid") if expected == SEES_CARDID else (None, *CATALOGUE)
        expected = {
            stack.id
            for stack in known_stacks(load_environments(folder)).values()
            if stack.owner == "sandbox"
            and stack.kind.scope is not StackScope.ACCOUNT
            and stack.service in services
        }
    assert {id_ for id_ in before if before[id_] != after[id_]} == expected


def test_an_import_changes_the_stack_that_takes_over(
    environments: Mapping[str, Environment],
) -> None:
    def ids_and_inputs(adopted: Mapping[str, Imports]) -> set[tuple[str, str]]:
        return {(s.id, s.made_from) for s in planned_stacks(environments, adopted=adopted)}

    stack = "sandbox-cardid-ec2"
    new = ids_and_inputs({stack: {"aws_lb.alb": "2"}}) - ids_and_inputs(
        {stack: {"aws_lb.alb": "1"}}
    )
    assert [id_ for id_, _ in new] == [stack]


# What all stacks are made from


FOLDERS = ("pay", "stacks", "imports")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a file in each place that is looked at."""
    for folder in FOLDERS:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "module.py").write_text("one = 1\n")
    for file in FILES:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("{}")
    monkeypatch.setattr(
        "stacks.made_from.code_folders", lambda: [tmp_path / folder for folder in FOLDERS]
    )
    monkeypatch.setattr(pay, "STARTED", time.time() + 60)
    return tmp_path


def _set(name: str, value: str) -> Callable[[Path, pytest.MonkeyPatch], None]:
    return lambda _, monkeypatch: monkeypatch.setenv(name, value)


def _write(file: str) -> Callable[[Path, pytest.MonkeyPatch], None]:
    def write(root: Path, _: pytest.MonkeyPatch) -> None:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text("two = 2\n")

    return write


def _move(root: Path, _: pytest.MonkeyPatch) -> None:
    (root / "pay" / "module.py").rename(root / "pay" / "other.py")


def _delete(root: Path, _: pytest.MonkeyPatch) -> None:
    (root / "pay" / "module.py").unlink()


def _catalogue(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, service = next(iter(CATALOGUE.items()))
    changed = service.model_copy(update={"container_port": 1})
    monkeypatch.setattr("stacks.made_from.CATALOGUE", {**CATALOGUE, name: changed})


def _python(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version", "3.99.0")


def _package(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "site-packages" / "cdktf-0.22.0.dist-info").mkdir(parents=True)
    where = SimpleNamespace(get_path=lambda _: str(root / "site-packages"))
    monkeypatch.setattr("stacks.made_from.sysconfig", where)


def _node(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "bin").mkdir()
    (root / "bin" / "node").write_text("#!/bin/sh\n")
    (root / "bin" / "node").chmod(0o755)
    monkeypatch.setenv("PATH", str(root / "bin"), prepend=os.pathsep)


@pytest.mark.parametrize(
    "change",
    [
        *(pytest.param(_write(f"{folder}/module.py"), id=folder) for folder in FOLDERS),
        *(pytest.param(_write(file), id=file) for file in FILES),
        pytest.param(_write("pay/hcl/new.js"), id="new file"),
        pytest.param(_move, id="moved file"),
        pytest.param(_delete, id="deleted file"),
        pytest.param(_catalogue, id="catalogue"),
        pytest.param(_python, id="python"),
        pytest.param(_package, id="package"),
        pytest.param(_node, id="node"),
        pytest.param(_set("CDKTF_CONTEXT_JSON", "{}"), id="setting of cdktf"),
        pytest.param(_set("JSII_NODE", "another"), id="setting of jsii"),
    ],
)
def test_all_stacks_are_made_from(
    change: Callable[[Path, pytest.MonkeyPatch], None], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = made_from(root)
    change(root, monkeypatch)
    assert made_from(root) != before


def test_a_copy_elsewhere_is_made_from_the_same(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    before = made_from(root)
    copy = shutil.copytree(root, tmp_path_factory.mktemp("elsewhere") / "copy")
    monkeypatch.setattr(
        "stacks.made_from.code_folders", lambda: [copy / folder for folder in FOLDERS]
    )
    assert made_from(copy) == before


def test_code_that_was_changed_after_the_start_is_like_no_other(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have been imported before it was changed."""
    before = made_from(root)
    assert made_from(root) == before
    monkeypatch.setattr(pay, "STARTED", (root / "main.py").stat().st_ctime)
    assert len({before, made_from(root), made_from(root)}) == 3


DIGESTS = """
import hashlib
from pathlib import Path
from pay.environments.load import load_environments
from stacks.estate import planned_stacks
from stacks.made_from import made_from
texts = [stack.made_from for stack in planned_stacks(load_environments(Path("environments")))]
print(made_from(Path.cwd()), hashlib.sha256("".join(texts).encode()).hexdigest())
"""


def test_digests_are_the_same_in_every_process(tools: Mapping[str, str]) -> None:
    """Sets of text have another order in each."""
    assert (
        len(
            {
                subprocess.check_output(
                    [sys.executable, "-c", DIGESTS], cwd=ROOT, env={**tools, "PYTHONHASHSEED": seed}
                )
                for seed in ("1", "2", "3")
            }
        )
        == 1
    )


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_set("CDKTF_OUTDIR", "elsewhere"), id="output folder"),
        pytest.param(_set("CDKTF_HOME", "elsewhere"), id="folder of cdktf's own files"),
        pytest.param(_write("environments/one.toml"), id="environment"),
        pytest.param(_write("rollout/module.py"), id="rollout"),
        pytest.param(_write("pay/__pycache__/module.pyc"), id="bytecode"),
    ],
)
def test_no_stack_is_made_from(
    change: Callable[[Path, pytest.MonkeyPatch], None], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = made_from(root)
    change(root, monkeypatch)
    assert made_from(root) == before


# What is made new


class Synthesis:
    """Runs of `synthesise` with entries of their own, and which stacks each run made."""

    def __init__(self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.entries, self._tmp_path = folder, tmp_path / "entries", tmp_path
        self._made: set[str] = set()

        def recording(app: App, planned: PlannedStack) -> None:
            self._made.add(planned.id)
            add_stack(app, planned)

        monkeypatch.setattr("stacks.synthesis.add_stack", recording)

    def run(self, *patterns: str, code: str = "code") -> set[str]:
        """The stacks that were made new, when they lead to the same files as all made new."""
        reused, new = self._tmp_path / "reused", self._tmp_path / "new"
        planned = plans(self.folder, *(patterns or SELECTED))
        self._made.clear()
        synthesise(planned, reused, ROOT / SCHEMA, KeptOutput(self.entries, lambda: code))
        made = set(self._made)
        shutil.rmtree(new, ignore_errors=True)
        synthesise(planned, new, ROOT / SCHEMA, None)
        assert files_below(reused) == files_below(new)
        return made


@pytest.fixture
def synthesis(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Synthesis:
    return Synthesis(folder, tmp_path, monkeypatch)


ALL = {*PLATFORM_AND_CARDID, "staging-2-cardid-traffic"}


def test_makes_only_what_has_changed(synthesis: Synthesis) -> None:
    assert synthesis.run() == ALL
    assert synthesis.run() == set()
    change(synthesis.folder, STAGE, STAGE.replace("legacy", "dark"))
    assert synthesis.run() == PLATFORM_AND_CARDID
    change(synthesis.folder, "retention_in_days = 365", "retention_in_days = 400")
    assert synthesis.run() == PLATFORM_AND_CARDID
    assert synthesis.run(code="other code") == ALL


def test_makes_nothing_new_on_the_way_back(synthesis: Synthesis) -> None:
    dark = STAGE.replace("legacy", "dark")
    synthesis.run()
    change(synthesis.folder, STAGE, dark)
    assert synthesis.run() == PLATFORM_AND_CARDID
    change(synthesis.folder, dark, STAGE)
    assert synthesis.run() == set()
    assert synthesis.run(code="other code") == ALL
    assert synthesis.run() == set()


def test_reuses_what_another_selection_made(synthesis: Synthesis) -> None:
    """Also when a stack that it is deployed after is in one of them only: the manifest differs."""
    assert synthesis.run("sandbox-cardid-fargate", "sandbox-cardid-traffic") == {
        "sandbox-cardid-fargate",
        "sandbox-cardid-traffic",
    }
    assert synthesis.run("sandbox-cardid-*") == {
        "sandbox-cardid-ec2",
        "sandbox-cardid-monitoring",
    }
    assert synthesis.run("sandbox-cardid-traffic") == set()


def test_makes_a_damaged_entry_new(synthesis: Synthesis) -> None:
    synthesis.run()
    [entry] = (synthesis.entries / "sandbox-cardid-ec2").iterdir()
    entry.write_bytes(entry.read_bytes()[:-1])
    assert synthesis.run() == {"sandbox-cardid-ec2"}
    assert synthesis.run() == set()


def test_keeps_nothing_of_a_synthesis_that_is_refused(
    synthesis: Synthesis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> str:
        raise HclError(["not today"])

    monkeypatch.setattr("pay.hcl.app.to_hcl", refuse)
    with pytest.raises(HclError, match="stack sandbox-cardid-ec2: not today"):
        synthesis.run()
    assert not synthesis.entries.exists()


# main.py

RUN = """
import runpy, sys
from pathlib import Path
runpy.run_path("main.py", run_name="__main__")
files = [Path(m.__file__) for m in sys.modules.values() if getattr(m, "__file__", None)]
print(*(f.relative_to(Path.cwd()) for f in files if f.is_relative_to(Path.cwd())))
"""


def test_a_suppression_is_an_input_of_its_account_s_watching_and_of_no_other(
    environments: Mapping[str, Environment],
) -> None:
    entry = suppression(expires=date(2026, 12, 24))
    without = {stack.id: stack.made_from for stack in planned_stacks(environments)}
    suppressed = {Input.SUPPRESSED: lambda stack, _: (entry,) * (stack.owner == "sandbox")}
    planned = planned_stacks(environments, inputs=suppressed)
    differ = {stack.id for stack in planned if stack.made_from != without[stack.id]}
    assert differ == {WATCHING.stack_id("sandbox")}


@pytest.mark.slow
def test_starts_no_node_for_what_is_reused_and_reads_no_other_code(
    tools: Mapping[str, str], tmp_path: Path
) -> None:
    def modules(**settings: str) -> list[Path]:
        settings |= {"PAY_STACKS": "production-2-cardid-traffic", "CDKTF_OUTDIR": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-c", RUN],
            cwd=ROOT,
            env={**tools, **settings},
            check=True,
            capture_output=True,
            text=True,
        )
        return [Path(word) for word in done.stdout.split()]

    new = modules(PAY_REUSE="off")
    ours = {path for path in new if not path.parts[0].startswith(".venv")}
    # What is read of the journals reaches the stacks as an input.
    folders = [*code_folders(), ROOT / "rollout", *(ROOT / file for file in CODE)]
    assert all(any((ROOT / path).is_relative_to(each) for each in folders) for path in ours)
    assert any("jsii" in path.parts for path in new)
    modules()  # keeps it
    for settings in ({}, {"PAY_REUSE": ""}, {"PAY_REUSE": "on"}):
        reused = modules(**settings)
        assert not any("jsii" in path.parts or "cdktf" in path.parts for path in reused)
    assert any("jsii" in path.parts for path in modules(PAY_REUSE="off"))
