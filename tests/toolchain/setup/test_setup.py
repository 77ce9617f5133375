import subprocess
import sys
from pathlib import Path

import pytest

from toolchain import stamps
from toolchain.commands import run_logged
from toolchain.paths import ROOT
from toolchain.problems import ToolProblem
from toolchain.setup import install


def test_a_second_set_up_does_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "toolchain", "setup"], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_step_is_done_again_only_when_its_inputs_change(tmp_path: Path) -> None:
    runs: list[str] = []

    def step(wanted: str) -> bool:
        return stamps.step("packages", tmp_path / "stamp", wanted, lambda: runs.append(wanted))

    assert [step("one"), step("one"), step("two"), step("two")] == [True, False, True, False]
    assert runs == ["one", "two"]


def test_a_step_that_failed_is_done_again(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp"
    stamp.write_text("earlier")

    def fail() -> None:
        raise ToolProblem("a broken registry", needed="another", do="wait")

    with pytest.raises(ToolProblem):
        stamps.step("packages", stamp, "later", fail)
    assert not stamp.exists()


def test_the_fingerprint_follows_the_content_of_a_lock_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "ROOT", tmp_path)
    lock = tmp_path / "lock.txt"
    lock.write_text("jsii==1.0\n")
    before = stamps.fingerprint([lock])
    assert stamps.fingerprint([lock]) == before
    lock.write_text("jsii==1.1\n")
    assert stamps.fingerprint([lock]) != before


def test_a_failing_program_is_reported_with_the_end_of_its_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("toolchain.commands.LOGS", tmp_path)
    monkeypatch.setattr("toolchain.commands.ROOT", tmp_path)
    run_logged(["echo", "earlier"], log="pip", doing="asking")
    program = "echo no route; echo 'npm error     at Socket.emit'; exit 3"
    with pytest.raises(ToolProblem) as refusal:
        run_logged(["sh", "-c", program], log="pip", doing="installing")
    problem, _ = str(refusal.value).split("\n  needed:")
    assert problem == "installing failed with exit status 3:\n    no route"
    assert "at Socket.emit" in (tmp_path / "pip.log").read_text()


def test_the_problems_of_all_parts_are_reported_together() -> None:
    def failing(name: str) -> bool:
        raise ToolProblem(f"no {name}", needed=name, do="install it")

    with pytest.raises(ToolProblem, match=r"(?s)no node.*no python"):
        install._in_parallel([lambda: failing("node"), lambda: True, lambda: failing("python")])


def test_make_says_what_to_do_without_a_python_that_is_new_enough(path_folder: Path) -> None:
    (path_folder / "cat").symlink_to("/bin/cat")
    old = path_folder / "python3"
    old.write_text("#!/bin/sh\n[ $1 = --version ] && echo Python 3.9.2\nexit 1\n")
    old.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", ROOT / "toolchain" / "find-python.sh"], capture_output=True, text=True
    )
    assert done.stdout == "false\n"
    assert "Python 3.9.2\n  needed: Python 3.11 or later" in done.stderr


def test_make_takes_a_newer_python_when_python3_is_too_old(path_folder: Path) -> None:
    for name, status in (("python3", 1), ("python3.12", 0)):
        program = path_folder / name
        program.write_text(f"#!/bin/sh\nexit {status}\n")
        program.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", ROOT / "toolchain" / "find-python.sh"], capture_output=True, text=True
    )
    assert done.stdout == "python3.12\n"
