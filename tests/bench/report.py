"""What was measured, as data and as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from tests.bench.budgets import Budget, at_least
from tests.bench.estate import Written
from tests.bench.phases import Lap
from tests.bench.process import Run, Spread


@dataclass(frozen=True)
class Figure:
    """Several runs of one thing."""

    title: str
    seconds: Spread
    cpu_seconds: Spread
    peak_mb: Spread
    budgets: Sequence[Budget] = ()

    @staticmethod
    def of(title: str, runs: Sequence[Run]) -> "Figure":
        return Figure(
            title,
            Spread.of(runs, lambda run: run.seconds),
            Spread.of(runs, lambda run: run.cpu_seconds),
            Spread.of(runs, lambda run: run.peak_mb),
        )


@dataclass(frozen=True)
class Ratio:
    """How many times the prebuilt package, from nothing, costs what is measured."""

    title: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    budgets: Sequence[Budget]

    @staticmethod
    def of(title: str, ours: Figure, theirs: Figure, times: float | None = None) -> "Ratio":
        """`times`: how many times faster it is to be; None: no budget."""
        seconds = theirs.seconds.median / ours.seconds.median
        return Ratio(
            title,
            seconds,
            theirs.cpu_seconds.median / ours.cpu_seconds.median,
            theirs.peak_mb.median / ours.peak_mb.median,
            [] if times is None else [at_least(times, seconds, "x in seconds")],
        )


@dataclass(frozen=True)
class Scaled:
    """One run of the estate with `times` the services in every environment."""

    times: int
    written: Written
    run: Run


@dataclass
class Report:
    """Everything that a benchmark found; None or empty: left out of this run."""

    machine: str
    figures: list[Figure] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    same_output: list[str] = field(default_factory=list)
    scaling: list[Scaled] = field(default_factory=list)
    linear: Budget | None = None
    phases: dict[str, Mapping[str, Lap]] = field(default_factory=dict)
    """What was run -> part of the run -> what it took."""
    left_out: list[str] = field(default_factory=list)


def show(report: Report, console: Console) -> None:
    console.print(report.machine)
    if report.figures:
        console.print(_figures(report.figures))
    if report.ratios:
        console.print(_ratios(report.ratios))
    for line in report.same_output:
        console.print(line)
    if report.scaling:
        console.print(_scaling(report.scaling))
    if report.linear:
        console.print(f"Linear: {_verdict([report.linear])}")
    for what, laps in report.phases.items():
        console.print(_phases(what, laps))
    for line in report.left_out:
        console.print(f"Left out: {line}")


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(first, title=title, title_justify="left", title_style="bold")
    for other in others:
        table.add_column(other, justify="right")
    return table


def _figures(figures: Sequence[Figure]) -> Table:
    table = _table(
        "Time and peak memory (least / median / most)", "", "seconds", "CPU seconds", "MB"
    )
    table.add_column("budget (of the median)")
    for each in figures:
        table.add_row(
            each.title,
            _spread(each.seconds, ".2f"),
            _spread(each.cpu_seconds, ".2f"),
            _spread(each.peak_mb, ".0f"),
            _verdict(each.budgets),
        )
    return table


def _ratios(ratios: Sequence[Ratio]) -> Table:
    table = _table("Prebuilt package from nothing, divided by", "", "seconds", "CPU seconds", "MB")
    table.add_column("budget")
    for each in ratios:
        table.add_row(
            each.title,
            *(f"{value:.1f} x" for value in (each.seconds, each.cpu_seconds, each.peak_mb)),
            _verdict(each.budgets),
        )
    return table


def _scaling(rows: Sequence[Scaled]) -> Table:
    table = _table(
        "Services in every environment",
        *("", "stacks", "blocks", "seconds", "CPU seconds", "ms a stack", "CPU ms a stack", "MB"),
    )
    for row in rows:
        stacks = row.written.stacks
        table.add_row(
            f"{row.times} x",
            str(stacks),
            str(row.written.blocks),
            f"{row.run.seconds:.2f}",
            f"{row.run.cpu_seconds:.2f}",
            f"{row.run.seconds / stacks * 1000:.1f}",
            f"{row.run.cpu_seconds / stacks * 1000:.1f}",
            f"{row.run.peak_mb:.0f}",
        )
    return table


def _phases(what: str, laps: Mapping[str, Lap]) -> Table:
    table = _table(f"Where the time goes: {what}", "", "seconds", "CPU of Python", "CPU of Node")
    total = Lap()
    for lap in laps.values():
        total = total.plus(lap)
    for name, lap in [*laps.items(), ("together", total)]:
        table.add_row(
            name, f"{lap.seconds:.2f}", f"{lap.python_seconds:.2f}", f"{lap.node_seconds:.2f}"
        )
    return table


def _spread(spread: Spread, form: str) -> str:
    return " / ".join(format(v, form) for v in (spread.least, spread.median, spread.most))


def _verdict(budgets: Sequence[Budget]) -> str:
    return "\n".join(
        f"{each.text}: {'[green]met[/]' if each.is_met else '[yellow]not met[/]'}"
        for each in budgets
    )
