"""The server's process: start, rediscovery, end, and the environment of its clients."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from sandbox.server.process import SandboxError, Server, launch
from sandbox.settings import SandboxSettings
from sandbox.variables import IMAGE_TAGS, export_lines, whole_environment
from toolchain.paths import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("started") / "log"
    server = launch(SandboxSettings(account_id="333333333333"), log=log, tied=True)
    yield server
    server.stop()


def test_a_started_server_answers_for_the_account_it_was_given(started: Server) -> None:
    assert started.client("sts").get_caller_identity()["Account"] == "333333333333"


def test_the_client_of_a_service_is_made_once(started: Server) -> None:
    assert started.client("sts") is started.client("sts")
    assert started.client("sts") is not started.client("sts", boto3.Session().client)


def test_two_servers_know_nothing_of_each_other(started: Server, tmp_path: Path) -> None:
    other = launch(SandboxSettings(), log=tmp_path / "other", tied=True)
    try:
        other.client("ecs").create_cluster(clusterName="only-there")
        assert started.client("ecs").list_clusters()["clusterArns"] == []
    finally:
        other.stop()


def test_stop_ends_the_process_and_can_be_said_twice(tmp_path: Path) -> None:
    stopped = launch(SandboxSettings(), log=tmp_path / "log", tied=True)
    assert stopped.answers()
    stopped.stop()
    assert not stopped.answers()
    stopped.stop()


def test_stop_leaves_another_process_on_the_same_port_alone(started: Server) -> None:
    stale = Server(pid=1, port=started.port, settings=started.settings)
    stale.stop()
    assert started.answers()


def test_a_server_that_cannot_start_says_why(started: Server, tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=r"(?s)did not start.*in use"):
        launch(SandboxSettings(), port=started.port, log=tmp_path / "log")


def test_a_tied_server_ends_with_the_program_that_started_it_however_that_ends(
    tmp_path: Path,
) -> None:
    program = (
        "import time; from pathlib import Path; from sandbox.server.process import launch;"
        "from sandbox.settings import SandboxSettings;"
        f"server = launch(SandboxSettings(), log=Path({str(tmp_path / 'log')!r}), tied=True);"
        "print(server.pid, server.port, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid, port = map(int, parent.stdout.readline().split())
        server = Server(pid, port, SandboxSettings())
        assert server.answers()
        os.kill(parent.pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while server.answers() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not server.answers()


def test_settings_survive_the_way_through_the_environment() -> None:
    settings = SandboxSettings(
        account_id="444444444444", task_start_seconds=0.5, wait_for_dns_changes=False
    )
    assert SandboxSettings.from_environment(settings.to_environment()) == settings


def test_programs_are_pointed_at_the_sandbox_and_away_from_real_accounts() -> None:
    server = Server(1, 4566, SandboxSettings())
    base = {"AWS_PROFILE": "production", "AWS_CA_BUNDLE": "/x", "HOME": "/home/x", "PATH": "/bin"}
    variables = whole_environment(server, base)
    assert variables["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert variables["HOME"] == "/home/x"
    assert "AWS_PROFILE" not in variables
    assert "AWS_CA_BUNDLE" not in variables
    assert variables[f"TF_VAR_{IMAGE_TAGS[0]}"]


def test_a_release_that_was_chosen_is_kept() -> None:
    base = {"TF_VAR_application_image_tag": "42-release", "PATH": "/bin"}
    variables = whole_environment(Server(1, 4566, SandboxSettings()), base)
    assert variables["TF_VAR_application_image_tag"] == "42-release"


def test_what_a_shell_evaluates_has_the_same_effect() -> None:
    server = Server(1, 4566, SandboxSettings())
    base = {"AWS_PROFILE": "it's mine", "PATH": os.environ["PATH"]}
    script = "\n".join([*export_lines(server, base), "env -0"])
    done = subprocess.run(["sh", "-c", script], env=base, capture_output=True, text=True)
    seen = dict(entry.split("=", 1) for entry in done.stdout.split("\0") if entry)
    expected = whole_environment(server, base)
    assert {name: seen.get(name) for name in expected} == expected
    assert "AWS_PROFILE" not in seen


def test_what_the_sandbox_cannot_do_fails_at_once_and_by_name(server: Server) -> None:
    """Terraform's AWS provider would retry a 500 for minutes."""
    ecs = server.client("ecs")
    with pytest.raises(ecs.exceptions.ClientError, match="SandboxFailure") as failure:
        ecs.list_service_deployments(service="connector")
    assert failure.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
