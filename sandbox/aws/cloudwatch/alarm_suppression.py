"""Holds back the actions of a composite alarm while its suppressor is in ALARM.

Source: AWS, CloudWatch user guide, "Suppressing composite alarm actions". When the composite goes
into ALARM, its actions wait `WaitPeriod` seconds for the suppressor. After the suppressor has left
ALARM, they wait `ExtensionPeriod` seconds. What is held back then is performed, if it still holds.
"""

from dataclasses import dataclass
from typing import Literal

from moto.cloudwatch.models import Alarm, CloudWatchBackend

from sandbox.aws.cloudwatch.alarm_actions import perform

SuppressedBy = Literal["Alarm", "WaitPeriod", "ExtensionPeriod"]

REASONS: dict[SuppressedBy, str] = {
    "Alarm": "the suppressor alarm is in ALARM",
    "WaitPeriod": "the composite alarm waits for the suppressor alarm",
    "ExtensionPeriod": "the suppressor alarm has just left ALARM",
}


@dataclass
class Suppressor:
    """The suppressor of a composite alarm, and the actions that it holds back now."""

    name: str
    wait_seconds: int
    extension_seconds: int
    by: SuppressedBy | None = None
    """The period that holds actions back; None if actions are performed."""
    before: str = ""
    """The state of the composite before the change whose actions are held back."""
    until: float = float("inf")
    """The end of that period."""
    was_on: bool = False
    """The suppressor was in ALARM at the last look."""
    extended_until: float = 0.0

    def hold(self, by: SuppressedBy, before: str, until: float = float("inf")) -> None:
        if self.by is None:
            self.before = before
        self.by, self.until = by, until


def suppressor_of(alarm: Alarm) -> Suppressor | None:
    suppressor: Suppressor | None = vars(alarm).get("suppressor")
    return suppressor


def hold_back(backend: CloudWatchBackend, alarm: Alarm, before: str, at: float) -> bool:
    """Return whether the actions of the alarm's new state are held back."""
    suppressor = suppressor_of(alarm)
    if suppressor is None:
        return False
    if suppressor.by == "WaitPeriod":
        # The state went back before any action, so there is nothing to report.
        suppressor.by = None
        return True
    if suppressor.by is not None:
        return True
    if _is_on(backend, suppressor):
        suppressor.hold("Alarm", before)
    elif at < suppressor.extended_until:
        suppressor.hold("ExtensionPeriod", before, suppressor.extended_until)
    elif alarm.state_value == "ALARM" and suppressor.wait_seconds:
        suppressor.hold("WaitPeriod", before, at + suppressor.wait_seconds)
    return suppressor.by is not None


def follow_suppressors(backend: CloudWatchBackend, at: float) -> None:
    """Begin and end periods, and perform what was held back."""
    for alarm in list(backend.alarms.values()):
        suppressor = suppressor_of(alarm)
        if suppressor is None:
            continue
        is_on = _is_on(backend, suppressor)
        if suppressor.was_on and not is_on:
            suppressor.extended_until = at + suppressor.extension_seconds
        suppressor.was_on = is_on
        if suppressor.by is None:
            continue
        if is_on:
            suppressor.hold("Alarm", suppressor.before)
        elif suppressor.by == "Alarm":
            suppressor.hold("ExtensionPeriod", suppressor.before, suppressor.extended_until)
        if at >= suppressor.until:
            suppressor.by = None
            if alarm.state_value != suppressor.before:
                perform(backend, alarm, suppressor.before, at)


def _is_on(backend: CloudWatchBackend, suppressor: Suppressor) -> bool:
    alarm = backend.alarms.get(suppressor.name)
    return alarm is not None and bool(alarm.state_value == "ALARM")
