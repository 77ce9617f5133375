"""Give traffic back to EC2.

No gate blocks it: not a freeze, not a neighbour.

From `canary` up to `soak`, EC2 gets everything again (`ready`), or what `--to` says. From
`detached` its record is created again (`cutover`). From `dark` the Fargate side is destroyed
(`legacy`).

Mistakes in other files do not matter. Correct a mistake in this environment's own file first, also
in another service's table. `cdktf synth` refuses the whole file too. The same holds for adopted ids
that a stack of the rollback needs.

Example: `pay rollback production-2 connector --because "payments time out since 14:05"`
"""

from typing import Annotated

import typer

from pay.environments.load import environment_files, load_environment
from pay.model import Stage
from rollout.moves import journal
from rollout.moves.record_move import print_move, write_move
from rollout.moves.stage_file import locked
from rollout.moves.way_back import refuse_what_cannot_be_deployed, way_back
from rollout.terminal.arguments import EnvironmentName, Json, ServiceName, environments_folder, now
from rollout.terminal.console import choose


def rollback(
    environment: EnvironmentName,
    service: ServiceName,
    to: Annotated[
        Stage | None,
        typer.Option(
            metavar="STAGE",
            help="A lower weighted stage; without it, the stage that gives EC2 everything.",
        ),
    ] = None,
    because: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why; the journal keeps it.")
    ] = None,
    as_json: Json = False,
) -> None:
    folder = environments_folder()
    with locked(folder):
        # No other environment is read, because a mistake in its file must not block the way back.
        target = load_environment(choose(environment, environment_files(folder), "ENV"))
        choose(service, target.services, "SERVICE")
        edge = way_back(target, service, to)
        refuse_what_cannot_be_deployed(folder, target, service, edge)
        by = journal.author(folder)
        entry = journal.move(target.ladder, edge, at=now(), by=by, because=because)
        print_move(write_move(folder, target, service, edge, entry), as_json=as_json)
