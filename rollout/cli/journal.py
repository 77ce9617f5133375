"""Show the moves, the latest last: author, stages, reason.

Example: `pay journal production-2 webhooks`
"""

from rich.markup import escape
from rich.padding import Padding

from pay.model.stage.transitions import Direction
from rollout.moves.journal import read_needed
from rollout.terminal.arguments import (
    Json,
    OptionalEnvironmentName,
    OptionalServiceName,
    environments_folder,
)
from rollout.terminal.console import choose, console, print_json
from rollout.terminal.environments import load_for, warn
from rollout.terminal.time_text import local


def journal(
    environment: OptionalEnvironmentName = None,
    service: OptionalServiceName = None,
    as_json: Json = False,
) -> None:
    folder = environments_folder()
    environments = load_for(folder, environment)
    if environment is not None:
        target = choose(environment, environments, "ENV")
        if service is not None:
            choose(service, target.services, "SERVICE")
    journals, spared = read_needed(folder, lambda name: environment in (None, name))
    warn(spared)
    moves = [
        (move, where, mover)
        for (where, mover), moves in journals.items()
        for move in moves
        if environment in (None, where) and service in (None, mover)
    ]
    moves.sort(key=lambda line: line[0].at)
    if as_json:
        print_json(
            [
                {"environment": where, "service": mover}
                | move.model_dump(mode="json", exclude_none=True)
                for move, where, mover in moves
            ]
        )
        return
    out = console()
    if not moves:
        out.print("No moves yet.")
    for move, where, mover in moves:
        subject = "" if environment else f"{where} "
        subject += "" if environment and service else f"{mover} "
        colour = "yellow" if move.direction is Direction.ROLLBACK else "green"
        out.print(
            f"{local(move.at)}  [bold]{escape(subject)}[/]{' ' if subject else ''}"
            f"[{colour}]{move.before} -> {move.after}[/]  {escape(move.weights)}  "
            f"[dim]by {escape(move.by)}[/]"
        )
        reasons = (
            move.evidence,
            move.because,
            f"beside a neighbour: {move.adjacent}" if move.adjacent else None,
            f"agreed: {', '.join(move.approvers)}" if move.approvers else None,
        )
        for reason in filter(None, reasons):
            out.print(Padding(escape(reason), (0, 0, 0, 23)))
