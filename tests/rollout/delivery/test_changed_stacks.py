"""Which stacks a change touches, and which plans the guard needs beside theirs."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from pay.model import Environment, InvalidInput
from pay.model.stacks import known_stacks
from rollout.delivery.changed_stacks import changed, changed_since, judged_together

SIDE = "test-12-connector-ec2"


def synthesised(folder: Path, **stacks: str) -> Path:
    for id, text in stacks.items():
        (folder / "stacks" / id).mkdir(parents=True)
        (folder / "stacks" / id / "cdk.tf").write_text(text)
    return folder


def test_a_stack_changes_when_its_hcl_differs_or_is_new(tmp_path: Path) -> None:
    before = synthesised(tmp_path / "before", same="a", other="a")
    after = synthesised(tmp_path / "after", same="a", other="b", new="c")
    assert changed(before, after) == {"other", "new"}


def test_refuses_every_stack_that_lost_its_code(tmp_path: Path) -> None:
    before = synthesised(tmp_path / "before", gone="a", away="a", same="a")
    after = synthesised(tmp_path / "after", same="a")
    with pytest.raises(InvalidInput) as refused:
        changed(before, after)
    assert [problem.where for problem in refused.value.problems] == ["away", "gone"]


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
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose stacks are the text of its environments, with one commit."""
    folder = tmp_path / "project"
    (folder / "environments").mkdir(parents=True)
    (folder / "main.py").write_text(MAIN)
    for name in ("one", "two"):
        (folder / "environments" / f"{name}.toml").write_text("before")
    who = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "Begin"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def test_a_working_tree_is_compared_with_a_revision(project: Path) -> None:
    folder = project / "environments"
    assert changed_since("HEAD", project, folder) == frozenset()
    (folder / "two.toml").write_text("after")
    assert changed_since("HEAD", project, folder) == {"two"}


@pytest.mark.parametrize("base", ["nowhere", "--output=x"])
def test_refuses_what_is_not_a_revision(project: Path, base: str) -> None:
    with pytest.raises(InvalidInput, match="a revision of this checkout"):
        changed_since(base, project, project / "environments")
    assert not (project / "x").exists()


def test_reports_an_estate_that_cannot_be_synthesised(project: Path) -> None:
    (project / "main.py").write_text("raise SystemExit('connector: no such stage')")
    with pytest.raises(InvalidInput, match="connector: no such stage"):
        changed_since("HEAD", project, project / "environments")
