"""Show the stage of every service.

Each row has stage, weights, since when, and the next step. Weights are EC2's and Fargate's;
`simple` is a record without weights, `-` no record. Two people's promotions can be right alone and
wrong together, so collisions are listed below the table. `--watched` asks AWS whether GuardDuty's
agent runs in every task of each side.

Example: `pay stages production-2`
"""

from dataclasses import replace
from typing import Annotated

import typer

from rollout.board.board import BoardRow, by_chain, rows
from rollout.board.table import show
from rollout.contracts.agent.coverage import Coverage
from rollout.moves.standings import Standings, load_standings
from rollout.terminal.arguments import Json, OptionalEnvironmentName, environments_folder, now
from rollout.terminal.console import choose, console, print_json
from rollout.terminal.refusal import Failed

WatchedOption = Annotated[
    bool, typer.Option("--watched", help="Ask AWS which tasks have GuardDuty's agent; with ENV.")
]


def stages(
    environment: OptionalEnvironmentName = None,
    watched: WatchedOption = False,
    as_json: Json = False,
) -> None:
    standings = load_standings(environments_folder(), now(), environment)
    if environment is not None:
        choose(environment, standings.environments, "ENV")
    names = [environment] if environment else by_chain(standings.environments)
    board = rows(standings, names)
    if watched:
        board = _watched(standings, environment, board)
    if as_json:
        print_json([row.as_data() for row in board])
        return
    show(console(), standings, board, names)


def _watched(
    standings: Standings, environment: str | None, board: list[BoardRow]
) -> list[BoardRow]:
    """Return the rows with how much of each side is watched. Raises Failed when AWS refuses to
    answer.
    """
    if environment is None:
        raise typer.BadParameter("it asks one account: name an environment", param_hint="--watched")
    # They import boto3, which the board needs nothing of.
    from botocore.exceptions import ClientError

    from rollout.aws.clients import asking
    from rollout.contracts.agent.read import read_coverage
    from rollout.watching.side_lines import sides

    target = standings.environments[environment]
    coverage: dict[str, list[Coverage]] = {}
    with asking(target) as client:
        try:
            for side in sides(target):
                coverage.setdefault(side.service.name, []).append(read_coverage(side, client))
        except ClientError as error:
            raise Failed(f"{error}; run it again") from None
    return [replace(row, watched=tuple(coverage.get(row.service, ()))) for row in board]
