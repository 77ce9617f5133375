"""`cdktf deploy` is refused before it begins where the sandbox can only plan."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox import plan_only
from sandbox.plan_only import NODE
from sandbox.settings import ACCESS_KEY_ID
from tests.conftest import ROOT

Run = Callable[..., list[str] | str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return the arguments that cdktf is started with, or the refusal; in a sandbox."""
    started: list[list[str]] = []

    def start(program: str, arguments: list[str]) -> None:
        first, rest = tuple(arguments[: len(NODE)]), arguments[len(NODE) :]
        assert (program, first) == (NODE[0], NODE)
        started.append(rest)

    monkeypatch.setattr(os, "execvp", start)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID)
    monkeypatch.setenv("PAY_ENVIRONMENTS", str(ROOT / "environments"))
    monkeypatch.delenv("PAY_STACKS", raising=False)

    def main(*arguments: str) -> list[str] | str:
        try:
            plan_only.main("cdktf", *arguments)
        except SystemExit as refused:
            return str(refused.code)
        return started.pop()

    return main


@pytest.mark.parametrize(
    "arguments",
    [
        ("deploy", "test-12-platform"),
        ("deploy", "--auto-approve", "production-2-connector-*"),
        ("apply", "test-12-platform"),
        ("destroy", "sandbox-platform", "staging-2-platform"),
        ("--log-level", "debug", "deploy", "test-12-platform"),
    ],
)
def test_refuses_to_deploy_what_can_only_be_planned(run: Run, arguments: tuple[str, ...]) -> None:
    refused = run(*arguments)
    assert "which the sandbox can only plan" in refused
    assert "Nothing was changed" in refused


def test_names_every_environment_that_can_only_be_planned(run: Run) -> None:
    assert "found staging-2, test-12, which" in run("deploy", "test-12-*", "staging-2-platform")


@pytest.mark.parametrize(
    "arguments",
    [
        ("deploy", "sandbox-platform"),
        ("deploy", "sandbox-*", "--output", "cdktf.out"),
        ("diff", "test-12-platform"),
        ("synth",),
        ("--help",),
        (),
    ],
)
def test_everything_else_is_cdktfs(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments) == ["cdktf", *arguments]


def test_without_a_stack_those_of_pay_stacks_count(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAY_STACKS", "test-12-platform")
    assert "found test-12, which" in run("deploy")
    monkeypatch.setenv("PAY_STACKS", "sandbox-platform")
    assert run("deploy") == ["cdktf", "deploy"]


def test_an_account_is_deployed_to(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    assert run("deploy", "test-12-platform") == ["cdktf", "deploy", "test-12-platform"]


def test_leaves_files_that_cannot_be_read_to_cdktf(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "test-12.toml").write_text("name =")
    monkeypatch.setenv("PAY_ENVIRONMENTS", str(tmp_path))
    assert run("deploy", "test-12-platform") == ["cdktf", "deploy", "test-12-platform"]
