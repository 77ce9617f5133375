"""Show whether an environment sleeps, part by part, and what goes on running.

Exit codes: 0 every part is as its plan says, 1 refused, 2 some are not: it is awake although its
plan says that it sleeps, or only partly asleep.

Example: `pay asleep test-perf-1`
"""

import typer
from botocore.exceptions import ClientError

from rollout.aws.clients import asking
from rollout.delivery.sleeping import PARTLY
from rollout.sleep.hours import by_plan
from rollout.sleep.moving import Mover
from rollout.sleep.parts import Target
from rollout.sleep.report import as_data, instances, print_rows, require_sleep, summary
from rollout.terminal.arguments import EnvironmentName, Json, environments_folder, now
from rollout.terminal.console import choose, console, print_json
from rollout.terminal.environments import load_for
from rollout.terminal.refusal import Failed

HOURS_OF_A_MONTH = 730
"""What AWS's calculators count."""


def asleep(environment: EnvironmentName, as_json: Json = False) -> None:
    chosen = choose(environment, load_for(environments_folder(), environment), "ENV")
    sleep = require_sleep(chosen, f"asking whether {environment} sleeps")
    at = now()
    planned = Target.AWAKE if sleep.awake_until(at) else Target.ASLEEP
    with asking(chosen) as client:
        try:
            mover = Mover(chosen, client)
            rows = [*mover.rows(Target.ASLEEP)]
            running = instances(chosen, client, at)
            as_planned = all(row.is_done for row in mover.rows(planned))
        except ClientError as error:
            raise Failed(f"{error} Allow your role this action.") from None
    state = summary(rows)
    hours = sum(each.count for each in running) * HOURS_OF_A_MONTH
    if as_json:
        print_json(
            {
                "environment": environment,
                "state": state,
                "planned": planned,
                "as_planned": as_planned,
                "parts": as_data(rows),
                "instances": {each.segment: str(each) for each in running},
                "instance_hours_a_month": hours,
            }
        )
    else:
        out = console()
        print_rows(out, rows)
        out.print(f"{environment} is [bold]{state}[/]. {by_plan(sleep, at)}")
        if running:
            out.print(
                f"EC2 instances go on running: {', '.join(map(str, running))}, {hours:,} instance "
                "hours a month."
            )
    if not as_planned:
        raise typer.Exit(PARTLY)
