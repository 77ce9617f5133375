"""Move a service one stage on.

Changes one line of the environment's file and adds one to the journal. Lists every reason that
blocks the move; nothing is written then.

Where metrics of both sides can be compared, it asks the judge first, with the AWS credentials of
the shell. PASS needs no evidence, FAIL blocks the move. Without a verdict `--evidence` says what
was measured; in production `--approver` names the role that agrees to go on. From `dark` it runs
the smoke tests of the Fargate side in the same way. FAILED blocks the move, and so does a missing
run. In a watched account, an open critical or high finding on a side blocks the move. So does a
task there without GuardDuty's agent.

Example: `pay promote test-12 connector --evidence "errors 0.1 %, p99 as before, 4 h"`
"""

from contextlib import AbstractContextManager
from typing import Annotated, Any

import typer

from pay.model import Environment, Stage
from rollout.moves.covered import cover_side
from rollout.moves.gates import Promotion, next_move
from rollout.moves.journal import author
from rollout.moves.judge_stage import judge_stage
from rollout.moves.promote import promote as write_promotion
from rollout.moves.record_move import print_move
from rollout.moves.smoked import smoke_side
from rollout.moves.stage_file import locked
from rollout.moves.standings import Standings, load_standings
from rollout.moves.watched import NOTHING_WATCHED, Watched
from rollout.terminal.arguments import EnvironmentName, Json, ServiceName, environments_folder, now
from rollout.terminal.console import choose


def promote(
    environment: EnvironmentName,
    service: ServiceName,
    to: Annotated[
        Stage | None,
        typer.Option(metavar="STAGE", help="The stage you expect; refused if it is not the next."),
    ] = None,
    evidence: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What was measured, and where to see it.")
    ] = None,
    allow_adjacent: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Why a neighbour may move at the same time."),
    ] = None,
    approver: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE", help="A role that agrees (detached, retired). Repeatable."),
    ] = None,
    as_json: Json = False,
) -> None:
    folder = environments_folder()
    with locked(folder):
        standings = load_standings(folder, now(), environment)
        target = choose(environment, standings.environments, "ENV")
        choose(service, target.services, "SERVICE")
        edge = next_move(target, service)
        asked = Promotion(
            standings,
            environment,
            service,
            edge,
            evidence=evidence,
            adjacent=allow_adjacent,
            approvers=tuple(approver or ()),
            expected=to,
            judged=judge_stage(standings, environment, service, edge, _awake),
            smoked=smoke_side(standings, environment, service, edge, _awake),
            watched=_watched(standings, environment, service),
            covered=cover_side(standings, environment, service, edge, _awake),
        )
        print_move(write_promotion(asked, by=author(folder)), as_json=as_json)


def _watched(standings: Standings, environment: str, service: str) -> Watched:
    if standings.environments[environment].watching is None:
        return NOTHING_WATCHED
    # They import boto3, which most moves need nothing of.
    from rollout.aws.clients import asking
    from rollout.findings.hold import watch_service

    return watch_service(standings, environment, service, asking)


def _awake(environment: Environment) -> AbstractContextManager[Any]:
    """Reach an environment that does not sleep. One that does can neither be judged nor tried."""
    # It imports boto3, which most moves need nothing of.
    from rollout.sleep.sleeping import asking_awake

    return asking_awake(environment)
