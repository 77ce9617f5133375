"""The time in the sandbox's AWS: the machine's, until a call sets it.

The traffic lab lets AWS's hours pass in minutes. The dates of AWS and the ages of metrics
follow this clock. Waiting does not, so a deployment takes its real time.
"""

import time
from datetime import UTC, datetime


class SandboxClock:
    """Runs as the machine's clock does, by a constant ahead of it or behind."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def seconds(self) -> float:
        """Return the time in seconds since the epoch."""
        return time.time() + self._ahead

    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)

    def set(self, seconds: float) -> None:
        """Set the time, in seconds since the epoch."""
        self._ahead = seconds - time.time()


CLOCK = SandboxClock()
"""The server has one."""


def seconds_of(moment: datetime | str) -> float:
    """Return a moment of a request in seconds since the epoch; without a zone it is in UTC."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()
