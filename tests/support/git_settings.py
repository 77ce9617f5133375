"""Nobody's settings of Git, as a build has them."""

import os

import pytest


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process and those that it starts know no author, editor or hook."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for who in ("AUTHOR", "COMMITTER"):
        for key in ("NAME", "EMAIL"):
            monkeypatch.delenv(f"GIT_{who}_{key}", raising=False)
