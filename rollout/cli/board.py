"""Write the board of all moves as one HTML page.

Shows every environment and service with stage, weights, last verdict, what it waits for, the plan
of moves and the history. Reads files only: the environments, their journals and recorded verdicts.

Example: `pay board --out board.html`
"""

from pathlib import Path
from typing import Annotated

import typer

from pay.files import replace_file
from rollout.board.page import as_page
from rollout.moves.standings import load_standings
from rollout.moves.verdicts import read_verdicts
from rollout.terminal.arguments import environments_folder, now
from rollout.terminal.console import console


def board(
    out: Annotated[Path, typer.Option(metavar="FILE", help="The page.", dir_okay=False)],
    runbooks: Annotated[
        str, typer.Option(metavar="URL", help="Where the page's links find the task pages.")
    ] = "docs/tasks",
) -> None:
    standings = load_standings(environments_folder(), now())
    replace_file(out, as_page(standings, read_verdicts(standings), runbooks=runbooks).encode())
    console().print(f"Written: {out}")
