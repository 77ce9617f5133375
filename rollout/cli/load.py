"""Test an environment under load, then put it to sleep.

First AWS gets schedules that put it to sleep, so that it sleeps afterwards also when this command
is killed. Ctrl-C and SIGTERM end the load and put it to sleep at once. The environment is locked
meanwhile. Response times and failures are judged by the runner's numbers and by those of the load
balancers.

Exit codes: 0 passed, 1 refused, 2 broken or not asleep afterwards, 99 a limit was missed.

Example: `pay load test-perf-1 pay-by-card --out results`
"""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import ClientError
from rich.markup import escape
from rich.table import Table

from pay.model import Environment
from pay.model.environment.load import Scenario
from rollout.aws.clients import asking
from rollout.load.load_test import (
    LoadOutcome,
    LoadTestRun,
    LoadVerdict,
    backstop_at,
    load_tests_of,
)
from rollout.locks.environment_locks import Wait, locked
from rollout.moves.journal import author
from rollout.sleep.mover import Mover
from rollout.sleep.report import print_rows
from rollout.sleep.sleeping import DryRun
from rollout.tasks.one_off import Runner
from rollout.terminal.arguments import EnvironmentName, Json, environments_folder, now
from rollout.terminal.console import choose, console, print_json
from rollout.terminal.environments import load_for
from rollout.terminal.refusal import Failed
from rollout.terminal.tables import print_table
from rollout.terminal.time_text import local, weekday_moment

WORDS = {
    LoadVerdict.PASSED: "[green]Passed:[/]",
    LoadVerdict.BROKEN: "[red]Broken:[/]",
    LoadVerdict.THRESHOLDS_MISSED: "[red]A limit was missed:[/]",
}


def load(
    environment: EnvironmentName,
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A name below `load.scenarios` of its file.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Also put a page, the report and the summary here."),
    ] = None,
    dry_run: DryRun = False,
    wait: Wait = None,
    as_json: Json = False,
) -> None:
    folder = environments_folder()
    chosen = choose(environment, load_for(folder, environment), "ENV")
    settings = load_tests_of(chosen)
    wanted = choose(scenario, settings.scenarios, "SCENARIO")
    if dry_run:
        _show_dry(chosen, scenario, wanted, as_json=as_json)
        return
    command = f"pay load {environment} {scenario}"
    with asking(chosen) as client:
        runner = Runner(chosen, client, report=_to_person)
        try:
            with locked([chosen], command, author(folder), longest=wait) as check:
                mover = Mover(chosen, client, check, _to_person)
                test = LoadTestRun(scenario, wanted, settings, mover, runner)
                outcome = test.run()
            if out:
                test.keep(outcome, out)
        except ClientError as error:
            raise Failed(f"{error} Allow your role this action.") from None
    _show(outcome, as_json=as_json)
    raise typer.Exit(outcome.verdict)


def _to_person(line: str) -> None:
    typer.echo(line, err=True)


def _show_dry(environment: Environment, name: str, scenario: Scenario, *, as_json: bool) -> None:
    until = backstop_at(scenario, now()) if environment.sleep else None
    if as_json:
        print_json({"scenario": name, **scenario.model_dump(), "asleep_at_the_latest": until})
        return
    typer.echo(
        f"Would start {scenario.per_second:g} journeys a second of {name} "
        f"for {scenario.minutes} minutes."
    )
    if until:
        typer.echo(f"It would sleep from {weekday_moment(until)} on at the latest.")


def _show(outcome: LoadOutcome, *, as_json: bool) -> None:
    if as_json:
        checks = [asdict(check) | {"is_met": check.is_met} for check in outcome.checks]
        print_json(
            {
                "verdict": outcome.verdict.name.lower().replace("_", " "),
                "results": outcome.place,
                "because": outcome.broken or None,
                "checks": checks,
                "sides": [asdict(each) for each in outcome.seen],
                "scaling": [
                    {"at": each.at.isoformat(), "side": each.name, "words": each.words}
                    for each in outcome.activities
                ],
                "left_awake": [row.name for row in outcome.left_awake],
            }
        )
        return
    out = console()
    if outcome.checks:
        table = Table("", "seen by", "what", "limit", "seen")
        for check in outcome.checks:
            mark = "[green]ok[/]" if check.is_met else "[red]x[/]"
            numbers = (f"{check.limit:g}", f"{check.value:g}")
            table.add_row(mark, escape(check.seen_by), check.name, *numbers)
        print_table(out, table, heading=1)
        _show_sides(outcome)
    if outcome.left_awake:
        print_rows(out, outcome.left_awake)
        out.print("[red]Not asleep:[/] run `pay sleep`; a schedule tries it, too.")
    because = f" {escape(outcome.broken)}." if outcome.broken else ""
    out.print(f"{WORDS[outcome.verdict]}{because} Results: {escape(outcome.place)}")


def _show_sides(outcome: LoadOutcome) -> None:
    out = console()
    table = Table("side", "requests", "failed", "p95 ms", "tasks", "CPU %")
    for each in outcome.seen:
        if each.requests:
            numbers = (each.requests, each.failed, each.p95_ms, each.fewest_tasks, each.cpu_percent)
            table.add_row(each.name, *("?" if n is None else f"{n:g}" for n in numbers))
    print_table(out, table, heading=1)
    for activity in outcome.activities:
        out.print(f"{local(activity.at)} {escape(activity.name)}: {escape(activity.words)}")
