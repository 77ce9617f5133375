"""A report as one HTML page, with the bill of each month as a chart."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pay.pages import templates
from rollout.cost.assumptions import meaning_of
from rollout.cost.lines import Line, Part, total
from rollout.cost.months import Month
from rollout.cost.report import Report
from rollout.cost.table import COLUMNS, By, counts, money, rows, sentences

WIDTH, HEIGHT = 1000, 260
"""Of the plot, in its own units: the page scales it."""

STACKED: tuple[tuple[str, str, tuple[Part, ...]], ...] = (
    ("EC2", "ec2", (Part.EC2,)),
    ("Fargate", "fargate", (Part.FARGATE,)),
    ("balancers, alarms, logs and the rest", "rest", tuple(set(Part) - {Part.EC2, Part.FARGATE})),
)
"""What a bar is made of, from below: words, class of the stylesheet, parts."""


@dataclass(frozen=True)
class Block:
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
    blocks: tuple[Block, ...]
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


def as_page(report: Report) -> str:
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
            months=_month_grid(report),
            grids=list(_grids(report)),
            instances=None if report.service else _instance_grid(report),
            width=WIDTH,
            height=HEIGHT,
            meaning_of=meaning_of,
            stacked=STACKED,
        )
    )


@dataclass(frozen=True)
class Grid:
    """A table of texts; the first cell of a row is its head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def _grids(report: Report) -> Iterator[Grid]:
    """Yield the bill by environment or service, by part, by side and by stage."""
    first = By.SERVICE if len(report.environments) == 1 or report.service else By.ENVIRONMENT
    lines = report.bill.lines
    yield _by(report, first)
    parts = ((part, [line for line in lines if line.usage.part is part]) for part in Part)
    cells = [(part.value, money(own)) for part, own in parts if own]
    yield Grid(("part", "USD"), (*cells, ("sum", money(lines))))
    yield _by(report, By.SIDE)
    yield _by(report, By.STAGE)


def _by(report: Report, by: By) -> Grid:
    named = [*rows(report, by), ("sum", report.bill.lines)]
    return Grid(
        (by.value, *(title for title, _ in COLUMNS), "USD"),
        tuple((name, *_cells(lines, COLUMNS), money(lines)) for name, lines in named),
    )


def _month_grid(report: Report) -> Grid:
    columns = [(words, parts) for words, _, parts in STACKED]
    return Grid(
        (
            *("month", *(words for words, _ in columns), "USD", "of which double running"),
            *("if min_instances stays", "begin"),
        ),
        tuple(
            (
                month.name,
                *_cells(month.lines, columns),
                money(month.lines),
                money(month.double_running),
                f"{month.usd_as_configured:,.2f}{'+' * bool(month.missing)}",
                str(month.begun),
            )
            for month in report.months_of_moves
        ),
    )


def _instance_grid(report: Report) -> Grid:
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


def _cells(lines: Sequence[Line], columns: Iterable[tuple[str, tuple[Part, ...]]]) -> Iterator[str]:
    for _, parts in columns:
        yield money(line for line in lines if line.usage.part in parts)


def _chart(report: Report) -> Chart:
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


def _blocks(month: Month, scale: float) -> Iterator[Block]:
    below = Decimal(0)
    for words, tone, parts in STACKED:
        usd = total(line for line in month.lines if line.usage.part in parts)
        below += usd
        height = round(float(usd) * scale, 1)
        y = round(HEIGHT - float(below) * scale, 1)
        yield Block(tone, y, height, f"{month.name}, {words}: {usd:,.2f} USD")


def _step(top: Decimal) -> int:
    """Return a round distance of grid lines: five of them or fewer, at least 1."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if top / (size * factor) <= 5:
                return size * factor
        size *= 10
