"""Set-up changes nothing outside its checkout, and repairs a checkout that was moved."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from toolchain.locks import virtual_environments
from toolchain.locks.virtual_environments import PYTHON, create
from toolchain.problems import ToolProblem
from toolchain.setup import install


@pytest.mark.parametrize("name", ["CACHE", "IMPORTS", "NODE_MODULES"])
def test_refuses_to_write_through_a_link_out_of_the_checkout(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, elsewhere = tmp_path / "checkout" / name.lower(), tmp_path / "elsewhere"
    elsewhere.mkdir()
    link.parent.mkdir()
    link.symlink_to(elsewhere)
    monkeypatch.setattr(install, "ROOT", link.parent)
    monkeypatch.setattr(install, "virtual_environment", lambda name: link.parent / name)
    for each in ("CACHE", "IMPORTS", "NODE_MODULES"):
        monkeypatch.setattr(install, each, link.parent / each.lower())
    with pytest.raises(ToolProblem) as refusal:
        install.install()
    assert f"{link.name} leads to {elsewhere}" in str(refusal.value)
    assert f"remove the links (rm {link.name})" in str(refusal.value)
    assert list(elsewhere.iterdir()) == []


def test_a_link_inside_the_checkout_is_no_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "node_modules").symlink_to("disk")
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "virtual_environment", lambda name: tmp_path / name)
    for name in ("CACHE", "IMPORTS", "NODE_MODULES"):
        monkeypatch.setattr(install, name, tmp_path / name.lower())
    install._refuse_links()


@pytest.mark.slow
@pytest.mark.parametrize("way", [shutil.move, shutil.copytree], ids=["moved", "copied"])
def test_an_environment_of_another_place_is_made_again(
    way: object, virtual_environments_elsewhere: Path
) -> None:
    """Its programs would start the Python of the place before."""
    home, before = (virtual_environments_elsewhere / name for name in (".venv-x", "before"))
    create("x")
    (home / "kept").touch()
    create("x")
    assert (home / "kept").exists()
    assert callable(way)
    way(home, before, **({"symlinks": True} if way is shutil.copytree else {}))
    shutil.rmtree(home, ignore_errors=True)
    before.rename(home.with_name(".venv-y"))
    create("y")
    pip = (home.with_name(".venv-y") / "bin" / "pip").read_text()
    assert pip.startswith(f"#!{home.with_name('.venv-y')}/bin/python")
    assert not (home.with_name(".venv-y") / "kept").exists()


def test_the_python_of_this_checkout_is_known_as_its_own() -> None:
    made = subprocess.check_output(
        [sys.executable, "-c", "import sys; print(sys.prefix)"], text=True
    )
    assert virtual_environments._was_made_for(Path(made.strip()).resolve())
    assert PYTHON
