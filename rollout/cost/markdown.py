"""A report as the text of a pull request. GitHub draws Mermaid, and no SVG within a text.

Mermaid: "XY Chart", which is in beta there, and so its name.
"""

from collections.abc import Iterator, Sequence

from rollout.cost.bill_lines import total
from rollout.cost.grids import Grid, by_key, instance_grid, month_grid
from rollout.cost.report import CostReport
from rollout.cost.table import By, money, sentences


def as_markdown(report: CostReport) -> str:
    """Return the bill, its months as a chart and a table, and what a reader has to know."""
    names = ", ".join(report.environments)
    subject = f"{report.service} in {names}" if report.service else names
    by = By.SERVICE if len(report.environments) == 1 or report.service else By.ENVIRONMENT
    parts = [
        f"# What {subject} costs",
        f"**{money(report.bill.lines)} USD** a month on {report.today}, on demand, without tax.",
        "\n".join(f"- {sentence}" for sentence in sentences(report)),
        _table(by_key(report, by)),
    ]
    if report.months:
        parts += ["## While services move", _chart(report), _table(month_grid(report))]
    if report.service is None:
        parts += ["## EC2 instances", _table(instance_grid(report))]
    return "\n\n".join(parts) + "\n"


def _table(grid: Grid) -> str:
    return "\n".join(_lines(grid))


def _lines(grid: Grid) -> Iterator[str]:
    yield _row(grid.head)
    yield _row(["---", *("---:" for _ in grid.head[1:])])
    yield from map(_row, grid.rows)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _chart(report: CostReport) -> str:
    """Return the bill of each month as bars, and that of before the move as a line."""
    months, before = report.months_of_moves, total(report.before.lines)
    labels = ", ".join(f'"{month.name}"' for month in months)
    bars = ", ".join(f"{month.usd:.0f}" for month in months)
    line = ", ".join(f"{before:.0f}" for _ in months)
    top = max(before, *(month.usd for month in months))
    return "\n".join(
        (
            "```mermaid",
            "xychart-beta",
            '    title "USD a month while services move; the line is the bill before"',
            f"    x-axis [{labels}]",
            f'    y-axis "USD" 0 --> {top:.0f}',
            f"    bar [{bars}]",
            f"    line [{line}]",
            "```",
        )
    )
