"""Suppressions as a table and as data, in the form in which the PCI gate shows waivers."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pay.model.accepted import HEADER
from pay.model.watching.suppressions import FILE, Suppression
from rollout.suppressions.covered import UNUSED_AFTER, CoveredFindings
from rollout.terminal.refusal import Finding
from rollout.terminal.tables import print_table


def mistakes(rows: Iterable[CoveredFindings]) -> Iterator[Finding]:
    """Yield what has ended, and what it left behind."""
    for row in rows:
        what = str(row.entry) if row.entry else f"{row.name}, which is no longer in the file"
        if row.entry and (why := row.entry.date_mistake(row.today)):
            reason, _, fix = why.partition("; ")
            yield Finding("expires", f"{what}: {reason}", fix)
        if left := row.to_reopen:
            reason = f"{what}: {len(left)} findings are still suppressed"
            yield Finding("reopen", reason, "read them, then run it again with --reopen")


def hints(rows: Iterable[CoveredFindings]) -> Iterator[str]:
    """Yield what may be removed from the file."""
    for row in rows:
        if row.is_unused:
            days = f"{UNUSED_AFTER.days} days"
            yield f"{row.entry} covered nothing in {days}: remove it if it is older."


def print_report(
    out: Console,
    entries: Sequence[Suppression],
    rows: Iterable[CoveredFindings],
    environment: str | None,
) -> None:
    """Print the entries of an environment, or of each; a sentence if there are none."""
    if not entries:
        where = f" in {environment}" if environment else ""
        out.print(f"{FILE} suppresses nothing{where}.")
        return
    counts = {row.name: len(row.hits) for row in rows}
    table = Table(*HEADER)
    for each in entries:
        table.add_row(*map(escape, each.row(counts.get(each.name))))
    print_table(out, table)


def as_data(
    entries: Iterable[Suppression], rows: Iterable[CoveredFindings], today: date
) -> list[dict[str, Any]]:
    """Return the file's suppressions with what is counted, and those that are no longer in it."""
    by_name = {row.name: row for row in rows}
    listed = [
        {
            **each.model_dump(mode="json"),
            "name": each.name,
            "holds": each.holds_on(today),
            **_counted(by_name.pop(each.name, None)),
        }
        for each in entries
    ]
    removed = [{"name": name, "holds": False, **_counted(row)} for name, row in by_name.items()]
    return [*listed, *removed]


def _counted(row: CoveredFindings | None) -> dict[str, Any]:
    if row is None:
        return {"findings": None, "unused": None, "to_reopen": None}
    ids = [hit.id for hit in row.hits]
    left = [hit.id for hit in row.to_reopen]
    return {"findings": ids, "unused": row.is_unused, "to_reopen": left}
