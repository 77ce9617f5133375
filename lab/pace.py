"""One clock for everything that waits: AWS's seconds and the lab's."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """How many of AWS's seconds pass in one of the lab's: TTLs, caches and kept connections are all
    shortened alike, so that what outlives what stays the same.
    """

    factor: float = 200.0

    def lab_seconds(self, aws_seconds: float) -> float:
        """How long the lab waits for what takes so many seconds on AWS."""
        return aws_seconds / self.factor
