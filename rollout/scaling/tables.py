"""Settings and simulations of scaling as tables, and the tasks of a day as a chart."""

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pay.model.scaling.side_scaling import SideScaling, scaling_of
from pay.model.scaling.simulation import CPU_AT_PEAK
from pay.model.side import ServiceSide
from rollout.scaling.simulated import Simulated
from rollout.terminal.tables import print_table

BAR_WIDTH = 40


def _table(title: str, texts: Sequence[str], numbers: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1))
    for column in texts:
        table.add_column(column, no_wrap=True)
    for column in numbers:
        table.add_column(column, justify="right")
    return table


def settings_as_data(side: ServiceSide) -> dict[str, Any]:
    """Return what scales a side, for programs."""
    scaling = scaling_of(side)
    return {
        "service": side.service.name,
        "stage": side.deployment.stage.value,
        "min": scaling.min,
        "max": scaling.max,
        "policies": {policy.metric: policy.target for policy in scaling.policies},
        "actions": [
            {
                "name": action.name,
                "schedule": action.schedule,
                "timezone": action.zone,
                "min": action.min,
                "max": action.max,
            }
            for action in scaling.actions
        ],
    }


def print_settings(out: Console, title: str, sides: Sequence[ServiceSide]) -> None:
    """Print a row for each service."""
    table = _table(title, ("service", "stage"), ("at least", "at most", "CPU %", "requests"))
    table.add_column("schedule")
    for side in sides:
        scaling = scaling_of(side)
        targets = {policy.name: f"{policy.target:g}" for policy in scaling.policies}
        table.add_row(
            side.service.name,
            side.deployment.stage.value,
            str(scaling.min),
            str(scaling.max),
            targets["cpu"],
            targets.get("requests", "-"),
            _schedule(side, scaling),
        )
    print_table(out, table)


def _schedule(side: ServiceSide, scaling: SideScaling) -> str:
    if side.holds_full_peak:
        return "none: at the peak"
    if not side.deployment.stage.has_fargate:
        return "none: not there yet"
    texts = (f"{a.name} {a.min} {a.schedule} {a.zone}" for a in scaling.actions)
    return "\n".join(texts) or "none"


def print_simulated(out: Console, title: str, rows: Sequence[Simulated]) -> None:
    """Print a row for each service, and the day of a single one as a chart."""
    numbers = ("night", "min", "peak", "max", "CPU %", "average", "over 100 %", "hours", "of peak")
    table = _table(title, ("service",), numbers)
    for row in rows:
        tasks, run = row.side.deployment.tasks, row.run
        over = Text(f"{run.overloaded_seconds} s", style="red" if run.overloaded_seconds else "")
        target = scaling_of(row.side).policies[0].target
        table.add_row(
            row.side.service.name,
            str(tasks.lowest),
            str(tasks.min),
            str(tasks.peak),
            str(row.side.most_desired_tasks),
            f"{target:g}",
            f"{run.average:.1f}",
            over,
            f"{run.task_hours:.0f}",
            f"{100 * run.part_of_peak:.0f} %",
        )
    print_table(out, table)
    out.print(
        f"As Fargate alone carries it, the worst of 3 runs. Assumed: `peak` tasks have "
        f"{CPU_AT_PEAK:.0f} % CPU when demand is highest, and a task starts in 60 to 90 s.",
        style="dim",
    )
    if unfollowed := [r.side.service.name for r in rows if r.requests and not r.by_requests]:
        out.print(
            f"By CPU alone: {', '.join(unfollowed)}. `requests_per_task` needs a curve of requests "
            "a minute: --curve FILE.csv."
        )
    if len(rows) == 1:
        _print_day(out, rows[0])


def _print_day(out: Console, row: Simulated) -> None:
    """Print the running tasks of each hour, as bars beside the peak's."""
    peak = row.side.deployment.tasks.peak
    widest = max(peak, *row.run.hours.values())
    out.print(f"\nTasks of {row.side.service.name} over the day (the mark is the peak, {peak})")
    mark = round(peak / widest * BAR_WIDTH)
    for hour, tasks in row.run.hours.items():
        filled = round(tasks / widest * BAR_WIDTH)
        cells = ["█" if column < filled else " " for column in range(BAR_WIDTH + 1)]
        cells[mark] = "│"
        out.print(Text(f"{hour:02}:00 {''.join(cells)} {tasks:5.1f}"))
