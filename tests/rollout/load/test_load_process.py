"""`pay load` as the process that somebody kills, in the sandbox."""

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pay.environments.load import load_environment
from pay.model import Environment, Side, names
from pay.model.environment.load import AFTER, FAMILY
from rollout.load.load_test import WAKE_ROOM
from sandbox.instance import Sandbox
from tests.conftest import ROOT
from tests.rollout.load.load_stacks import make_stack_of_load, make_stack_of_sleep
from toolchain.paths import VENV_BIN

pytestmark = pytest.mark.slow

TABLES = """
[sleep]
timezone = "Europe/London"
wakes = ["{wake:%a %H}:00 UTC for 95m databases"]

[load]
image = "{image}"
bucket = "pay-sandbox-load-tests"
secret_name = "sandbox/load-tests"
size = {{ cpu = 1024, memory_mib = 2048 }}

[load.scenarios.pay-by-card]
per_second = 1
minutes = 10
max_p95_ms = 5000
max_failed_percent = 1

"""
LENGTH = timedelta(minutes=10)
DATABASES = 6


@dataclass(frozen=True)
class Estate:
    """An environment whose databases sleep and wake, by the clock of this machine."""

    environment: Environment
    sandbox: Sandbox
    folder: Path

    def client(self, service: str) -> Any:
        return self.sandbox.client(service)

    @contextmanager
    def loading(self) -> Iterator[subprocess.Popen[str]]:
        """Yield the command once it makes load, and leave nothing of it behind."""
        variables = {"PAY_ENVIRONMENTS": str(self.folder), "COLUMNS": "120"}
        with subprocess.Popen(
            [VENV_BIN / "pay", "load", "sandbox", "pay-by-card"],
            env={**self.sandbox.environment_variables, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                until_it_runs(process, self)
                yield process
            finally:
                process.kill()

    @property
    def databases(self) -> Counter[str]:
        """State -> how many are in it."""
        answer = self.client("rds").describe_db_instances()
        return Counter(each["DBInstanceStatus"] for each in answer["DBInstances"])

    @property
    def loads(self) -> list[str]:
        """The states of the tasks that make load."""
        cluster = names.cluster(self.environment.name, Side.FARGATE)
        family = names.one_off_task_family(self.environment.name, FAMILY)
        ecs = self.client("ecs")
        arns = ecs.list_tasks(cluster=cluster, family=family)["taskArns"]
        if not arns:
            return []
        tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]
        return [task["lastStatus"] for task in tasks]

    @property
    def backstop(self) -> list[str]:
        answer = self.client("scheduler").list_schedules(
            GroupName=names.sleep_group("sandbox"), NamePrefix="sandbox-once-"
        )
        return [each["Name"] for each in answer["Schedules"]]


@pytest.fixture(scope="module")
def estate(
    environments: Mapping[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Estate]:
    folder = tmp_path_factory.mktemp("environments")
    text = (ROOT / "environments" / "sandbox.toml").read_text()
    theirs = environments["test-perf-1"].load
    assert theirs is not None
    # Neither a planned wake is near nor a stop, which comes at the same time of each day.
    wake = datetime.now(UTC) + timedelta(days=3, hours=12)
    tables = TABLES.format(image=theirs.image, wake=wake) + "[state]"
    asleep = text.replace("schedules = true", "schedules = false").replace("[state]", tables, 1)
    path = folder / "sandbox.toml"
    path.write_text(asleep)
    environment = load_environment(path)
    with Sandbox(environment, neighbours=True) as sandbox:
        make_stack_of_sleep(environment, sandbox)
        make_stack_of_load(environment, sandbox)
        yield Estate(environment, sandbox, folder)


def until_it_runs(process: subprocess.Popen[str], estate: Estate) -> None:
    """Wait until the load is made."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "Journeys" in line:
            break
    else:
        raise AssertionError(f"it ended: {process.wait()} {said}")
    assert estate.loads == ["RUNNING"]
    assert estate.backstop
    assert estate.databases == {"available": DATABASES}


def test_at_sigterm_it_ends_the_load_and_puts_the_environment_to_sleep(estate: Estate) -> None:
    with estate.loading() as process:
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=120)[0]
    assert process.returncode not in (0, 99), said
    assert "Traceback" not in said
    assert estate.databases == {"stopped": DATABASES}
    assert estate.backstop == []
    for _ in range(60):
        if "RUNNING" not in estate.loads:
            return
        time.sleep(0.5)
    raise AssertionError("the load goes on")


def test_at_sigkill_the_backstop_puts_it_to_sleep(estate: Estate) -> None:
    begun = datetime.now(UTC)
    with estate.loading() as process:
        process.kill()
    estate.client("sts").get_caller_identity()
    assert estate.databases == {"available": DATABASES}  # nobody is left who would stop them
    due = begun + WAKE_ROOM + LENGTH + AFTER
    for minutes in (-5, 5, 15, 40):
        now = (due + timedelta(minutes=minutes)).timestamp()
        estate.sandbox.server.administer("clock", method="POST", body={"now": now})
        estate.client("sts").get_caller_identity()
        if minutes < 0:
            assert estate.databases == {"available": DATABASES}
    assert estate.databases == {"stopped": DATABASES}
