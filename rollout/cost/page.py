"""A report as one HTML page, with the bill of each month as a chart."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from pay.pages import templates
from rollout.cost.assumptions import meaning_of
from rollout.cost.bill_lines import total
from rollout.cost.grids import STACKED, grids, instance_grid, month_grid
from rollout.cost.months import Month
from rollout.cost.report import CostReport
from rollout.cost.table import money, sentences

WIDTH, HEIGHT = 1000, 260
"""Of the plot, in its own units. The page scales it."""


@dataclass(frozen=True)
class BarPart:
    """A part of a bar."""

    tone: str
    y: float
    height: float
    title: str


@dataclass(frozen=True)
class Bar:
    """A month in the chart."""

    label: str
    x: float
    width: float
    blocks: tuple[BarPart, ...]
    mark: float
    """The height of what it costs while nobody lowers `min_instances`."""
    mark_title: str


@dataclass(frozen=True)
class Chart:
    """The bill of each month, stacked."""

    bars: tuple[Bar, ...]
    grid: tuple[tuple[float, str], ...]
    before: float
    """The height of the bill with all on EC2."""


def as_page(report: CostReport) -> str:
    """Return the page; it needs no other file."""
    return (
        templates("rollout.cost")
        .get_template("cost.html.j2")
        .render(
            report=report,
            now=money(report.bill.lines),
            before=money(report.before.lines),
            sentences=list(sentences(report)),
            chart=_chart(report) if report.months else None,
            months=month_grid(report),
            grids=list(grids(report)),
            instances=None if report.service else instance_grid(report),
            width=WIDTH,
            height=HEIGHT,
            meaning_of=meaning_of,
            stacked=STACKED,
        )
    )


def _chart(report: CostReport) -> Chart:
    months = report.months_of_moves
    before = report.before.usd
    top = max(before, *(max(month.usd, month.usd_as_configured) for month in months))
    step = _step(top)
    scale = HEIGHT / float(top)
    slot = WIDTH / len(months)

    def bar(number: int, month: Month) -> Bar:
        return Bar(
            label=month.name,
            x=round(slot * (number + 0.15), 1),
            width=round(slot * 0.7, 1),
            blocks=tuple(_blocks(month, scale)),
            mark=round(HEIGHT - float(month.usd_as_configured) * scale, 1),
            mark_title=f"{month.name}: {month.usd_as_configured:,.2f} USD if min_instances stays",
        )

    lines = range(0, int(top) + 1, step)
    return Chart(
        bars=tuple(bar(number, month) for number, month in enumerate(months)),
        grid=tuple((round(HEIGHT - usd * scale, 1), f"{usd:,}") for usd in lines),
        before=round(HEIGHT - float(before) * scale, 1),
    )


def _blocks(month: Month, scale: float) -> Iterator[BarPart]:
    below = Decimal(0)
    for words, tone, parts in STACKED:
        usd = total(line for line in month.lines if line.usage.part in parts)
        below += usd
        height = round(float(usd) * scale, 1)
        y = round(HEIGHT - float(below) * scale, 1)
        yield BarPart(tone, y, height, f"{month.name}, {words}: {usd:,.2f} USD")


def _step(top: Decimal) -> int:
    """Return a round distance of grid lines: five of them or fewer, at least 1."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if top / (size * factor) <= 5:
                return size * factor
        size *= 10
