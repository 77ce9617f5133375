"""`pay lock`: what a person sees of it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from rollout.cli import app
from rollout.locks.bucket import LockBucket
from rollout.locks.holding import free, new_lock, take
from rollout.locks.lock import LockPlace
from sandbox.server.process import Server
from tests.rollout.conftest import LOCKS
from tests.support.checkout import Checkout
from tests.support.cpu_seconds import seconds_of_pay

pytestmark = pytest.mark.slow

Lock = Callable[..., Result]


@pytest.fixture
def lock(checkout: Checkout, lock_server: Server) -> Lock:
    def run(*arguments: str, build: str = "") -> Result:
        environment = {
            "PAY_ENVIRONMENTS": str(checkout.folder),
            "PAY_BUILD": build,
            "COLUMNS": "200",
            **lock_server.variables(),
        }
        return CliRunner().invoke(app, ["lock", "sandbox", *arguments], env=environment)

    return run


def test_it_takes_less_than_two_seconds_beyond_what_s3_takes(
    checkout: Checkout, lock_server: Server
) -> None:
    shell = {"PAY_ENVIRONMENTS": str(checkout.folder), **lock_server.variables()}
    assert seconds_of_pay("lock", "sandbox", variables=shell, limit=2) < 2


def as_data(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_a_lock_is_taken_shown_and_given_back(lock: Lock) -> None:
    taken = lock("--for", "1h30m")
    assert taken.exit_code == 0, taken.stderr
    assert "sandbox is locked by " in taken.stdout
    shown = as_data(lock("--show", "--json"))
    assert (shown["locked"], shown["command"]) == (True, "pay lock")
    assert lock("--free").stdout == "sandbox is free.\n"
    assert as_data(lock("--show", "--json")) == {"environment": "sandbox", "locked": False}


def test_the_lock_of_a_build_is_not_a_persons(lock: Lock) -> None:
    lock(build="https://ci/builds/7")
    for refused in (lock(), lock("--free")):
        assert refused.exit_code == 1
        assert "https://ci/builds/7" in refused.stderr
    assert lock("--free", build="https://ci/builds/7").exit_code == 0


def test_the_lock_of_a_running_command_is_only_broken(lock: Lock, lock_server: Server) -> None:
    bucket = LockBucket(lock_server.client("s3"), LockPlace("sandbox", LOCKS))
    held = take(bucket, new_lock("pay deploy sandbox ledger 2", "somebody"))
    assert lock("--free").exit_code == 1
    assert "The command is `pay deploy sandbox ledger 2`." in lock("--show").stdout
    broken = lock("--break", "--because", "its build was aborted")
    assert broken.exit_code == 0, broken.stderr
    assert broken.stdout.startswith("The lock is broken. It was:\nsandbox was locked by somebody")
    record = bucket.read_break(held.lock.id)
    assert record
    assert record.because == "its build was aborted"
    assert bucket.read() is None
    free(bucket, held)


def test_the_last_step_of_a_build_ends_what_its_killed_command_left(
    lock: Lock, lock_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket, build = (
        LockBucket(lock_server.client("s3"), LockPlace("sandbox", LOCKS)),
        "https://ci/8",
    )
    with monkeypatch.context() as shell:
        shell.setenv("PAY_BUILD", build)
        held = take(bucket, new_lock("pay deploy sandbox ledger 2", "pipeline"))
    # Another build's last step ends well beside it, and a person's question is refused.
    others = lock("--free", build="https://ci/9")
    assert others.exit_code == 0, others.stderr
    assert "sandbox is locked by pipeline" in others.stdout
    assert lock("--free").exit_code == 1
    seen = bucket.read()
    assert seen
    assert seen.lock.id == held.lock.id

    for _ in range(2):
        assert lock("--free", build=build).stdout == "sandbox is free.\n"
    assert bucket.read() is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--break",), "a broken lock has a reason"),
        (("--because", "why"), "a broken lock has a reason"),
        (("--break", "--because", " "), "a broken lock has a reason"),
        (("--show", "--free"), "give one of"),
        (("--for", "half an hour"), "write it as 90d, 1h30m, 30m or 90s"),
        (("--for", ""), "write it as 90d"),
        (("--for", "30s"), "is not between 1 min and 12 h"),
        (("--for", "13h"), "is not between 1 min and 12 h"),
    ],
)
def test_wrong_use_is_one_message(lock: Lock, arguments: tuple[str, ...], said: str) -> None:
    refused = lock(*arguments)
    assert refused.exit_code == 2
    assert said in " ".join(refused.stderr.replace("│", " ").split())
