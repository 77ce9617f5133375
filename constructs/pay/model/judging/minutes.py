"""Requests and errors of both sides, by minute."""

from collections.abc import Sequence
from typing import NamedTuple

SILENT_MINUTES = 30
"""Without a request that long, more waiting brings none."""


class Minute(NamedTuple):
    """The counts of both sides in a minute, or in a block of minutes."""

    ec2_requests: int = 0
    ec2_errors: int = 0
    fargate_requests: int = 0
    fargate_errors: int = 0

    @property
    def errors(self) -> int:
        return self.ec2_errors + self.fargate_errors

    @property
    def has_both(self) -> bool:
        """Return whether both sides answered something."""
        return self.ec2_requests > 0 and self.fargate_requests > 0


def total(minutes: Sequence[Minute]) -> Minute:
    """Return the counts of all minutes together."""
    return Minute(*map(sum, zip(*minutes, strict=True))) if minutes else Minute()


def fargate_is_silent(minutes: Sequence[Minute]) -> bool:
    """Return whether Fargate got no request in the last `SILENT_MINUTES`. A stage that is younger
    may still get its first one.
    """
    newest = minutes[-SILENT_MINUTES:]
    return len(newest) == SILENT_MINUTES and not total(newest).fargate_requests


def blocks(minutes: Sequence[Minute], length: int) -> list[Minute]:
    """Return the counts by block of `length` minutes, without those of an unfinished block."""
    whole = len(minutes) // length * length
    return [total(minutes[start : start + length]) for start in range(0, whole, length)]
