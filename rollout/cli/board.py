"""Write the board of all moves as one HTML page.

Shows each environment and service: stage, weights, last verdict, what it waits for, the plan of
moves and the history. Reads files only: the environments, their journals and recorded verdicts.

Example: `pay board --out board.html`
"""

from pathlib import Path
from typing import Annotated

import typer

from rollout.board.page import as_page
from rollout.moves.standings import load_standings
from rollout.moves.verdicts import read_verdicts
from rollout.terminal.arguments import environments_folder, now
from rollout.terminal.console import console
from rollout.terminal.output_files import STANDARD_OUTPUT, writable, write_output


def board(
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="The page; - prints it.", callback=writable)
    ],
    runbooks: Annotated[
        str,
        typer.Option(metavar="URL", help="The address of the task pages, for the page's links."),
    ] = "docs/tasks",
) -> None:
    standings = load_standings(environments_folder(), now())
    page = as_page(standings, read_verdicts(standings), runbooks=runbooks)
    write_output(out, page.encode())
    if out != STANDARD_OUTPUT and out.is_file():
        console().print(f"Written: {out}")
