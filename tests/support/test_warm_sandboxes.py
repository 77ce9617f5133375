"""Each copy is a server of its own, and none outlives the tests."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pay.model import Environment
from sandbox.aws.service_quotas.quotas import FARGATE_VCPUS
from sandbox.estate.seed import seed
from sandbox.server.process import SandboxError, Server
from sandbox.settings import SandboxSettings
from tests.support.helper_process import ROOT, helper_process
from tests.support.warm_sandboxes import copied

pytestmark = pytest.mark.slow

ENDS_WITHIN_SECONDS = 20

PROGRAM = """
import sys, time
from pathlib import Path
from sandbox.settings import SandboxSettings
from tests.support.helper_process import ROOT, helper_process
from tests.support.test_warm_sandboxes import key
from tests.support.warm_sandboxes import copied

with helper_process("tests.support.warm_sandboxes") as address:
    server = copied(str(address), SandboxSettings(), key, log=Path(sys.argv[1]))
    print(server.pid, server.port, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def address() -> Iterator[Path]:
    with helper_process("tests.support.warm_sandboxes") as started:
        yield started


def key(make_client: Callable[[str], Any]) -> None:
    make_client("kms").create_key()


def keys(server: Server) -> set[str]:
    return {each["KeyId"] for each in server.client("kms").list_keys()["Keys"]}


def identity(server: Server) -> str:
    return str(server.client("sts").get_caller_identity()["Account"])


def has_ended(server: Server) -> bool:
    deadline = time.monotonic() + ENDS_WITHIN_SECONDS
    while server.answers():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_copies_share_the_estate_that_they_begin_with_and_nothing_else(tmp_path: Path) -> None:
    with helper_process("tests.support.warm_sandboxes") as address:
        first, second = (
            copied(str(address), SandboxSettings(), key, log=tmp_path / "log") for _ in range(2)
        )
        shared = keys(first)
        assert len(shared) == 1
        assert keys(second) == shared
        for server in (first, second):
            key(server.client)
        assert keys(first) & keys(second) == shared
        assert [len(keys(each)) for each in (first, second)] == [2, 2]
        assert first.pid != second.pid
        first.stop()
        assert second.answers()
    assert has_ended(second)


def test_each_estate_has_its_own_settings(
    address: Path, environments: Mapping[str, Environment], tmp_path: Path
) -> None:
    for name in ("sandbox", "production-2"):
        environment = environments[name]
        settings = SandboxSettings(
            account_id=environment.account_id,
            region=environment.region,
            quotas={FARGATE_VCPUS: 7.0},
        )
        server = copied(str(address), settings, partial(seed, environment), log=tmp_path / name)
        assert identity(server) == environment.account_id
        applied = server.client("service-quotas").get_service_quota(
            ServiceCode="fargate", QuotaCode=FARGATE_VCPUS
        )
        assert applied["Quota"]["Value"] == 7
        vpcs = server.client("ec2").describe_vpcs(
            Filters=[{"Name": "tag:Name", "Values": [environment.network.vpc]}]
        )
        assert len(vpcs["Vpcs"]) == 1


def fails_once(folder: Path, make_client: Callable[[str], Any]) -> None:
    if not (folder / "failed").exists():
        (folder / "failed").touch()
        raise ValueError("no such estate")
    key(make_client)


def test_an_estate_that_fails_says_why_and_is_tried_again(address: Path, tmp_path: Path) -> None:
    asked = partial(copied, str(address), SandboxSettings(), partial(fails_once, tmp_path))
    with pytest.raises(SandboxError, match="ValueError: no such estate"):
        asked(log=tmp_path / "log")
    assert len(keys(asked(log=tmp_path / "log"))) == 1


def test_a_sandbox_ends_with_killed_tests(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "log")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as tests:
        assert tests.stdout is not None
        pid, port = map(int, tests.stdout.readline().split())
        server = Server(pid, port, SandboxSettings())
        assert server.answers()
        tests.kill()
    assert has_ended(server)
