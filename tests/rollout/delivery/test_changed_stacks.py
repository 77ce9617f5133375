"""Which stacks a change touches, and which plans the guard needs beside theirs."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest

from pay.model import Environment, InvalidInput
from pay.model.stacks import known_stacks
from rollout.delivery.changed_stacks import changed_since, changes, judged_together
from tests.support.checkout import Checkout, Pay

SIDE = "test-12-connector-ec2"


def synthesised(folder: Path, bucket: str = "states", **stacks: str) -> Path:
    for id, text in stacks.items():
        stack = folder / "stacks" / id
        stack.mkdir(parents=True)
        (stack / "cdk.tf").write_text(text)
        backend = {"s3": {"bucket": bucket, "key": f"{id}.tfstate"}}
        (stack / "metadata.json").write_text(json.dumps({"terraform": {"backend": backend}}))
    return folder


def test_a_stack_changes_when_its_hcl_differs_or_is_new(tmp_path: Path) -> None:
    before = synthesised(tmp_path / "before", same="a", other="a")
    after = synthesised(tmp_path / "after", same="a", other="b", new="c")
    found = changes(before, after)
    assert found.changed == {"other", "new"}
    assert found.left == set()


def test_a_state_is_left_when_the_stack_lost_its_code(tmp_path: Path) -> None:
    before = synthesised(tmp_path / "before", gone="a", away="a", same="a")
    after = synthesised(tmp_path / "after", same="a")
    found = changes(before, after)
    assert found.changed == set()
    assert found.left == {"away", "gone"}


def test_a_state_is_left_when_the_stack_keeps_its_state_elsewhere(tmp_path: Path) -> None:
    before = synthesised(tmp_path / "before", one="a")
    after = synthesised(tmp_path / "after", bucket="other-states", one="b")
    found = changes(before, after)
    assert found.changed == found.left == {"one"}


def test_a_changed_side_is_judged_with_its_records(
    environments: Mapping[str, Environment],
) -> None:
    known = known_stacks(environments)
    assert judged_together([SIDE], known) == {SIDE, "test-12-connector-traffic"}
    for alone in ("test-12-platform", "test-12-connector-traffic"):
        assert judged_together([alone], known) == {alone}


MAIN = """
import os
from pathlib import Path
for file in Path(os.environ["PAY_ENVIRONMENTS"]).glob("*.toml"):
    folder = Path(os.environ["CDKTF_OUTDIR"]) / "stacks" / file.stem
    folder.mkdir(parents=True)
    (folder / "cdk.tf").write_text(file.read_text())
    (folder / "metadata.json").write_text('{"terraform": {"backend": {}}}')
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose stacks are the text of its environments, with one commit."""
    folder = tmp_path / "project"
    (folder / "environments").mkdir(parents=True)
    (folder / "main.py").write_text(MAIN)
    for name in ("one", "two"):
        (folder / "environments" / f"{name}.toml").write_text("before")
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=folder, check=True)
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    who = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    for command in (["add", "."], [*who, "commit", "-qm", "Begin"]):
        subprocess.run(["git", *command], cwd=folder, check=True)


def test_a_working_tree_is_compared_with_a_revision(project: Path) -> None:
    folder = project / "environments"
    assert changed_since("HEAD", project, folder).changed == frozenset()
    (folder / "two.toml").write_text("after")
    (folder / "one.toml").unlink()
    found = changed_since("HEAD", project, folder)
    assert found.changed == {"two"}
    assert found.left == {"one"}


def test_the_command_names_a_changed_side_with_its_records(
    project: Path, checkout: Checkout, pay: Pay, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "main.py").write_text(MAIN.replace("file.stem", "f'{file.stem}-connector-ec2'"))
    shutil.rmtree(project / "environments")
    shutil.copytree(checkout.folder, project / "environments")
    commit(project)
    monkeypatch.setattr(import_module("rollout.cli.stacks"), "ROOT", project)
    assert pay("stacks", "--changed", "main").stdout == "Nothing changes.\n"

    checkout.put("test-12", "connector", "dark")
    shown = pay("stacks", "--changed", "main")
    assert (shown.exit_code, shown.stderr) == (0, "")
    _, *rows = (line.split()[0] for line in shown.stdout.splitlines())
    assert rows == [SIDE, "test-12-connector-traffic"]


@pytest.mark.parametrize("base", ["nowhere", "--output=x"])
def test_refuses_what_is_not_a_revision(project: Path, base: str) -> None:
    with pytest.raises(InvalidInput, match="a revision of this checkout"):
        changed_since(base, project, project / "environments")
    assert not (project / "x").exists()


def test_reports_an_estate_that_cannot_be_synthesised(project: Path) -> None:
    (project / "main.py").write_text("raise SystemExit('connector: no such stage')")
    with pytest.raises(InvalidInput, match="connector: no such stage"):
        changed_since("HEAD", project, project / "environments")
