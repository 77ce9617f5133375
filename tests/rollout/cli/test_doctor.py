"""`pay doctor` without an account: a line for what is missing, never a traceback or a wait."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from rollout.cli import app
from rollout.doctor.line import fails, not_shown, ok
from rollout.doctor.report import as_data, print_line, print_sum
from rollout.terminal.console import PrintableConsole
from tests.conftest import ROOT
from tests.rollout.conftest import NOWHERE
from tests.support.account import CREDENTIALS

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
UNREACHABLE = {**KEYS, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}


@pytest.fixture(autouse=True)
def no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", *CREDENTIALS):
        monkeypatch.delenv(name, raising=False)


def doctor(*arguments: str, **variables: str) -> Result:
    shell = {"PAY_ENVIRONMENTS": str(ROOT / "environments"), "COLUMNS": "200", **NOWHERE}
    return CliRunner().invoke(app, ["doctor", *arguments], env={**shell, **variables})


@pytest.mark.parametrize(
    ("variables", "check"),
    [
        ({}, "credentials"),
        ({"AWS_PROFILE": "nowhere"}, "credentials"),
        (UNREACHABLE, "connection"),
    ],
)
def test_one_line_says_what_to_do(variables: dict[str, str], check: str) -> None:
    result = doctor("test-12", "--json", **variables)
    answer: dict[str, Any] = json.loads(result.stdout)
    terraform, fault = answer["lines"]
    assert (terraform["check"], fault["check"], fault["verdict"]) == ("terraform", check, "fails")
    assert fault["fix"]
    assert (result.exit_code, answer["ready"]) == (1, False)


def test_goes_on_without_terraform(tmp_path: Path) -> None:
    result = doctor("test-12", PATH=str(tmp_path))
    assert "x   terraform\n    it is not on PATH" in result.stdout
    assert "\n    -> needed: Terraform 1.10.0 or later; run `make setup`" in result.stdout
    assert "test-12 is not ready: 2 would fail." in result.stdout


def test_an_old_terraform_is_named(tmp_path: Path) -> None:
    old = tmp_path / "terraform"
    old.write_text('#!/bin/sh\necho "Terraform v1.5.7"\n')
    old.chmod(0o755)
    assert f"    {old} is 1.5.7" in doctor("test-12", PATH=f"{tmp_path}:/usr/bin:/bin").stdout


@pytest.mark.parametrize("arguments", [("nowhere",), ()])
def test_wrong_use_ends_with_2(arguments: tuple[str, ...]) -> None:
    assert doctor(*arguments).exit_code == 2


LINES = [
    ok("provider", "hashicorp/aws 5.100.0"),
    fails("state bucket: versions", "off for [pay]", "turn it on: aws s3api put-bucket-versioning"),
    not_shown("PLAN_ROLE_ARN", "is not set", "set it"),
]


def test_a_narrow_terminal_breaks_between_words() -> None:
    out = PrintableConsole(width=40, highlight=False)
    with out.capture() as shown:
        for line in LINES:
            print_line(out, line)
        print_sum(out, "test-12", LINES)
    assert [line.rstrip() for line in shown.get().splitlines()] == [
        "ok  provider: hashicorp/aws 5.100.0",
        "x   state bucket: versions",
        "    off for [pay]",
        "    -> turn it on: aws s3api",
        "    put-bucket-versioning",
        "?   PLAN_ROLE_ARN",
        "    is not set",
        "    -> set it",
        "",
        "test-12 is not ready: 1 would fail. Not",
        "shown: 1.",
    ]


def test_what_is_not_shown_fails_nothing() -> None:
    assert as_data("test-12", [LINES[0], LINES[2]])["ready"] is True
