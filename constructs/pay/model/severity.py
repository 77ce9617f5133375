"""How urgent an alarm is."""

from enum import StrEnum


class Severity(StrEnum):
    """Each severity has an SNS topic of its own."""

    CRITICAL = "critical"
    """Pages somebody at any hour."""
    WARNING = "warning"
    """Waits for the morning."""
