"""Reads and writes the lock's object by S3's conditional writes. Source: S3 user guide, "How to
prevent object overwrites with conditional writes".
"""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import ClientError
from pydantic import ValidationError

from rollout.locks.lock import Broken, HeldLock, Lock, LockPlace
from rollout.terminal.refusal import Failed

_ABSENT = {"NoSuchKey", "404"}
_LOST = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}
"""Somebody else wrote or deleted the object since it was read, or does so at this moment."""


@dataclass(frozen=True)
class LockBucket:
    """The object of one environment's lock. A method raises Failed when S3 refuses it."""

    s3: Any
    place: LockPlace

    def read(self) -> HeldLock | None:
        """Return the lock; None if the environment is free."""
        answer = self._call("get_object", self.place.key)
        if answer is None:
            return None
        try:
            lock = Lock.model_validate_json(answer["Body"].read())
        except ValidationError as error:
            first = str(error).splitlines()[0]
            raise Failed(
                f"s3://{self.place.bucket}/{self.place.key} is not a lock ({first}); look at the "
                "object, and delete it if nothing changes the environment"
            ) from None
        return HeldLock(lock, answer["ETag"], answer["LastModified"], _date(answer))

    def write(self, lock: Lock, *, over: str | None) -> HeldLock | None:
        """Write a lock over the one with the ETag `over`, or where none is (None). Return it; None
        if another command was faster.
        """
        condition = {"IfMatch": over} if over else {"IfNoneMatch": "*"}
        body = lock.model_dump_json(exclude_defaults=True).encode()
        answer = self._call("put_object", self.place.key, Body=body, **condition)
        return answer and HeldLock(lock, answer["ETag"], _date(answer), _date(answer))

    def delete(self, etag: str) -> bool:
        """Delete the lock with this ETag; return False when it is no longer there."""
        return self._call("delete_object", self.place.key, IfMatch=etag) is not None

    def record_break(self, broken: Broken) -> None:
        """Record the person who breaks a lock, and the reason; a second record of the same lock
        changes nothing.
        """
        body = broken.model_dump_json(exclude_defaults=True).encode()
        key = self.place.broken(broken.lock.id)
        self._call("put_object", key, Body=body, IfNoneMatch="*")

    def read_break(self, id: str) -> Broken | None:
        """Return the record about a lock; None if nobody broke it."""
        answer = self._call("get_object", self.place.broken(id))
        return answer and Broken.model_validate_json(answer["Body"].read())

    def _call(self, operation: str, key: str, **arguments: Any) -> Any:
        """Return S3's answer; None: the object is not there, or its condition does not hold."""
        try:
            return getattr(self.s3, operation)(Bucket=self.place.bucket, Key=key, **arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT | _LOST:
                return None
            raise Failed(
                f"the lock of {self.place.environment}: {error}; the role needs s3:GetObject, "
                f"s3:PutObject and s3:DeleteObject on {self.place.bucket}/"
                f"{self.place.environment}/*"
            ) from None


def _date(answer: Any) -> datetime:
    """Return S3's present time."""
    return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
