"""`pay journal`: who moved what, when and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from rollout.terminal.arguments import Json, OptionalEnvironmentName, environments_folder

if TYPE_CHECKING:
    from rollout.moves.journal import Move


def journal(
    environment: OptionalEnvironmentName = None,
    service: Annotated[
        str | None, typer.Argument(metavar="SERVICE", help="A service; left out: all of them.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show who moved what from where to where, when and why; the latest last.

    Example: `pay journal production-2 webhooks`
    """
    from rich.markup import escape
    from rich.padding import Padding

    from pay.environments.load import load_environments
    from pay.model.stage.transitions import Direction
    from rollout.moves.journal import read_all
    from rollout.terminal.console import choose, console, print_json, reporting
    from rollout.terminal.time_text import local

    with reporting(as_json):
        folder = environments_folder()
        environments = load_environments(folder)
        if environment is not None:
            choose(environment, tuple(environments), "ENV")
        if environment is not None and service is not None:
            choose(service, tuple(environments[environment].services), "SERVICE")
        told = sorted(
            (
                (entry, where, who)
                for (where, who), entries in read_all(folder).items()
                for entry in entries
                if environment in (None, where) and service in (None, who)
            ),
            key=lambda line: line[0].at,
        )
        if as_json:
            print_json(
                [
                    {"environment": where, "service": who}
                    | entry.model_dump(mode="json", exclude_none=True)
                    for entry, where, who in told
                ]
            )
            return
        out = console()
        if not told:
            out.print("No moves yet.")
        for entry, where, who in told:
            of = " ".join(
                name for name, asked in ((where, environment), (who, service)) if not asked
            )
            colour = "yellow" if entry.direction is Direction.ROLLBACK else "green"
            out.print(
                f"{local(entry.at)}  [bold]{of}[/]{'  ' if of else ''}"
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
