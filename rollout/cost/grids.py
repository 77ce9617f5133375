"""A report as tables of texts, which the page and the text of a pull request show."""

from collections.abc import Iterator
from dataclasses import dataclass

from rollout.cost.bill_lines import CostPart
from rollout.cost.report import CostReport
from rollout.cost.table import COLUMNS, By, cells, counts, money, rows

STACKED: tuple[tuple[str, str, tuple[CostPart, ...]], ...] = (
    ("EC2", "ec2", (CostPart.EC2,)),
    ("Fargate", "fargate", (CostPart.FARGATE,)),
    (
        "balancers, alarms, logs and the rest",
        "rest",
        tuple(set(CostPart) - {CostPart.EC2, CostPart.FARGATE}),
    ),
)
"""The segments of a bar, from below: words, class of the stylesheet, parts."""


@dataclass(frozen=True)
class Grid:
    """A table of texts; the first cell of a row is its head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def grids(report: CostReport) -> Iterator[Grid]:
    """Yield the bill by environment or service, by part, by side and by stage."""
    first = By.SERVICE if len(report.environments) == 1 or report.service else By.ENVIRONMENT
    lines = report.bill.lines
    yield by_key(report, first)
    parts = ((part, [line for line in lines if line.usage.part is part]) for part in CostPart)
    by_part = [(part.value, money(own)) for part, own in parts if own]
    yield Grid(("part", "USD"), (*by_part, ("sum", money(lines))))
    yield by_key(report, By.SIDE)
    yield by_key(report, By.STAGE)


def by_key(report: CostReport, by: By) -> Grid:
    """Return a row for each key, and the sum."""
    named = [*rows(report, by), ("sum", report.bill.lines)]
    return Grid(
        (by.value, *(title for title, _ in COLUMNS), "USD"),
        tuple((name, *cells(lines), money(lines)) for name, lines in named),
    )


def month_grid(report: CostReport) -> Grid:
    """Return a row for each month while services move."""
    columns = [(words, parts) for words, _, parts in STACKED]
    return Grid(
        (
            *("month", *(words for words, _ in columns), "USD", "of which double running"),
            *("if min_instances stays", "begin"),
        ),
        tuple(
            (
                month.name,
                *cells(month.lines, columns),
                money(month.lines),
                money(month.double_running),
                f"{month.usd_as_configured:,.2f}{'+' * bool(month.missing)}",
                str(month.begun),
            )
            for month in report.months_of_moves
        ),
    )


def instance_grid(report: CostReport) -> Grid:
    """Return a row for each group of instances."""
    return Grid(
        ("instances", "type", "configured", "packed", "a zone lost", "allocated", "idle room"),
        tuple(
            (
                each.group.name,
                each.group.instance_type,
                *(f"{count}: {money(lines)}" for _, count, lines in counts(report, each)),
                money(each.allocated),
                money([each.idle]),
            )
            for each in report.bill.instances
        ),
    )
