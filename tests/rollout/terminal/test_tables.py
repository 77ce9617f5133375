"""Tables fit their terminal, or become blocks; no word is cut."""

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.table import Column, Table

from rollout.terminal.tables import print_table

WORDS = st.lists(st.text("abcdefghij-_.", min_size=1, max_size=14), min_size=1, max_size=6)


def shown(table: Table, width: int, heading: int = 0) -> str:
    out = Console(file=io.StringIO(), width=width, color_system=None)
    print_table(out, table, heading=heading)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


@given(
    rows=st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=1, max_size=4),
    width=st.integers(30, 160),
)
def test_no_word_is_cut_at_any_width(rows: list[list[list[str]]], width: int) -> None:
    table = Table("first", "second", Column("third", justify="right"), title="of all")
    for row in rows:
        table.add_row(*(" ".join(cell) for cell in row))
    text = shown(table, width)
    assert max(map(len, text.splitlines())) <= width
    words = re.split(r"[\s│┃]+", text)
    assert all(word in words for row in rows for cell in row for word in cell)


def test_a_wide_terminal_shows_a_table_and_a_narrow_one_blocks() -> None:
    table = Table("wave", "service", "stage", title="Moves")
    table.add_row("first", "products-ui", "canary")
    table.add_row("", "webhooks-egress", "")
    assert "┃ service" in shown(table, 60, heading=1)
    lines = [line.rstrip() for line in shown(table, 24, heading=1).splitlines()]
    assert lines == ["Moves", "first", "products-ui", "  stage  canary", "", "webhooks-egress", ""]


@pytest.mark.parametrize("width", range(1, 12))
def test_a_terminal_of_a_few_columns_is_no_mistake(width: int) -> None:
    table = Table("a", "a longer heading", title="x", caption="y")
    table.add_row("products-ui", "canary")
    assert shown(table, width)
