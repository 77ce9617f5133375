"""Wake an environment: databases, services, alarms.

Services follow those that they call, and canaries come last. It waits until every part is well:
databases available, tasks healthy, alarms OK. With `--for`, it first creates the schedules that put
it to sleep again. So it does not stay awake, whatever happens to this command. A second run changes
nothing, and finishes what a killed one began. The environment is locked meanwhile.

Exit codes: 0 it is awake, 1 refused, 2 some parts are not awake: a table lists them.

Example: `pay wake test-perf-1 --for 4h`
"""

from datetime import timedelta
from typing import Annotated

import typer

from rollout.locks.environment_locks import Wait
from rollout.sleep.parts import Target
from rollout.sleep.sleeping import DryRun, run
from rollout.terminal.arguments import EnvironmentName, Json, duration


def wake(
    environment: EnvironmentName,
    length: Annotated[
        timedelta | None,
        typer.Option(
            "--for", metavar="TIME", parser=duration, help="How long; then it sleeps again."
        ),
    ] = None,
    dry_run: DryRun = False,
    wait: Wait = None,
    as_json: Json = False,
) -> None:
    run(environment, Target.AWAKE, length=length, is_dry=dry_run, wait=wait, as_json=as_json)
