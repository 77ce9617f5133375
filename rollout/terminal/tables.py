"""Tables that stay readable in a narrow terminal, because no word is cut."""

from collections.abc import Sequence

from rich.console import Console, ConsoleRenderable, RichCast
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

ANY_WIDTH = 10_000
"""Columns: more than any table needs."""

Cell = ConsoleRenderable | RichCast | str


def fits(out: Console, table: Table) -> bool:
    """Return whether no line of the table would be wrapped."""
    return _measured(out, table).maximum <= out.width


def print_table(out: Console, table: Table, *, heading: int = 0) -> None:
    """Print a table whose columns are wide enough for their longest word. Where the terminal is too
    narrow for that, print each row as a block.

    A block has the cell of the column `heading` on top. Below it are the cells of the columns
    before, which head several rows. Other cells follow with the names of their columns.
    """
    ranges = [_range(out, column) for column in table.columns]
    edges = _measured(out, table).maximum - sum(each.maximum for each in ranges)
    spare = out.width - edges - sum(each.minimum for each in ranges)
    if spare < 0:
        _print_blocks(out, table, heading)
        return
    wanted = sum(each.span for each in ranges)
    for column, each in zip(table.columns, ranges, strict=True):
        more = each.span if wanted <= spare else each.span * spare // wanted
        column.width = each.minimum + more
    out.print(table)


def _measured(out: Console, content: Cell) -> Measurement:
    return Measurement.get(out, out.options.update(max_width=ANY_WIDTH), content)


def _range(out: Console, column: Column) -> Measurement:
    """Return the widths from the longest word to the longest line."""
    cells = [_measured(out, cell) for cell in (column.header, *column.cells) if cell]
    widest = max((each.maximum for each in cells), default=0)
    words = max((each.minimum for each in cells), default=0)
    return Measurement(widest if column.no_wrap else words, widest)


def _print_blocks(out: Console, table: Table, heading: int) -> None:
    if table.title:
        out.print(_bold(table.title))
    for cells in zip(*(column.cells for column in table.columns), strict=True):
        for cell in filter(_is_shown, cells[:heading]):
            out.print(_bold(cell))
        out.print(_bold(cells[heading]))
        out.print(Padding(_block(table.columns[heading + 1 :], cells[heading + 1 :]), (0, 0, 1, 2)))
    if table.caption:
        out.print(table.caption)


def _block(columns: Sequence[Column], cells: Sequence[Cell]) -> Table:
    block = Table.grid(padding=(0, 2, 0, 0))
    block.add_column(style="dim", no_wrap=True)
    block.add_column(overflow="fold")
    for column, cell in zip(columns, cells, strict=True):
        if _is_shown(cell):
            block.add_row(column.header, cell)
    return block


def _is_shown(cell: Cell) -> bool:
    return bool(str(cell).strip()) if isinstance(cell, str | Text) else True


def _bold(cell: Cell) -> Cell:
    if isinstance(cell, Text):
        return Text.assemble(cell, style="bold")
    return f"[bold]{cell}[/]" if isinstance(cell, str) else cell
