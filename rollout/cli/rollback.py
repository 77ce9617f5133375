"""Give traffic back to EC2.

No gate blocks it: not a freeze, not a neighbour.

From `canary` up to `soak`, EC2 gets everything again (`ready`), or what `--to` says. From
`detached` its record is created again (`cutover`). From `dark` the Fargate side is destroyed
(`legacy`).

Mistakes in other files do not matter. Correct a mistake in this environment's own file first, also
in another service's table: `cdktf synth` refuses the whole file too.

Example: `pay rollback production-2 connector --because "payments time out since 14:05"`
"""

from typing import Annotated

import typer

from pay.environments.load import load_environment
from pay.model import Stage
from pay.model.stage.transitions import rollbacks
from rollout.moves import journal
from rollout.moves.record_move import print_move, write_move
from rollout.moves.stage_file import locked
from rollout.terminal.arguments import EnvironmentName, Json, ServiceName, environments_folder, now
from rollout.terminal.console import choose
from rollout.terminal.refusal import Finding, Refused

NO_WAY_BACK = {
    Stage.LEGACY: "its move has not begun",
    Stage.READY: "EC2 has everything already, and the records are not converted back",
    Stage.RETIRED: "the EC2 side is gone; build it again, from `legacy`",
}


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
        files = {path.stem: path for path in sorted(folder.glob("*.toml"))}
        # Only this file is read: a mistake in another must not block the way back.
        target = load_environment(choose(environment, files, "ENV"))
        stage = choose(service, target.services, "SERVICE").stage
        what = f"{service} in {environment} from {stage}"
        ways = {edge.after: edge for edge in rollbacks(target.ladder, stage)}
        if not ways:
            reason = NO_WAY_BACK.get(stage, f"{stage} has no way back")
            raise Refused(what, [Finding("no-way-back", reason, "nothing to roll back")])
        edge = ways.get(to or next(iter(ways)))
        if edge is None:
            reason = f"{to} is not a rollback of {stage}"
            finding = Finding("target", reason, f"give one of {', '.join(ways)}")
            raise Refused(f"{what} to {to}", [finding])
        by = journal.author(folder)
        entry = journal.move(target.ladder, edge, at=now(), by=by, because=because)
        print_move(write_move(folder, target, service, edge, entry), as_json=as_json)
