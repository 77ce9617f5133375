"""Converts AWS's seconds to the lab's, and back."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """The number of AWS's seconds in one of the lab's.

    It shortens TTLs, caches and kept connections alike, so their relation stays the same.
    """

    factor: float = 200.0

    def lab_seconds(self, aws_seconds: float) -> float:
        """Convert AWS's seconds to the lab's."""
        return aws_seconds / self.factor

    def aws_seconds(self, lab_seconds: float) -> float:
        """Convert the lab's seconds to AWS's."""
        return lab_seconds * self.factor
