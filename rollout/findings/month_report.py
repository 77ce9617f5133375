"""A month of answered findings as a table, and as data."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rollout.findings.answer_record import AnswerRecord
from rollout.findings.months import Answered, hours, rows
from rollout.findings.proposals import proposals
from rollout.terminal.tables import print_table
from rollout.terminal.time_text import span


def as_data(
    month: date, closures: Sequence[Answered], record: AnswerRecord, today: date
) -> dict[str, Any]:
    """Return a month for programs."""
    return {
        "month": f"{month:%Y-%m}",
        "hours": f"{hours(closures):.1f}",
        "rows": [
            {
                "tool": row.tool,
                "service": row.service,
                "closed": len(row.closures),
                "minutes": row.minutes,
                "false_percent": row.false_percent,
                "minutes_until_answer": int(row.until_answer.total_seconds()) // 60,
            }
            for row in rows(closures)
        ],
        "proposals": [each.toml for each in proposals(record, today)],
    }


def print_month(
    out: Console, month: date, closures: Sequence[Answered], record: AnswerRecord, today: date
) -> None:
    """Print a row for each tool and service, then the suppressions that are proposed."""
    table = Table(title=f"Findings answered in {month:%B %Y}", title_justify="left")
    for column in ("tool", "service", "closed", "minutes", "false", "until answered"):
        is_number = column in ("closed", "minutes", "false")
        table.add_column(column, justify="right" if is_number else "left")
    for row in rows(closures):
        false = f"{row.false_percent} %"
        counts = (str(len(row.closures)), str(row.minutes), false, span(row.until_answer))
        table.add_row(row.tool, escape(row.service), *counts)
    if closures:
        print_table(out, table)
    out.print(f"{len(closures)} closed in {hours(closures):.1f} hours, which `pay cost` counts.")
    for each in proposals(record, today):
        out.print(
            f"{each.count} times false: {escape(each.words)}. If reason and owner are right, add "
            "this to environments/suppressions.toml:"
        )
        out.print(escape(each.toml), soft_wrap=True)
