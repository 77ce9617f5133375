"""A report in the terminal, and as data."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from rich import box
from rich.table import Column, Table

from pay.model import Side, Stage
from rollout.cost.bill import SharedInstances, grouped
from rollout.cost.bill_lines import HOURS, CostLine, CostPart, Usage, missing, total, unknown
from rollout.cost.payback import Hours
from rollout.cost.price_file import OLDEST
from rollout.cost.report import NOT_COUNTED, CostReport


class By(StrEnum):
    """The things that the rows of a bill stand for."""

    ENVIRONMENT = "environment"
    SERVICE = "service"
    STAGE = "stage"
    SIDE = "side"
    MONTH = "month"


COLUMNS: tuple[tuple[str, tuple[CostPart, ...]], ...] = (
    ("EC2", (CostPart.EC2,)),
    ("idle room", (CostPart.IDLE,)),
    ("Fargate", (CostPart.FARGATE,)),
    ("balancers", (CostPart.BALANCERS,)),
    (
        "rest",
        (CostPart.ALARMS, CostPart.LOGS, CostPart.DASHBOARDS, CostPart.KEYS, CostPart.CANARIES),
    ),
)

SHARED = "(shared)"
BOTH = "(both)"

KEYS: dict[By, Callable[[Usage], str]] = {
    By.ENVIRONMENT: lambda usage: usage.environment,
    By.SERVICE: lambda usage: usage.service or SHARED,
    By.STAGE: lambda usage: usage.stage or SHARED,
    By.SIDE: lambda usage: usage.side or BOTH,
}
"""The function that groups lines; `rollout.cost.months` calculates months."""


def money(lines: Iterable[CostLine]) -> str:
    """Return a sum for people: with a plus where something is missing, and empty without lines."""
    lines = tuple(lines)
    lacking = [line for line in lines if line.usd is None]
    if not lines or len(lacking) == len(lines):
        return "" if not lacking else "no price" if missing(lacking) else "not known"
    return f"{total(lines):,.2f}{'+' if lacking else ''}"


def rows(report: CostReport, by: By) -> Iterator[tuple[str, tuple[CostLine, ...]]]:
    """Yield the name and the lines of each row: services by their names, what they share last."""
    if by is By.MONTH:
        yield from ((month.name, month.lines) for month in report.months)
        return
    groups = dict(grouped(report.bill.lines, KEYS[by]))
    order: dict[By, Iterable[str]] = {
        By.ENVIRONMENT: report.environments,
        By.SERVICE: (*sorted(groups.keys() - {SHARED}), SHARED),
        By.STAGE: (*Stage, SHARED),
        By.SIDE: (*Side, BOTH),
    }
    yield from ((name, groups[name]) for name in order[by] if name in groups)


def as_table(report: CostReport, by: By) -> Table:
    """Return a row for each group, with its parts as columns; of a month also what runs twice."""
    if by is By.MONTH:
        return _months_table(report)
    names = ", ".join(report.environments)
    what = f"{report.service} in {names}" if report.service else names
    table = Table(
        Column(by.value, no_wrap=True),
        *(Column(name, justify="right", no_wrap=True) for name, _ in COLUMNS),
        Column("USD", justify="right", no_wrap=True),
        title=f"Cost of {what}, USD a month without tax",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1),
    )
    for name, lines in rows(report, by):
        table.add_row(name, *cells(lines), money(lines))
    table.add_section()
    table.add_row("sum", *cells(report.bill.lines), money(report.bill.lines))
    return table


def _months_table(report: CostReport) -> Table:
    """Return the months while services move; each has whole instances, with their idle room."""
    columns = [(name, parts) for name, parts in COLUMNS if parts != (CostPart.IDLE,)]
    table = Table(
        Column("month", no_wrap=True),
        *(
            Column(name, justify="right", no_wrap=True)
            for name in (*(name for name, _ in columns), "USD", "run twice")
        ),
        title=f"Cost of {', '.join(report.environments)} while services move, USD a month",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1),
    )
    for month in report.months_of_moves:
        of_parts = cells(month.lines, columns)
        table.add_row(month.name, *of_parts, money(month.lines), money(month.double_running))
    return table


def cells(
    lines: Sequence[CostLine], columns: Iterable[tuple[str, tuple[CostPart, ...]]] = COLUMNS
) -> Iterator[str]:
    """Yield the sum of each column."""
    for _, parts in columns:
        yield money(line for line in lines if line.usage.part in parts)


def instances_table(report: CostReport) -> Table:
    """Return what EC2's instances cost: as configured, as packed, and with a zone lost."""
    table = Table(
        Column("instances", no_wrap=True),
        Column("type", no_wrap=True),
        *(
            Column(name, justify="right", no_wrap=True)
            for name in ("configured", "packed", "a zone lost")
        ),
        title="EC2: number and USD a month, as configured, as packed, as packed with a zone lost",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1),
    )
    for each in report.bill.instances:
        table.add_row(each.group.name, each.group.instance_type, *_counts(report, each))
    return table


def counts(
    report: CostReport, each: SharedInstances
) -> Iterator[tuple[str, int, tuple[CostLine, ...]]]:
    """Yield the three ways to count a group, with the cost of each."""
    group = each.group
    for name, count in (
        ("configured", group.configured),
        ("packed", group.packed),
        ("spare_zone", group.spare_zone),
    ):
        yield name, count, report.pricing.of_group(group, count)


def _counts(report: CostReport, each: SharedInstances) -> Iterator[str]:
    for _, count, lines in counts(report, each):
        yield f"{count}: {money(lines)}"


def sentences(report: CostReport) -> Iterator[str]:
    """Yield what a reader has to know beside the tables."""
    bill = report.bill
    yield f"Before the move, all on EC2: {money(report.before.lines)}."
    if report.after:
        yield f"After it, from {report.after.name}: {money(report.after.lines)}."
    twice = money(bill.double_running) or "0.00"
    yield f"Double running: {twice}, Fargate where EC2 runs the same service."
    yield from _savings(report)
    if report.months:
        before, after = map(_hours, (report.hours_before, report.hours_after))
        yield f"Developer hours a month: {before} before, {after} after."
    for asleep in report.databases_asleep:
        each, every = asleep.hours, asleep.databases * asleep.hours
        yield (
            f"{asleep.databases} databases of {asleep.environment} sleep {each:.0f} of {HOURS} "
            f"hours a month each: {every:,.0f} hours of instances less."
        )
    if report.answered:
        month = f"{report.month_of_findings:%Y-%m}"
        yield f"Answering findings in {month}: {report.hours_on_findings:.1f} hours, measured."
    if report.is_estate and report.months and report.unknown_of_payback:
        lacking = ", ".join(report.unknown_of_payback)
        yield f"When the move has paid for itself is not known: {lacking}."
    elif report.paybacks:
        early, late = map(report.month_of, report.paybacks)
        yield f"The move has paid for itself: {early} at the earliest, {late} at the latest."
    elif report.months:
        yield "When the move pays: `pay cost` without ENV, because hours are those of all."
    yield from warnings(report)
    yield f"Not counted: {'; '.join(NOT_COUNTED)}."


def _savings(report: CostReport) -> Iterator[str]:
    """Yield what the savings plan does; it covers all environments together."""
    plan, before = report.assumptions.savings_plan, report.covered_before
    if plan is None or not plan.usd_an_hour:
        return
    if before is None:
        yield "The savings plan covers all environments: `pay cost` without ENV counts it."
        return
    shown = [("before the move", before)]
    shown += [
        (month.name, covered)
        for month in filter(None, (report.months[0], report.after))
        if (covered := report.covered(month))
    ]
    words = ", ".join(
        f"{each.usd:+,.2f} {when} ({each.unused:,.2f} unused)" for when, each in shown
    )
    yield f"Savings plan, {before.committed:,.2f} committed: {words}. The sums above are on demand."


def _hours(hours: Hours | None) -> str:
    return f"{hours.low:.1f} to {hours.high:.1f}" if hours else "not known"


def warnings(report: CostReport) -> Iterator[str]:
    """Yield the figures that are not known, and the prices that are missing or old, by name."""
    if report.unknown:
        yield f"Not known, so not in any sum (+): {', '.join(report.unknown)}."
    if report.missing:
        yield (
            f"No price, so not in any sum (+): {', '.join(report.missing)}. "
            "`pay prices --refresh` looks them up."
        )
    if report.old:
        old = ", ".join(f"{item} ({row.date})" for item, row in report.old.items())
        yield f"Prices older than {OLDEST.days} days: {old}."


def as_data(report: CostReport, by: By) -> dict[str, Any]:
    """Return everything for programs: money as text, because it is exact."""
    return {
        "environments": list(report.environments),
        "service": report.service,
        "currency": "USD",
        "by": by.value,
        "rows": [
            {
                by.value: name,
                "usd": str(total(lines)),
                "missing": list(missing(lines)),
                "unknown": list(unknown(lines)),
                "parts": {
                    part.value: str(total(each))
                    for part in CostPart
                    if (each := [line for line in lines if line.usage.part is part])
                },
            }
            for name, lines in rows(report, by)
        ],
        "months": [
            {
                "month": month.name,
                "usd": str(month.usd),
                "usd_if_min_instances_stays": str(month.usd_as_configured),
                "double_running": str(month.usd_twice),
                "services_begin": month.begun,
                "savings_plan": _text(covered.usd if (covered := report.covered(month)) else None),
            }
            for month in report.months
        ],
        "usd": str(report.bill.usd),
        "before": str(report.before.usd),
        "after": _text(report.after.usd if report.after else None),
        "before_savings_plan": _text(before.usd if (before := report.covered_before) else None),
        "double_running": str(total(report.bill.double_running)),
        "developer_hours_a_month": {
            "before": _as_range(report.hours_before),
            "after": _as_range(report.hours_after),
        },
        "databases_asleep": [
            {
                "environment": each.environment,
                "databases": each.databases,
                "hours_a_month_each": f"{each.hours:f}",
            }
            for each in report.databases_asleep
        ],
        "findings": {
            "month": f"{report.month_of_findings:%Y-%m}",
            "closed": len(report.answered),
            "hours": f"{report.hours_on_findings:.1f}",
        },
        "instances": [
            {
                "environment": each.group.environment,
                "segment": each.group.segment.value,
                "instance_type": each.group.instance_type,
                **{
                    name: {"count": count, "usd": None if missing(lines) else str(total(lines))}
                    for name, count, lines in counts(report, each)
                },
                "allocated": str(total(each.allocated)),
                "idle": _text(each.idle.usd),
            }
            for each in report.bill.instances
        ],
        "break_even": [report.month_of(each) for each in report.paybacks or ()],
        "unknown": dict(report.assumptions.unknown),
        "missing": list(report.missing),
        "old": {item: str(row.date) for item, row in report.old.items()},
        "not_counted": list(NOT_COUNTED),
    }


def _as_range(hours: Hours | None) -> dict[str, str] | None:
    return {"low": f"{hours.low:.1f}", "high": f"{hours.high:.1f}"} if hours else None


def _text(usd: Decimal | None) -> str | None:
    return None if usd is None else str(usd)
