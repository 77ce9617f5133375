"""Run the migration of a release on a service's database, once.

It waits until the task has ended, however long that takes. After Ctrl-C or a kill, the next call
finds the task. A release whose migration has run is not migrated again. After a failure the
container's last lines are shown, and the next call starts a new task. The environment is locked
meanwhile.

Exit codes: 0 it has run, 1 refused or failed, 2 wrong use.

Example: `pay migrate staging-2 connector 1412`
"""

from typing import Annotated

import typer
from botocore.exceptions import ClientError
from rich.markup import escape

from pay.catalogue import CATALOGUE
from rollout.aws.clients import asking
from rollout.locks.environment_locks import Wait, locked
from rollout.moves.journal import author
from rollout.sleep.sleeping import refuse_asleep
from rollout.tasks.migrations import Migrated
from rollout.tasks.migrations import migrate as run_migration
from rollout.tasks.one_off import Runner
from rollout.terminal.arguments import (
    EnvironmentName,
    Json,
    ServiceName,
    environments_folder,
    now,
)
from rollout.terminal.console import choose, console, print_json
from rollout.terminal.environments import load_for
from rollout.terminal.refusal import Failed


def migrate(
    environment: EnvironmentName,
    service: ServiceName,
    release: Annotated[
        int, typer.Argument(metavar="N", min=1, help="The release, the N of `N-release`.")
    ],
    wait: Wait = None,
    as_json: Json = False,
) -> None:
    folder = environments_folder()
    chosen = choose(environment, load_for(folder, environment), "ENV")
    target = choose(service, {name: CATALOGUE[name] for name in chosen.services}, "SERVICE")
    command = f"pay migrate {environment} {service} {release}"
    by = author(folder)
    with asking(chosen) as client, locked([chosen], command, by, longest=wait):
        what = f"migrating {service} to release {release} in {environment}"
        refuse_asleep(chosen, client, what)
        runner = Runner(chosen, client, report=lambda line: typer.echo(line, err=True))
        try:
            migrated = run_migration(target, release, runner=runner, folder=folder, now=now())
        except ClientError as error:
            raise Failed(f"{error} Allow your role this action.") from None
    if as_json:
        print_json(_as_data(environment, service, migrated))
    else:
        _print(environment, service, release, migrated)
    if not migrated.run.is_good:
        raise typer.Exit(1)


def _print(environment: str, service: str, release: int, migrated: Migrated) -> None:
    out, run = console(), migrated.run
    what = f"migration of release {release} of {service} in {environment}"
    if migrated.ended is None:
        out.print(f"The {what} has run already: {run.at:%Y-%m-%d %H:%M} UTC, task {run.task}.")
    elif migrated.ended.is_good:
        out.print(f"The {what} has run, task {run.task}. Commit the line of its record.")
    else:
        out.print(f"[bold red]Failed:[/] the {what}: {escape(migrated.ended.in_words)}.")
        for line in migrated.ended.log_lines:
            out.print(f"  {escape(line)}")
        out.print("The database may be half changed: read the lines, then run it again.")


def _as_data(environment: str, service: str, migrated: Migrated) -> dict[str, object]:
    run = migrated.run
    return {
        "environment": environment,
        "service": service,
        "release": run.release,
        "has_run": run.is_good,
        "started_now": migrated.ended is not None,
        "task": run.task,
        "exit_code": run.exit_code,
        "because": run.because,
        "log_lines": list(migrated.ended.log_lines) if migrated.ended else [],
    }
