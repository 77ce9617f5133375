"""The board in the terminal, in the layout that fits."""

from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from pay.model import Stage
from rollout.board.board import BoardRow
from rollout.contracts.agent.coverage import Coverage
from rollout.contracts.seen import SeenState
from rollout.moves.standings import Standings
from rollout.sleep.hours import by_plan
from rollout.terminal.tables import fits, print_table
from rollout.terminal.time_text import short_date, span


def show(
    out: Console, standings: Standings, board: Sequence[BoardRow], names: Sequence[str]
) -> None:
    """Print several environments beside each other where they fit, else below each other; what does
    not fit together below.
    """
    if len(names) > 1:
        table = _overview(board, names)
        if fits(out, table):
            out.print(table)
            for name in names:
                _print_hours(out, standings, name, f"{name}: ")
                _print_notes(out, board, name, f"{name}: ")
            return
    for name in names:
        print_table(out, _detail(standings, board, name))
        _print_hours(out, standings, name)
        _print_notes(out, board, name)


def _print_hours(out: Console, standings: Standings, name: str, before: str = "") -> None:
    """Print when an environment sleeps; `pay asleep` asks AWS whether it does."""
    if sleep := standings.environments[name].sleep:
        out.print(Text("zz ", "blue").append(f"{before}{by_plan(sleep, standings.now)}", ""))


def _print_notes(out: Console, board: Sequence[BoardRow], name: str, before: str = "") -> None:
    """Print each stage that was changed by hand, and each collision once."""
    for row in board:
        if row.environment == name and row.by_hand:
            out.print(Text("! ", "yellow").append(f"{before}{row.by_hand.reason}", ""))
            out.print(Text(f"  -> {row.by_hand.fix}", "dim"))
    for row in board:
        for side in row.watched if row.environment == name else ():
            if side.state is SeenState.OFF:
                out.print(Text("x ", "red").append(f"{before}{side.reasons}", ""))
                out.print(Text(f"  -> {side.fix}", "dim"))
    collisions = (each for row in board if row.environment == name for each in row.collisions)
    for each in dict.fromkeys(collisions):
        mark, style, note = ("x", "red", f"-> {each.fix}")
        if each.allowed_because:
            mark, style, note = ("!", "yellow", f"allowed: {each.allowed_because}")
        out.print(Text(f"{mark} {before}", style).append(each.text))
        out.print(Text(f"  {note}", "dim"))


def _detail(standings: Standings, board: Sequence[BoardRow], name: str) -> Table:
    """Return one environment in full."""
    target = standings.environments[name]
    flying = sum(stage.is_in_flight for stage in standings.stages(name).values())
    style = "bold red" if flying > target.max_in_flight else ""
    title = Text(f"{name}  ").append(f"{flying} of at most {target.max_in_flight} in flight", style)
    if target.follows:
        title.append(f", follows {target.follows}")
    asked = any(row.watched for row in board)
    table = Table(
        Column("service", no_wrap=True),
        Column("stage", no_wrap=True),
        Column("weights", no_wrap=True, justify="right"),
        Column("since", no_wrap=True, justify="right"),
        Column("next step"),
        *([Column("watched")] if asked else []),
        title=title,
        title_justify="left",
        caption=Text(f"frozen: {target.frozen}") if target.frozen else None,
        caption_justify="left",
    )
    for row in board:
        if row.environment == name:
            since = _since(row, standings.now)
            cells = (row.service, _stage(row.stage), row.weights, since, _next_step(row))
            table.add_row(*cells, *([_watched(row.watched)] if asked else []))
    return table


def _watched(sides: Sequence[Coverage]) -> Text:
    """Return a line for each side."""
    styles = {SeenState.ON: "green", SeenState.OFF: "red", SeenState.NOT_OURS: "yellow"}
    lines = (Text(f"{each.side} {each.brief}", styles[each.state]) for each in sides)
    return Text("\n").join(lines)


def _overview(board: Sequence[BoardRow], environments: Sequence[str]) -> Table:
    """Return all environments beside each other, a service a row."""
    columns = (Column(name, no_wrap=True) for name in ("service", *environments))
    table = Table(*columns, show_lines=True)
    cells = {(row.service, row.environment): row for row in board}
    for service in sorted({row.service for row in board}):
        rows = (cells.get((service, environment)) for environment in environments)
        table.add_row(service, *map(_cell, rows))
    return table


def _cell(row: BoardRow | None) -> Text:
    if row is None:
        return Text("-", style="dim")
    cell = _stage(row.stage)
    if row.stage in (Stage.LEGACY, Stage.RETIRED):
        return cell
    cell.append(f" {row.weights}\n")
    cell.append(short_date(row.since) if row.since else "by hand", style="dim")
    if row.next_stage:
        cell.append(f" -> {row.next_stage}", style="dim")
    return cell


def _next_step(row: BoardRow) -> Text:
    if row.next_stage is None:
        return Text("done", style="green")
    waits = ", ".join(finding.brief for finding in row.waits_for)
    return _stage(row.next_stage).append(f"  waits: {waits}" if waits else "", style="yellow")


def _since(row: BoardRow, now: datetime) -> Text:
    """Return the day, and how long ago while a service is in flight."""
    if row.since is None:
        return Text("by hand" if row.by_hand else "-", style="yellow" if row.by_hand else "dim")
    text = Text(short_date(row.since))
    if row.stage.is_in_flight:
        text.append(f", {span(now - row.since, units=1)}", style="dim")
    return text


def _stage(stage: Stage) -> Text:
    """Return a stage in the colour of where the traffic is."""
    styles = {Stage.LEGACY: "dim", Stage.DARK: "blue", Stage.READY: "blue"}
    return Text(stage.value, styles.get(stage, "bold cyan" if stage.is_in_flight else "green"))
