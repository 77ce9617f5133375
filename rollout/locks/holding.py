"""Takes the lock of an environment, renews it in the background, and gives it back."""

import os
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import typer
from botocore.exceptions import BotoCoreError

from rollout.locks.bucket import LockBucket
from rollout.locks.lock import HOLDS, Broken, HeldLock, Lock
from rollout.terminal.refusal import Failed, Finding, Refused
from rollout.terminal.time_text import local

RENEWALS = 10
"""The number of renewals before a lock would expire: S3 may fail nine times."""

POLL_SECONDS = 5.0
ATTEMPTS = 20
"""Of one taking. Each failed attempt means that another command wrote the object meanwhile."""


def build_link(variables: Mapping[str, str] = os.environ) -> str | None:
    """Return the link to this build: PAY_BUILD, else GitHub's; None: not in a pipeline.

    Concourse gives a task no such variable (Concourse: "Implementing a resource type", metadata),
    so that its pipeline passes PAY_BUILD.
    """
    if link := variables.get("PAY_BUILD"):
        return link
    server, repository, run = (
        variables.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")
    )
    return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else None


def new_lock(command: str, owner: str, *, holds: timedelta = HOLDS) -> Lock:
    """Return the content of a lock that this process wants."""
    return Lock(
        id=str(uuid.uuid4()),
        owner=owner,
        build=build_link(),
        command=command,
        seconds=int(holds.total_seconds()),
    )


def take(bucket: LockBucket, wanted: Lock) -> HeldLock:
    """Take a lock that is free, expired, or kept by hand by the same owner; return it.

    Of several that try at once exactly one takes it. Raises Refused when another command has it.
    """
    held = bucket.write(wanted, over=None)
    for _ in range(ATTEMPTS):
        if held:
            return held
        seen = bucket.read()
        if seen is None:
            held = bucket.write(wanted, over=None)
        elif seen.lock.id == wanted.id:
            return seen  # the answer to the writing was lost
        elif seen.is_expired:
            held = bucket.write(wanted, over=seen.etag)
        elif seen.lock.lets_in(wanted):
            kept = None if wanted.command == seen.lock.command else seen.rest
            wanted = wanted.model_copy(update={"kept": kept})
            held = bucket.write(wanted, over=seen.etag)
        else:
            raise locked(bucket, seen)
    raise Failed(f"the lock of {bucket.place.environment} changes hands all the time; try again")


def wait(bucket: LockBucket, wanted: Lock, longest: timedelta) -> HeldLock:
    """Take a lock as soon as it is free. Raises Refused when `longest` has passed."""
    end = time.monotonic() + longest.total_seconds()
    is_waiting = False
    while True:
        try:
            return take(bucket, wanted)
        except Refused as refusal:
            if time.monotonic() >= end:
                raise
            if not is_waiting:
                typer.echo(f"Waiting: {refusal.findings[0].reason}", err=True)
            is_waiting = True
        time.sleep(min(POLL_SECONDS, max(0.0, end - time.monotonic())))


def free(bucket: LockBucket, held: HeldLock) -> None:
    """Give a lock back: nothing is there then, or the owner's lock by hand again."""
    for seen in _as_long_as_it_is(bucket, held):
        kept = seen.lock.kept
        if bucket.write(kept.again(), over=seen.etag) if kept else bucket.delete(seen.etag):
            return


def break_lock(bucket: LockBucket, by: str, because: str) -> HeldLock:
    """Delete a lock of any owner, after recording why; return it.

    Raises Refused when the environment is free, or when the lock changes hands at this moment.
    """
    what = f"breaking the lock of {bucket.place.environment}"
    seen = bucket.read()
    if seen is None:
        raise Refused(what, [Finding("lock", "found no lock", "nothing is to be done")])
    bucket.record_break(Broken(lock=seen.lock, by=by, because=because))
    for same in _as_long_as_it_is(bucket, seen):
        if bucket.delete(same.etag):
            return same
    reason = f"{seen.lock.owner} gave it back at this moment, or another command has taken it"
    raise Refused(what, [Finding("lock", reason, "look again: pay lock ENV --show")])


def _as_long_as_it_is(bucket: LockBucket, held: HeldLock) -> Iterator[HeldLock]:
    """Yield a lock as S3 has it, again after each renewal, until it is another one."""
    seen: HeldLock | None = held
    for _ in range(ATTEMPTS):
        if seen is None or seen.lock.id != held.lock.id:
            return
        yield seen
        seen = bucket.read()


def locked(bucket: LockBucket, seen: HeldLock) -> Refused:
    """Return the refusal for a lock that another command has."""
    name, lock = bucket.place.environment, seen.lock
    build = f", {lock.build}" if lock.build else ""
    reason = (
        f"{lock.owner} has it for `{lock.command}`{build}, until {local(seen.expires_at)} unless "
        "renewed"
    )
    fix = f'wait (--wait); if it is dead: pay lock {name} --break --because "..."'
    return Refused(f"changing {name}, which is locked", [Finding("lock", reason, fix)])


class LockLost(Failed):
    """Another command may change the environment, so this one must change nothing more."""


class Holding:
    """A lock that a thread renews until it is given back."""

    def __init__(self, bucket: LockBucket, held: HeldLock) -> None:
        self._bucket, self._held = bucket, held
        self._lost: str | None = None
        self._end = threading.Event()
        self._renewing = threading.Lock()
        self._renewed_at = time.monotonic()
        self._thread = threading.Thread(target=self._renew, daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Renew the lock; call it before each change, which then has the whole time.

        S3 is asked: while a machine sleeps, its clock may stand still and the lock expires. Raises
        LockLost when another command may have it.
        """
        self._renew_now()
        if self._lost is None and time.monotonic() - self._renewed_at >= self._held.lock.seconds:
            self._lost = "it could not be renewed before it expired"
        if self._lost:
            name = self._bucket.place.environment
            raise LockLost(
                f"the lock of {name} is lost: {self._lost}. Nothing more is changed; look what "
                "runs, then run it again"
            )

    def give_back(self) -> None:
        """Stop renewing, and free the lock if it is still this one. It expires where S3 cannot be
        reached, because that must not hide how the command ended.
        """
        self._end.set()
        self._thread.join()
        if self._lost is None:
            try:
                free(self._bucket, self._held)
            except (BotoCoreError, Failed) as error:
                name, until = self._bucket.place.environment, local(self._held.expires_at)
                typer.echo(f"{name} stays locked until {until}: {error}", err=True)

    def _renew(self) -> None:
        while self._lost is None and not self._end.wait(self._held.lock.seconds / RENEWALS):
            self._renew_now()

    def _renew_now(self) -> None:
        with self._renewing:
            if self._lost:
                return
            asked_at = time.monotonic()
            try:
                held = self._bucket.write(self._held.lock.again(), over=self._held.etag)
                held = held or self._own(self._bucket.read())
            except Exception:  # S3 is not reached: the next renewal may, and `check` counts
                return
            if held is None:
                self._lost = self._why()
            else:
                self._held, self._renewed_at = held, asked_at

    def _own(self, seen: HeldLock | None) -> HeldLock | None:
        """Return what S3 has if it is this lock. Then the answer to a renewal was lost."""
        return seen if seen and seen.lock.id == self._held.lock.id else None

    def _why(self) -> str:
        try:
            broken = self._bucket.read_break(self._held.lock.id)
        except Failed:
            broken = None
        if broken is None:
            return "another command has taken it"
        return f"{broken.by} broke it because {broken.because}"


@contextmanager
def holding(
    bucket: LockBucket, wanted: Lock, *, longest: timedelta = timedelta(0)
) -> Iterator[Holding]:
    """Hold the lock of an environment from the first check to the verdict; wait for it as long as
    `longest`.

    Raises Refused when another command has it.
    """
    held = Holding(bucket, wait(bucket, wanted, longest))
    try:
        yield held
    finally:
        held.give_back()
