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
from rollout.moves.record_move import tell, write_move
from rollout.moves.stage_file import locked
from rollout.terminal.arguments import EnvironmentName, Json, ServiceName, environments_folder, now
from rollout.terminal.console import choose, console, reporting
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
        str | None,
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
    with reporting(as_json), locked(folder):
        choose(environment, sorted(path.stem for path in folder.glob("*.toml")), "ENV")
        # Only this file is read: a mistake in another must not block the way back.
        target = load_environment(folder / f"{environment}.toml")
        choose(service, tuple(target.services), "SERVICE")
        if to is not None:
            choose(to, tuple(Stage), "--to")
        stage = target.services[service].stage
        ways = {edge.after: edge for edge in rollbacks(target.ladder, stage)}
        if not ways:
            reason = NO_WAY_BACK.get(stage, f"{stage} has no way back")
            raise Refused(
                f"{service} in {environment} from {stage}",
                [Finding("no-way-back", reason, "nothing to roll back")],
            )
        if to is not None and to not in ways:
            reason = f"{to} is not a rollback of {stage}"
            raise Refused(
                f"{service} in {environment} from {stage} to {to}",
                [Finding("target", reason, f"give one of {', '.join(ways)}")],
            )
        edge = ways[Stage(to)] if to is not None else next(iter(ways.values()))
        entry = journal.move(target.ladder, edge, at=now(), by=journal.who(folder), because=because)
        done = write_move(folder, target, service, edge, entry)
        tell(done, console(), as_json=as_json)
