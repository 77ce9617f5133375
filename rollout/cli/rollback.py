"""`pay rollback`: gives traffic back to EC2."""

from typing import Annotated

import typer

from rollout.terminal.arguments import EnvironmentName, Json, ServiceName, environments_folder, now


def rollback(
    environment: EnvironmentName,
    service: ServiceName,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="STAGE",
            help="A lower weighted stage; left out: the one that gives EC2 everything.",
        ),
    ] = None,
    because: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why; lands in the journal.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Give traffic back to EC2. No gate stands before it: not a freeze, not a neighbour.

    From `canary` up to `soak`, EC2 gets everything again (`ready`), or what `--to` says; from
    `detached` its record is made again (`cutover`); from `dark` the Fargate side goes (`legacy`).

    Mistakes in other files do not matter. One in this environment's own file has to be mended
    first, also in another service's table: `cdktf synth` refuses the whole file, too.

    Example: `pay rollback production-2 connector --because "payments time out since 14:05"`
    """
    from pay.environments.load import load_environment
    from pay.model import Stage
    from pay.model.stage.transitions import rollbacks
    from rollout.moves import journal
    from rollout.moves.gates import Finding
    from rollout.moves.record_move import tell, write_move
    from rollout.moves.stage_file import locked
    from rollout.terminal.console import Refused, choose, console, reporting

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
            raise Refused(
                f"{service} in {environment} from {stage}",
                [Finding("no-way-back", _why_there_is_none(stage), "nothing to roll back")],
            )
        if to is not None and to not in ways:
            raise Refused(
                f"{service} in {environment} from {stage} to {to}",
                [Finding("target", f"{to} is no rollback of {stage}", f"one of {', '.join(ways)}")],
            )
        edge = ways[Stage(to)] if to is not None else next(iter(ways.values()))
        entry = journal.move(target.ladder, edge, at=now(), by=journal.who(folder), because=because)
        done = write_move(folder, target, service, edge, entry)
        tell(done, console(), as_json=as_json)


def _why_there_is_none(stage: str) -> str:
    return {
        "legacy": "its move has not begun",
        "ready": "EC2 has everything already, and the records are not converted back",
        "retired": "the EC2 side is gone; going back means building it again, from `legacy`",
    }.get(stage, f"{stage} has none")
