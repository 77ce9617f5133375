"""The lock of an environment: taken by one, renewed, given back, expired, broken."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config

from rollout.locks import holding as module
from rollout.locks.bucket import LockBucket
from rollout.locks.holding import (
    Holding,
    LockLost,
    break_lock,
    build_link,
    free,
    holding,
    new_lock,
    take,
)
from rollout.locks.lock import BY_HAND, Lock
from rollout.terminal.refusal import Failed, Refused
from sandbox.server.process import Server
from tests.rollout.conftest import LOCKS

pytestmark = pytest.mark.slow

SHORT = timedelta(seconds=1)


def wanted(owner: str = "one", command: str = "pay deploy test-12 connector 2") -> Lock:
    return new_lock(command, owner)


def test_a_second_command_is_refused_and_told_by_whom(bucket: LockBucket) -> None:
    take(bucket, wanted().model_copy(update={"build": "https://ci/builds/7"}))
    with pytest.raises(Refused) as refused:
        take(bucket, wanted("two"))
    [finding] = refused.value.findings
    for told in ("one has it", "pay deploy test-12 connector 2", "https://ci/builds/7", "until "):
        assert told in finding.reason
    assert "--break --because" in finding.fix


def test_a_lock_that_was_given_back_is_free(bucket: LockBucket) -> None:
    free(bucket, take(bucket, wanted()))
    assert bucket.read() is None
    assert take(bucket, wanted("two")).lock.owner == "two"


def test_of_many_that_take_a_lock_at_once_exactly_one_has_it(bucket: LockBucket) -> None:
    def attempt(number: int) -> bool:
        try:
            take(bucket, wanted(str(number)))
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_of_many_that_take_an_expired_lock_at_once_exactly_one_has_it(bucket: LockBucket) -> None:
    take(bucket, new_lock("dead", "nobody", holds=SHORT))
    time.sleep(2.1)

    def attempt(number: int) -> bool:
        try:
            take(bucket, wanted(str(number)))
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


TAKE = """
import sys
import boto3
from rollout.locks.bucket import LockBucket
from rollout.locks.holding import new_lock, take
from rollout.locks.lock import LockPlace
from rollout.terminal.refusal import Refused
s3 = boto3.client("s3", endpoint_url=sys.argv[1], region_name="eu-west-1",
                  aws_access_key_id="sandbox", aws_secret_access_key="sandbox")
bucket = LockBucket(s3, LockPlace(sys.argv[2], sys.argv[3]))
print("ready", flush=True)
sys.stdin.readline()
try:
    take(bucket, new_lock("pay deploy", sys.argv[4]))
    print("taken")
except Refused:
    print("refused")
"""


def test_of_two_processes_exactly_one_has_it(bucket: LockBucket, lock_server: Server) -> None:
    place = bucket.place
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TAKE, lock_server.endpoint, place.environment, LOCKS, owner],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for owner in ("one", "two")
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    ended = [process.communicate("go\n", timeout=60)[0].strip() for process in processes]
    assert sorted(ended) == ["refused", "taken"]


def test_the_time_is_that_of_s3_and_not_this_machines(
    bucket: LockBucket, lock_server: Server
) -> None:
    """Half an hour later by S3's clock, at the same moment of this machine's."""
    held = take(bucket, wanted())
    try:
        later = held.written_at.timestamp() + 30 * 60
        lock_server.administer("clock", method="POST", body={"now": later - 60})
        with pytest.raises(Refused):
            take(bucket, wanted("two"))
        lock_server.administer("clock", method="POST", body={"now": later + 1})
        assert take(bucket, wanted("two")).lock.owner == "two"
    finally:
        lock_server.administer("clock", method="POST", body={"now": time.time()})


def test_a_lock_by_hand_lets_its_owners_commands_in_one_at_a_time(bucket: LockBucket) -> None:
    kept = take(bucket, wanted(command=BY_HAND))
    with pytest.raises(Refused):
        take(bucket, wanted("two"))
    entered = take(bucket, wanted())
    with pytest.raises(Refused):
        take(bucket, wanted())
    free(bucket, entered)
    after = bucket.read()
    assert after
    assert (after.lock.id, after.lock.command) == (kept.lock.id, BY_HAND)


def test_another_build_of_the_same_owner_does_not_come_in(bucket: LockBucket) -> None:
    by_hand = wanted(command=BY_HAND)
    take(bucket, by_hand.model_copy(update={"build": "https://ci/builds/7"}))
    with pytest.raises(Refused):
        take(bucket, wanted().model_copy(update={"build": "https://ci/builds/8"}))


@pytest.fixture
def faults(lock_server: Server) -> Iterator[Callable[..., Any]]:
    yield lambda **settings: lock_server.administer("faults", method="POST", body=settings)
    lock_server.administer("faults", method="POST", body={})


def test_a_taking_whose_answer_was_lost_is_this_commands(
    bucket: LockBucket, lock_server: Server, faults: Callable[..., Any]
) -> None:
    """The write takes effect, its answer does not arrive, the SDK writes again and gets a 412."""
    retrying = boto3.client(
        "s3",
        endpoint_url=lock_server.endpoint,
        region_name="eu-west-1",
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
        config=Config(retries={"mode": "standard", "total_max_attempts": 3}),
    )
    faults(lost=0.5, seed=3, only="PUT")
    mine = wanted()
    assert take(replace(bucket, s3=retrying), mine).lock.id == mine.id


def test_a_conflict_is_tried_again(bucket: LockBucket, faults: Callable[..., Any]) -> None:
    faults(conflict=0.7, seed=1)
    free(bucket, take(bucket, wanted()))
    assert bucket.read() is None


def test_a_break_records_its_reason_and_the_owner_learns_it(
    bucket: LockBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Holding(bucket, take(bucket, new_lock("pay deploy", "one", holds=timedelta(seconds=2))))
    broken = break_lock(bucket, "two", "its build was aborted")
    assert broken.lock.owner == "one"
    record = bucket.read_break(broken.lock.id)
    assert record
    assert (record.by, record.because) == ("two", "its build was aborted")
    take(bucket, wanted("two"))
    with pytest.raises(LockLost, match="two broke it because its build was aborted"):
        eventually(held.check)
    held.give_back()
    after = bucket.read()
    assert after
    assert after.lock.owner == "two", "the loser deleted a lock that is not its own"


def eventually(check: Callable[[], None]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        check()
        time.sleep(0.05)


def test_there_is_nothing_to_break_where_no_lock_is(bucket: LockBucket) -> None:
    with pytest.raises(Refused) as refused:
        break_lock(bucket, "two", "why")
    assert refused.value.findings[0].reason == "found no lock"


def test_a_long_command_renews_its_lock(bucket: LockBucket) -> None:
    with holding(bucket, new_lock("pay deploy", "one", holds=timedelta(seconds=2))) as held:
        time.sleep(3.2)
        held.check()
        with pytest.raises(Refused):
            take(bucket, wanted("two"))
    assert bucket.read() is None


@dataclass(frozen=True)
class Silent(LockBucket):
    """S3 after the network has gone."""

    def write(self, lock: Lock, *, over: str | None) -> Any:
        raise ConnectionError("no route")


def test_a_lock_that_cannot_be_renewed_is_lost_when_it_would_expire(bucket: LockBucket) -> None:
    taken = take(bucket, new_lock("pay deploy", "one", holds=SHORT))
    held = Holding(Silent(bucket.s3, bucket.place), taken)
    held.check()
    time.sleep(1.1)
    with pytest.raises(LockLost, match="could not be renewed"):
        held.check()


def test_a_lock_is_asked_for_before_each_change_also_where_the_clock_stood_still(
    bucket: LockBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A laptop slept for longer than the lock holds, and no renewal is due by its clock."""
    taken = take(bucket, new_lock("pay deploy", "one", holds=SHORT))
    monkeypatch.setattr(module, "RENEWALS", 0.01)
    held = Holding(bucket, taken)
    held.check()
    time.sleep(2.1)
    monkeypatch.setattr(held, "_renewed_at", time.monotonic())
    take(bucket, wanted("two"))
    with pytest.raises(LockLost, match="another command has taken it"):
        held.check()
    held.give_back()
    again = bucket.read()
    assert again is not None
    assert again.lock.owner == "two"


def test_a_check_gives_a_change_the_whole_time_of_the_lock(bucket: LockBucket) -> None:
    held = Holding(bucket, take(bucket, wanted()))
    held.check()
    renewed = bucket.read()
    assert renewed is not None
    assert renewed.lock.renewed == 1
    held.give_back()
    assert bucket.read() is None


def test_commands_do_not_prolong_a_lock_by_hand(bucket: LockBucket) -> None:
    """It ends by itself, however many commands its owner runs meanwhile."""
    by_hand = take(bucket, new_lock(BY_HAND, "one", holds=timedelta(minutes=5)))
    time.sleep(2.1)
    free(bucket, take(bucket, wanted("one")))
    again = bucket.read()
    assert again is not None
    assert again.lock.id == by_hand.lock.id
    assert 290 <= again.lock.seconds < 300


def test_waiting_takes_the_lock_when_it_is_given_back(
    bucket: LockBucket, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "POLL_SECONDS", 0.1)
    first = take(bucket, wanted())
    threading.Timer(0.4, free, (bucket, first)).start()
    with holding(bucket, wanted("two"), longest=timedelta(seconds=20)):
        pass
    assert capsys.readouterr().err.count("Waiting: one has it") == 1


def test_waiting_ends_with_the_refusal(bucket: LockBucket) -> None:
    take(bucket, wanted())
    with pytest.raises(Refused), holding(bucket, wanted("two"), longest=timedelta(seconds=0.2)):
        pass


def test_something_else_in_the_place_of_the_lock_is_a_message(bucket: LockBucket) -> None:
    bucket.s3.put_object(Bucket=LOCKS, Key=bucket.place.key, Body=b"[]")
    with pytest.raises(Failed, match="is not a lock"):
        take(bucket, wanted())


def test_a_bucket_that_is_not_there_says_what_the_role_needs(bucket: LockBucket) -> None:
    absent = replace(bucket, place=replace(bucket.place, bucket="no-such-bucket"))
    with pytest.raises(Failed, match="s3:GetObject, s3:PutObject and s3:DeleteObject"):
        take(absent, wanted())


def test_the_build_is_githubs_or_what_the_pipeline_passes() -> None:
    github = {
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "alphagov/pay-infra",
        "GITHUB_RUN_ID": "12",
    }
    assert build_link(github) == "https://github.com/alphagov/pay-infra/actions/runs/12"
    assert build_link({**github, "PAY_BUILD": "https://ci/7"}) == "https://ci/7"
    assert build_link({}) is None
