"""Puts the parts of a judgement together, and says which parts a stage has."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from pay.model.judging.part import Part, Verdict
from pay.model.stage.stage import Stage


class PartName(StrEnum):
    """The parts, in the order in which a report lists them."""

    ERRORS = "errors"
    CLIENT_ERRORS = "4xx"
    LATENCY = "latency"
    DIP = "dip"
    SHARE = "share"
    IDLE = "idle"
    HOSTS = "hosts"
    ALARMS = "alarms"


_ALWAYS = frozenset({PartName.DIP, PartName.HOSTS, PartName.ALARMS})
_COMPARED = _ALWAYS | {
    PartName.ERRORS,
    PartName.CLIENT_ERRORS,
    PartName.LATENCY,
    PartName.SHARE,
}

PARTS: Mapping[Stage, frozenset[PartName]] = {
    Stage.READY: _ALWAYS,
    **dict.fromkeys((Stage.CANARY, Stage.QUARTER, Stage.HALF, Stage.MOST), _COMPARED),
    Stage.CUTOVER: _ALWAYS | {PartName.IDLE},
    Stage.SOAK: _ALWAYS | {PartName.IDLE},
}
"""A part needs requests of the sides that it compares. At 0 % and at 100 % there is nothing to
compare errors and response times with: there the alarms, the total and the tasks decide."""

HTTP_ONLY = frozenset({PartName.CLIENT_ERRORS, PartName.LATENCY})
"""A TCP service has neither status codes nor response times."""

PATIENCE = timedelta(hours=24)
"""A stage that has not passed by then does not pass by itself."""


def overall(parts: Mapping[PartName, Part]) -> Verdict:
    """Return FAIL if any part fails, PASS if all pass."""
    verdicts = {part.verdict for part in parts.values()}
    if Verdict.FAIL in verdicts:
        return Verdict.FAIL
    return Verdict.PASS if verdicts == {Verdict.PASS} else Verdict.NOT_ENOUGH_DATA
