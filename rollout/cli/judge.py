"""Judge whether Fargate does as well as EC2.

Compares the requests of both sides minute by minute, by tests that stay right however often they
are asked. Says PASS, FAIL or NOT ENOUGH DATA, with the numbers and what is missing. It only reads,
with the AWS credentials of the shell, and moves nothing. `--record` keeps each verdict beside the
journal, where the board finds it. `--explain` and `--html` say how each number was calculated.
`--json` prints an object for one service, and a list of such objects for an environment.

`--recorded FILE` judges recorded minutes, without AWS. Failed requests: `{"stage": "canary",
"minutes": [[60, 950, 1, 50, 0]]}`. These are 60 minutes of 950 requests with 1 error on EC2, 50
without on Fargate. Response times have `"what": "latency"`, totals `"what": "dip"`.

Exit codes: 0 PASS, 1 FAIL, 2 wrong use or AWS not reached, 3 NOT ENOUGH DATA. 4 is also NOT ENOUGH
DATA, but a person must decide. Of several services, the worst counts. With `--exit-zero` every
verdict ends with 0, for a pipeline that keeps verdicts. Also then, 2 means that one is missing.

Example: `pay judge production-2 connector`
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from pay.model.judging.part import JudgeExitCode
from rollout.aws.clients import asking
from rollout.measure.judgement import Judgement
from rollout.measure.measure import judge as measure
from rollout.measure.page import as_page
from rollout.measure.recorded import read_recording
from rollout.measure.report import as_data, part_as_data, print_judgements, print_part
from rollout.moves.journal import FIRST_DAY, append, verdicts_path
from rollout.moves.standings import load_standings
from rollout.moves.to_judge import services_to_judge
from rollout.sleep.sleeping import asking_awake
from rollout.terminal.arguments import (
    Json,
    OptionalServiceName,
    environment_names,
    environments_folder,
    now,
)
from rollout.terminal.console import choose, console, print_json, reporting
from rollout.terminal.output_files import writable, write_output
from rollout.terminal.refusal import Failed

WATCH_SECONDS = 60

FURTHEST = timedelta(days=366)
"""From now: a time ahead has no metrics yet, and dates end."""

WORST_FIRST = (
    JudgeExitCode.FAIL,
    JudgeExitCode.ESCALATED,
    JudgeExitCode.NOT_ENOUGH_DATA,
    JudgeExitCode.PASS,
)


def judge(
    environment: Annotated[
        str | None,
        typer.Argument(
            metavar="ENV",
            help="An environment; left out only with --recorded.",
            autocompletion=environment_names,
        ),
    ] = None,
    service: OptionalServiceName = None,
    at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%MZ"],
            metavar="TIME",
            help="As it was then, in UTC; default: now.",
        ),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Judge each minute until waiting changes nothing.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also print how each number came to be.")
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write an HTML page.", callback=writable),
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Add each verdict to the service's file of verdicts.")
    ] = False,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="End with 0, whatever the verdicts.")
    ] = False,
    recorded: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Recorded minutes, as JSON.", dir_okay=False)
    ] = None,
    as_json: Json = False,
) -> None:
    if (environment is None) is (recorded is None):
        raise typer.BadParameter("give one of them.", param_hint="ENV or --recorded")
    if recorded and (record or at or watch or html):
        message = "recorded minutes belong to no service and no time; give it alone."
        raise typer.BadParameter(message, param_hint="--recorded")
    if watch and at:
        raise typer.BadParameter("the past does not change; give one.", param_hint="--watch, --at")
    asked_at = at and at.replace(tzinfo=UTC)
    shown = JudgeOutputs(as_json, explain, html, record, exit_zero)
    if asked_at and not FIRST_DAY <= asked_at <= now() + FURTHEST:
        message = f"found {asked_at:%Y-%m-%dT%H:%MZ}; give a time from {FIRST_DAY:%Y-%m-%d} to now."
        raise typer.BadParameter(message, param_hint="--at")
    with reporting(as_json, exit_code=2):
        if recorded is not None:
            _judge_recorded(recorded, shown)
        else:
            _judge_running(str(environment), service, asked_at, watch, shown)


@dataclass(frozen=True)
class JudgeOutputs:
    """The outputs that show a judgement."""

    as_json: bool
    explained: bool
    html: Path | None
    record: bool
    exit_zero: bool

    def end(self, code: JudgeExitCode) -> typer.Exit:
        """Return the end of a command that has a verdict on everything."""
        return typer.Exit(0 if self.exit_zero else code)


def _judge_recorded(path: Path, shown: JudgeOutputs) -> None:
    recording = read_recording(path)
    part = recording.judge()
    if shown.as_json:
        print_json(part_as_data(recording, part))
    else:
        print_part(console(), recording, part, explained=shown.explained)
    raise shown.end(part.exit_code)


def _judge_running(
    environment: str, service: str | None, at: datetime | None, watch: bool, shown: JudgeOutputs
) -> None:
    while True:
        judgements, failures = _judgements(environment, service, at)
        for each in judgements if shown.record else ():
            append(verdicts_path(environments_folder(), environment, each.service), each.line())
        if shown.html:
            write_output(shown.html, as_page(environment, judgements, failures).encode())
        if shown.as_json:
            failed = [{"service": name, "failed": text} for name, text in failures.items()]
            every = [*map(as_data, judgements), *failed]
            print_json(every if service is None else every[0])
        else:
            print_judgements(
                console(), environment, judgements, failures, explained=shown.explained
            )
        codes = {each.exit_code for each in judgements} or {JudgeExitCode.PASS}
        if failures:
            raise typer.Exit(2)
        if not watch or JudgeExitCode.NOT_ENOUGH_DATA not in codes:
            raise shown.end(next(code for code in WORST_FIRST if code in codes))
        time.sleep(WATCH_SECONDS)


def _judgements(
    environment: str, service: str | None, at: datetime | None
) -> tuple[Sequence[Judgement], Mapping[str, str]]:
    """Return the judgement of each service, and why others have none. A service whose side is
    missing does not keep the others from theirs. Without `at`, it is now. Raises Refused while it
    sleeps.
    """
    standings = load_standings(environments_folder(), now(), environment)
    target = choose(environment, standings.environments, "ENV")
    if service is not None:
        choose(service, target.services, "SERVICE")
    asked = services_to_judge(standings, environment, service, at or standings.now)
    judgements: list[Judgement] = []
    failures: dict[str, str] = {}
    if asked:
        reach = asking(target) if at else asking_awake(target, f"judging {environment}")
        with reach as client:
            for each in asked:
                try:
                    judgements.append(measure(each, client))
                except Failed as failure:
                    failures[each.service.name] = str(failure)
    return judgements, failures
