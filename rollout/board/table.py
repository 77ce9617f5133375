"""The board in the terminal, in the layout that fits: nothing is cut from 80 columns on."""

from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pay.model import Stage
from rollout.board.board import Row
from rollout.moves.standings import Situation
from rollout.terminal.time_text import short_date, span

UNBOUNDED = 10_000
"""More columns than any table needs."""


def show(out: Console, situation: Situation, board: Sequence[Row], names: Sequence[str]) -> None:
    """Several environments beside each other where there is room for it, else one below the other;
    what collides in them, below.
    """
    if len(names) > 1:
        table = overview(board, names)
        unbounded = out.options.update(max_width=UNBOUNDED)
        if out.measure(table, options=unbounded).maximum <= out.width:
            out.print(table)
            for name in names:
                _print_collisions(out, board, name, f"{name}: ")
            return
    for name in names:
        target = situation.environments[name]
        here = [row for row in board if row.environment == name]
        note = Text(f"frozen: {target.frozen}") if target.frozen else None
        out.print(detail(here, situation.now, _title(situation, name), note))
        _print_collisions(out, board, name)


def _title(situation: Situation, name: str) -> Text:
    target = situation.environments[name]
    flying = sum(stage.is_in_flight for stage in situation.stages(name).values())
    told = f"{flying} of at most {target.max_in_flight} in flight"
    title = Text(f"{name}  ").append(told, "bold red" if flying > target.max_in_flight else "")
    if target.follows:
        title.append(f", follows {target.follows}")
    return title


def _print_collisions(out: Console, board: Sequence[Row], name: str, before: str = "") -> None:
    found = dict.fromkeys(
        each for row in board if row.environment == name for each in row.collisions
    )
    for each in found:
        line = Text(f"! {before}", "yellow") if each.allowed_because else Text(f"x {before}", "red")
        out.print(line.append(each.text))
        if each.allowed_because:
            out.print(Text(f"  allowed: {each.allowed_because}", "dim"))
        else:
            out.print(Text(f"  -> {each.fix}", "dim"))


def detail(board: Sequence[Row], now: datetime, title: Text, note: Text | None) -> Table:
    """One environment in full."""
    table = Table(title=title, title_justify="left", caption=note, caption_justify="left")
    table.add_column("service", no_wrap=True)
    table.add_column("stage", no_wrap=True)
    table.add_column("weights", no_wrap=True, justify="right")
    table.add_column("since", no_wrap=True, justify="right")
    table.add_column("next step", ratio=1)
    for row in board:
        table.add_row(
            row.service,
            stage_text(row.stage),
            row.weights,
            since_text(row, now),
            _next_step(row),
        )
    return table


def overview(board: Sequence[Row], environments: Sequence[str]) -> Table:
    """All environments beside each other, a service a row."""
    table = Table(show_lines=True)
    table.add_column("service", no_wrap=True)
    for environment in environments:
        table.add_column(environment, no_wrap=True)
    cells = {(row.service, row.environment): row for row in board}
    for service in sorted({row.service for row in board}):
        found = (cells.get((service, environment)) for environment in environments)
        table.add_row(service, *(_cell(row) for row in found))
    return table


def _cell(row: Row | None) -> Text:
    if row is None:
        return Text("-", style="dim")
    cell = stage_text(row.stage)
    if row.stage in (Stage.LEGACY, Stage.RETIRED):
        return cell
    cell.append(f" {row.weights}")
    cell.append("\n")
    cell.append(short_date(row.since) if row.since else "by hand", style="dim")
    if row.next_stage:
        cell.append(f" -> {row.next_stage}", style="dim")
    return cell


def _next_step(row: Row) -> Text:
    if row.next_stage is None:
        return Text("done", style="green")
    text = stage_text(row.next_stage)
    if row.waits_for:
        waits = ", ".join(finding.brief for finding in row.waits_for)
        text.append(f"  waits: {waits}", style="yellow")
    return text


def since_text(row: Row, now: datetime) -> Text:
    """The day, and how long ago while a service is in flight."""
    if row.since is None:
        return Text("by hand" if row.by_hand else "-", style="yellow" if row.by_hand else "dim")
    text = Text(short_date(row.since))
    if row.stage.is_in_flight:
        text.append(f", {span(now - row.since, units=1)}", style="dim")
    return text


def stage_text(stage: Stage) -> Text:
    """A stage in the colour of where the traffic is."""
    if stage is Stage.LEGACY:
        style = "dim"
    elif stage in (Stage.DARK, Stage.READY):
        style = "blue"
    elif stage.is_in_flight:
        style = "bold cyan"
    else:
        style = "green"
    return Text(stage.value, style=style)
