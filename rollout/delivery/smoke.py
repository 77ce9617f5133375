"""What a deployment asks of smoke tests."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pay.model import Environment, Side


class Outcome(StrEnum):
    """The verdict of smoke tests."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    """Nothing ran to its end: no run is no pass."""


@dataclass(frozen=True)
class Smoked:
    """How the smoke tests of one side ended."""

    outcome: Outcome
    runs: tuple[str, ...] = ()
    """The ids of the runs."""
    why: str = ""


SmokeTest = Callable[[Environment, Side, str], Smoked]
"""Runs the scenarios that cover a service against one side."""
