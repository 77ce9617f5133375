"""Without a browser the runner fails, and says how to get one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pay.smoke.runner.browser import Browser, NoBrowser, find_browser


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    find_browser.cache_clear()
    yield
    find_browser.cache_clear()


def program(folder: Path, name: str, code: int) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\nexit {code}\n")
    path.chmod(0o755)


def test_says_how_to_get_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoBrowser, match="no Node in PATH: run `make setup`"):
        find_browser()


def test_says_how_to_get_a_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path, "node", 1)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoBrowser, match="run `make setup`, or install Debian's chromium-headless"):
        find_browser()


def test_takes_a_browser_of_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path, "node", 1)
    program(tmp_path, "chromium", 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_browser() == Browser(str(tmp_path / "chromium"))
