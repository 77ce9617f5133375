"""Puts the parts of a judgement together. Which parts a stage has is a row of `pay.model.stage`."""

from collections.abc import Mapping
from datetime import timedelta

from pay.model.judging.part import Part, Verdict
from pay.model.stage.parts import PartName

PATIENCE = timedelta(hours=24)
"""A stage that has not passed by then does not pass by itself."""


def overall(parts: Mapping[PartName, Part]) -> Verdict:
    """Return FAIL if any part fails, PASS if all pass."""
    verdicts = {part.verdict for part in parts.values()}
    if Verdict.FAIL in verdicts:
        return Verdict.FAIL
    return Verdict.PASS if verdicts == {Verdict.PASS} else Verdict.NOT_ENOUGH_DATA
