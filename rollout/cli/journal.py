"""Show the moves, the latest last: author, stages, reason.

Example: `pay journal production-2 webhooks`
"""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.markup import escape
from rich.padding import Padding

from pay.environments.load import load_environments
from pay.model.stage.transitions import Direction
from rollout.moves.journal import Move, read_all
from rollout.terminal.arguments import Json, OptionalEnvironmentName, environments_folder
from rollout.terminal.console import choose, console, print_json, reporting
from rollout.terminal.time_text import local


def journal(
    environment: OptionalEnvironmentName = None,
    service: Annotated[
        str | None, typer.Argument(metavar="SERVICE", help="A service; without it, all of them.")
    ] = None,
    as_json: Json = False,
) -> None:
    with reporting(as_json):
        folder = environments_folder()
        environments = load_environments(folder)
        if environment is not None:
            choose(environment, tuple(environments), "ENV")
        if environment is not None and service is not None:
            choose(service, tuple(environments[environment].services), "SERVICE")
        moves = sorted(
            (
                (entry, where, mover)
                for (where, mover), entries in read_all(folder).items()
                for entry in entries
                if environment in (None, where) and service in (None, mover)
            ),
            key=lambda line: line[0].at,
        )
        if as_json:
            print_json(
                [
                    {"environment": where, "service": mover}
                    | entry.model_dump(mode="json", exclude_none=True)
                    for entry, where, mover in moves
                ]
            )
            return
        out = console()
        if not moves:
            out.print("No moves yet.")
        for entry, where, mover in moves:
            subject = " ".join(
                name for name, asked in ((where, environment), (mover, service)) if not asked
            )
            colour = "yellow" if entry.direction is Direction.ROLLBACK else "green"
            out.print(
                f"{local(entry.at)}  [bold]{subject}[/]{'  ' if subject else ''}"
                f"[{colour}]{entry.before} -> {entry.after}[/]  {entry.weights}  "
                f"[dim]by {escape(entry.by)}[/]"
            )
            for reason in _reasons(entry):
                out.print(Padding(escape(reason), (0, 0, 0, 23)))


def _reasons(entry: Move) -> Iterator[str]:
    yield from (text for text in (entry.evidence, entry.because) if text)
    if entry.adjacent:
        yield f"beside a neighbour: {entry.adjacent}"
    if entry.approvers:
        yield f"agreed: {', '.join(entry.approvers)}"
