"""The lock of an environment: an object in S3, whose presence and age show which command changes
it.

The object says how long it holds. When it was written, and the present time, are S3's own. So the
clocks of two machines do not matter.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import Field

from pay.model import Environment, names
from pay.model.base import Model

BY_HAND = "pay lock"
"""The command of a lock that a person keeps, which lets the owner's own commands in."""

HOLDS = timedelta(minutes=30)
"""Longer than a command needs to renew its lock ten times."""

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=12)
"""The bounds of `pay lock --for`."""


class Lock(Model):
    """The content of the object."""

    id: str
    """Of this stay. No two commands share one."""
    owner: str
    build: str | None = None
    """The link to the build of a pipeline; None for a person's shell."""
    command: str
    seconds: int = Field(gt=0)
    """The time for which it holds after it was written."""
    renewed: int = Field(default=0, ge=0)
    """The number of renewals, so that each writing has another ETag."""
    kept: "Lock | None" = None
    """The owner's lock by hand, which comes back when the command ends."""

    def again(self) -> "Lock":
        """Return the content of the next writing."""
        return self.model_copy(update={"renewed": self.renewed + 1})

    def lets_in(self, other: "Lock") -> bool:
        """Return whether another command may take this lock's place before it expires."""
        is_own = (self.owner, self.build) == (other.owner, other.build)
        return self.command == BY_HAND and is_own


@dataclass(frozen=True)
class HeldLock:
    """A lock as S3 has it."""

    lock: Lock
    etag: str
    written_at: datetime
    seen_at: datetime
    """Both by S3's clock."""

    @property
    def expires_at(self) -> datetime:
        return self.written_at + timedelta(seconds=self.lock.seconds)

    @property
    def rest(self) -> Lock:
        """Return the lock with the time that it still has. A command must not prolong it."""
        left = self.expires_at - self.seen_at
        return self.lock.model_copy(update={"seconds": max(1, int(left.total_seconds()))})

    @property
    def is_expired(self) -> bool:
        return self.seen_at >= self.expires_at


class Broken(Model):
    """The record of a lock that somebody broke."""

    lock: Lock
    by: str
    because: str


@dataclass(frozen=True)
class LockPlace:
    """The bucket and key of an environment's lock."""

    environment: str
    bucket: str

    @property
    def key(self) -> str:
        return f"{self.environment}/lock.json"

    def broken(self, id: str) -> str:
        """Return the key of the record about a broken lock."""
        return f"{self.environment}/broken-locks/{id}.json"


def place_of(environment: Environment) -> LockPlace:
    """Return the place beside the environment's states, below the prefix that the role of applies
    may write.
    """
    bucket = environment.state.bucket or names.lock_bucket(environment.name)
    return LockPlace(environment.name, bucket)
