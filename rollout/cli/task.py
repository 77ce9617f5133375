"""List an environment's scheduled calls, or make one now.

Example: `pay task run staging-2 expired-charges-sweep`
"""

from typing import Annotated, Any

import typer
from botocore.exceptions import ClientError
from rich.markup import escape
from rich.table import Table

from pay.catalogue import CATALOGUE
from pay.model import Environment
from pay.model.tasks import scheduled
from rollout.aws.clients import Client, asking
from rollout.locks.environment_locks import Wait, locked
from rollout.moves.journal import author
from rollout.sleep.sleeping import refuse_asleep
from rollout.tasks.one_off import Runner
from rollout.tasks.scheduled import PlannedCall, dead_letters, planned_calls, require_calls, run_now
from rollout.terminal.arguments import EnvironmentName, Json, environments_folder
from rollout.terminal.arguments import now as moment
from rollout.terminal.console import Command, choose, console, print_json
from rollout.terminal.environments import load_for
from rollout.terminal.refusal import Failed
from rollout.terminal.tables import print_table
from rollout.terminal.time_text import weekday_moment

task = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


@task.command("list", cls=Command)
def list_calls(environment: EnvironmentName, as_json: Json = False) -> None:
    """Show when each call is made next, and how many were not made.

    Exit code 1 says that calls wait in the dead-letter queue, or that a schedule is missing.
    """
    chosen = _environment(environment)
    with asking(chosen) as client:
        calls, letters = _asked(chosen, client)
    if as_json:
        print_json({"calls": [_as_data(each) for each in calls], "dead_letters": letters})
    else:
        print_table(console(), _as_table(calls))
        console().print(f"Calls that were not made: {'no queue' if letters is None else letters}.")
    if letters or any(each.state == "missing" for each in calls):
        raise typer.Exit(1)


@task.command("run", cls=Command)
def run(
    environment: EnvironmentName,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A scheduled call, for example `ledger-expunge`.")
    ],
    wait: Wait = None,
    as_json: Json = False,
) -> None:
    """Make a scheduled call now, and wait until it has ended.

    The environment is locked meanwhile.
    """
    chosen = _environment(environment)
    calls = {call.name: call for call in scheduled(chosen, CATALOGUE)}
    call = choose(name, calls, "NAME")
    command, by = f"pay task run {environment} {name}", author(environments_folder())
    with asking(chosen) as client, locked([chosen], command, by, longest=wait):
        refuse_asleep(chosen, client, f"making the call {name} in {environment}")
        runner = Runner(chosen, client, report=lambda line: typer.echo(line, err=True))
        try:
            ended = run_now(call, runner)
        except ClientError as error:
            raise Failed(f"{error} Allow your role this action.") from None
    if as_json:
        answer: dict[str, Any] = {
            "call": name,
            "task": ended.task.rpartition("/")[2],
            "exit_code": ended.exit_code,
            "because": None if ended.is_good else ended.reason,
            "log_lines": list(ended.log_lines),
        }
        print_json(answer)
    elif ended.is_good:
        console().print(f"The call {name} was made: POST {call.path} of {call.service}.")
    else:
        out = console()
        out.print(f"[bold red]Failed:[/] the call {name}: {escape(ended.in_words)}.")
        for line in ended.log_lines:
            out.print(f"  {escape(line)}")
    if not ended.is_good:
        raise typer.Exit(1)


def _environment(name: str) -> Environment:
    chosen = choose(name, load_for(environments_folder(), name), "ENV")
    require_calls(chosen)
    return chosen


def _asked(environment: Environment, client: Client) -> tuple[list[PlannedCall], int | None]:
    try:
        calls = [*planned_calls(environment, client, moment())]
        return calls, dead_letters(environment, client)
    except ClientError as error:
        raise Failed(f"{error} Allow your role this action.") from None


def _as_table(calls: list[PlannedCall]) -> Table:
    table = Table("call", "service", "when", "next")
    for each in calls:
        following = weekday_moment(each.next_call) if each.next_call else each.state.lower()
        table.add_row(each.call.name, each.call.service, each.call.cron, following)
    return table


def _as_data(each: PlannedCall) -> dict[str, object]:
    return {
        "name": each.call.name,
        "service": each.call.service,
        "path": each.call.path,
        "cron": each.call.cron,
        "zone": each.call.zone,
        "state": each.state,
        "next": each.next_call.isoformat() if each.next_call else None,
    }
