"""Show the stage of every service.

Each row has stage, weights, since when, and the next step. Weights are EC2's and Fargate's;
`simple` is a record without weights, `-` no record. Two people's promotions can be right alone and
wrong together: collisions are listed below the table.

Example: `pay stages production-2`
"""

from rollout.board.board import by_chain, rows
from rollout.board.table import show
from rollout.moves.standings import load_standings
from rollout.terminal.arguments import Json, OptionalEnvironmentName, environments_folder, now
from rollout.terminal.console import choose, console, print_json


def stages(environment: OptionalEnvironmentName = None, as_json: Json = False) -> None:
    standings = load_standings(environments_folder(), now(), environment)
    if environment is not None:
        choose(environment, standings.environments, "ENV")
    names = [environment] if environment else by_chain(standings.environments)
    board = rows(standings, names)
    if as_json:
        print_json([row.as_data() for row in board])
        return
    show(console(), standings, board, names)
