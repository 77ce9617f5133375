"""Locks of environments in a strict local S3."""

from itertools import count
from typing import Any

import pytest

from rollout.locks.bucket import LockBucket
from rollout.locks.lock import LockPlace
from sandbox.server.process import Server
from tests.rollout.conftest import LOCKS

_numbers = count(1)


@pytest.fixture(scope="session")
def s3(lock_server: Server) -> Any:
    return lock_server.client("s3")


@pytest.fixture
def bucket(s3: Any) -> LockBucket:
    """Return the place of an environment's lock that no other test uses."""
    return LockBucket(s3, LockPlace(f"env-{next(_numbers)}", LOCKS))
