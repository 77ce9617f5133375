"""Reports the pinned versions that are behind or without support, as a table and as data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rollout.terminal.refusal import Finding
from rollout.terminal.tables import print_table
from rollout.versions.known import EndOfLife, Known, Rows
from rollout.versions.pinned import Pinned, Source

WARNING = timedelta(days=180)
"""The time before the end of its support at which a version is named. It is enough to plan and try
its successor.
"""


@dataclass(frozen=True)
class VersionLine:
    """A pinned version, and what is known of it."""

    pin: Pinned
    known: Known | None

    @property
    def end(self) -> EndOfLife | None:
        """Return when the pinned version gets no more fixes, when that is known."""
        return self.known.end_of(self.pin) if self.known else None

    @property
    def is_newest(self) -> bool:
        """Return whether nothing newer is known; a range without an upper bound has the newest."""
        newest = self.known.newest if self.known else ""
        return self.pin.version.startswith(">=") or f"{newest}.".startswith(f"{self.pin.number}.")


def lines(pins: Sequence[Pinned], rows: Rows) -> tuple[VersionLine, ...]:
    """Return a line for each pinned version."""
    return tuple(VersionLine(pin, rows.get((pin.source, pin.name))) for pin in pins)


def findings(
    pinned: Sequence[VersionLine], today: date, longest_unchecked: timedelta | None
) -> list[Finding]:
    """Return what has to be done, and what will have to be (a warning).

    With `longest_unchecked`, also each row that was checked longer ago.
    """
    return [each for line in pinned for each in _findings(line, today, longest_unchecked)]


def _findings(
    line: VersionLine, today: date, longest_unchecked: timedelta | None
) -> Iterator[Finding]:
    pin, known, end = line.pin, line.known, line.end
    if known is None:
        yield Finding(
            "unknown",
            f"{pin.name} {pin.version}: nothing is known of newer versions",
            f"add {pin.source}.{pin.name} to rollout/versions/known.toml"
            + ("" if pin.source is Source.PROGRAMS else ": pay versions --refresh"),
        )
        return
    if longest_unchecked is not None and today - known.checked > longest_unchecked:
        yield Finding(
            "old",
            f"{pin.name}: last checked on {known.checked}, {(today - known.checked).days} days ago",
            "read its source again, and write the day"
            if pin.source is Source.PROGRAMS
            else "run pay versions --refresh",
        )
    if end is None or end.on - today > WARNING:
        return
    reason = f"{pin.name} {pin.version}: no fixes {'since' if end.on <= today else 'from'} {end.on}"
    if end.plan and end.until and end.until >= today:
        yield Finding("planned", reason, f"{end.plan}, until {end.until}", refuses=False)
    else:
        late = f"; its plan had to be done by {end.until}" if end.until else ""
        yield Finding(
            "ended" if end.on <= today else "ends",
            f"{reason}{late} (PCI DSS v4.0.1, 6.3.3 and 12.3.4)",
            f"move to {known.newest}, or write a plan with a day: plan and until of its row",
            refuses=end.on <= today,
        )


def as_data(
    pinned: Sequence[VersionLine], today: date, listed: Sequence[Finding]
) -> dict[str, Any]:
    """Return the lines for programs."""
    return {
        "versions": [
            {
                "source": line.pin.source,
                "name": line.pin.name,
                "pinned": line.pin.version,
                "newest": line.known and line.known.newest,
                "is_newest": line.is_newest,
                "checked": line.known and line.known.checked,
                "support_ends": line.end and line.end.on,
                "has_support": line.end is None or line.end.on > today,
            }
            for line in pinned
        ],
        "findings": [
            {
                "check": each.gate,
                "reason": each.reason,
                "fix": each.fix,
                "refuses": each.refuses,
            }
            for each in listed
        ],
    }


def print_report(out: Console, pinned: Sequence[VersionLine], today: date) -> None:
    """Print a row for each pinned version."""
    table = Table(title="Versions that this checkout pins", title_justify="left")
    for column in ("name", "pinned", "newest", "checked", "support ends"):
        table.add_column(column)
    for _, group in groupby(pinned, key=lambda line: line.pin.source):
        for line in group:
            newest = escape(line.known.newest) if line.known else "[red]not known[/]"
            table.add_row(
                line.pin.name,
                escape(line.pin.version),
                f"[dim]{newest}[/]" if line.is_newest else newest,
                str(line.known.checked) if line.known else "",
                _ends(line.end, today),
            )
        table.add_section()
    print_table(out, table)


def _ends(end: EndOfLife | None, today: date) -> str:
    if end is None:
        return ""
    if end.on <= today:
        return f"[red]{end.on} over[/]"
    return f"[yellow]{end.on}[/]" if end.on - today <= WARNING else str(end.on)
