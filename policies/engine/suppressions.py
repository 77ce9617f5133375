"""Suppressions of protective monitoring, which end as waivers do."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from pay.model.watching.suppressions import FILE as NAME
from pay.model.watching.suppressions import WrittenSuppression
from policies.results import GateProblem

FILE = Path(__file__).parents[2] / "environments" / NAME


def problems(written: Iterable[WrittenSuppression], today: date) -> Iterator[GateProblem]:
    """Yield a problem for each that does not hold on a day."""
    for each in written:
        if mistake := each.value.date_mistake(today):
            where, line = f"environments/{NAME}", each.entry.line or 1
            yield GateProblem("suppression", where, f"{each.value}: {mistake}", line)
