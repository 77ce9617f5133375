import os
import subprocess
from pathlib import Path

import pytest

from toolchain import cli, provider_mirror
from toolchain.environment import changes, tool_environment
from toolchain.paths import ROOT, VENV_BIN


@pytest.fixture(autouse=True)
def no_mirror(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(provider_mirror, "PLACES", ())
    monkeypatch.setattr(provider_mirror, "PLUGIN_CACHE", tmp_path / "plugins")


def test_puts_the_checkouts_own_programs_first() -> None:
    assert tool_environment({"PATH": "/usr/bin:/bin"})["PATH"] == f"{VENV_BIN}:/usr/bin:/bin"


def test_changes_nothing_when_applied_twice() -> None:
    once = tool_environment({"PATH": "/usr/bin"})
    assert tool_environment(once) == once


def test_keeps_what_it_does_not_set() -> None:
    assert tool_environment({"PATH": "/bin", "AWS_PROFILE": "pay"})["AWS_PROFILE"] == "pay"


def test_drops_a_cli_configuration_that_is_missing() -> None:
    env = {"PATH": "/bin", "TF_CLI_CONFIG_FILE": "/nowhere/terraform.rc"}
    assert "TF_CLI_CONFIG_FILE" not in tool_environment(env)


def test_the_printed_lines_give_a_shell_the_same_variables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", "/nowhere/it's gone.rc")
    lines = cli.shell_lines()
    shown = subprocess.run(
        ["sh", "-c", f"{lines}\nenv -0"], capture_output=True, text=True, check=True
    ).stdout
    after = dict(line.split("=", 1) for line in shown.split("\0") if line)
    for name, value in changes(os.environ).items():
        if name != "PATH":
            assert after.get(name) == value
    assert after["PATH"].startswith(f"{VENV_BIN}:")


def test_jsii_prints_no_end_of_life_banner() -> None:
    done = subprocess.run(
        [VENV_BIN / "python", "-c", "import cdktf; cdktf.App()"],
        env=tool_environment() | {"CDKTF_OUTDIR": "/nowhere"},
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
