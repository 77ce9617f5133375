"""`make bench-judge`: how often the judge is wrong, and how soon it is right, beside the reference.

Simulates days by the product's own rules, with fixed seeds, in as many processes as there are
cores. Ends with 1 when a figure is off its reference by more than the tolerance.
"""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from rich.console import Console
from rich.table import Table

from tests.bench.judging.tables import TABLES, Row, Runs


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=60, help="days a cell (default: 60)")
    options = parser.parse_args()
    out = Console(highlight=False, width=None if sys.stdout.isatty() else 100)
    began, off = time.monotonic(), 0
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        for table in TABLES:
            rows = list(table(Runs(pool, options.runs)))
            off += sum(not row.holds for row in rows)
            _show(out, rows)
    out.print(f"{time.monotonic() - began:.0f} seconds; {off} figures are off their reference.")
    return 1 if off else 0


def _show(out: Console, rows: list[Row]) -> None:
    for title in dict.fromkeys(row.table for row in rows):
        table = Table(title=title, title_justify="left")
        for head in ("", "measured", "reference", ""):
            table.add_column(head, justify="left" if not head else "right", no_wrap=True)
        for row in rows:
            if row.table == title:
                mark = "ok" if row.holds else "[bold red]off[/]"
                table.add_row(row.what, f"{row.value:.4g} {row.unit}", str(row.expected), mark)
        out.print(table)


if __name__ == "__main__":
    sys.exit(main())
