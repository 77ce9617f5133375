"""The project's own environment files in a folder where a test may spoil them."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from pay.environments.load import load_environments
from pay.model import Environment, InvalidInput, Problem
from tests.conftest import ROOT
from tests.support.spoiled import Edit, Refused

ENVIRONMENTS = ROOT / "environments"


@pytest.fixture(scope="session")
def environments() -> Mapping[str, Environment]:
    return load_environments(ENVIRONMENTS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of `environments/`."""
    return Path(shutil.copytree(ENVIRONMENTS, tmp_path / "environments"))


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replaces the first occurrence of a text in the file of an environment."""

    def edit(name: str, old: str, new: str) -> None:
        path = folder / f"{name}.toml"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return edit


@pytest.fixture
def refused(folder: Path) -> Refused:
    """The problems that the folder is refused with."""

    def refused() -> list[Problem]:
        with pytest.raises(InvalidInput) as caught:
            load_environments(folder)
        return list(caught.value.problems)

    return refused
