"""A suppression that holds together, for tests that need one."""

from typing import Any

from pay.model.watching.suppressions import Suppression


def suppression(**more: Any) -> Suppression:
    """Return one of connector in the sandbox, with `more` in place of what it has."""
    return Suppression.model_validate(
        {
            "tool": "guardduty",
            "finding": "Execution:Runtime/NewBinaryExecuted",
            "environment": "sandbox",
            "service": "connector",
            "severity": "high",
            "reason": "The JVM unpacks its native library at each start.",
            "owner": "security lead of the platform team",
            "evidence": ["1ab92989"],
            **more,
        }
    )
