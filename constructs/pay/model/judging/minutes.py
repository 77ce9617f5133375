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


def blocks(minutes: Sequence[Minute], length: int) -> list[Minute]:
    """Return the counts by block of `length` minutes, without those of an unfinished block."""
    whole = len(minutes) // length * length
    return [total(minutes[start : start + length]) for start in range(0, whole, length)]
