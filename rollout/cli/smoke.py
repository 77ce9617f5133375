"""Try a side by smoke tests before, or while, it has traffic.

Starts the canaries of the side in CloudWatch Synthetics, and waits for the runs that this started.
Then it shows PASSED, FAILED or NOT KNOWN, which is not a pass. The requests keep their names but go
to the load balancers of the side, also while its weight is 0. A third party's failure is NOT KNOWN,
and a scenario in quarantine does not count. It uses the AWS credentials of the shell.

`--local` runs the same code on this machine, which must reach the load balancers.

Exit codes: 0 PASSED, 1 FAILED, 3 NOT KNOWN, 2 wrong use or AWS not reached. Without `--side` both
sides are tried, and the worst counts.

Example: `pay smoke test-12 --side fargate --scenario card-sandbox`
"""

from typing import Annotated

import typer

from pay.catalogue.scenarios import SCENARIOS
from pay.model import Side
from rollout.sleep.sleeping import asking_awake
from rollout.smoke.local import smoke_locally
from rollout.smoke.report import as_data, print_verdict
from rollout.smoke.smoke import sides_to_try
from rollout.smoke.smoke import smoke as smoke_side
from rollout.smoke.verdict import SmokeExitCode
from rollout.terminal.arguments import EnvironmentName, Json, environments_folder
from rollout.terminal.console import choose, console, print_json, reporting
from rollout.terminal.environments import load_for

WORST_FIRST = (SmokeExitCode.FAILED, SmokeExitCode.NOT_KNOWN, SmokeExitCode.PASSED)


def _scenario_names(incomplete: str) -> list[str]:
    return [name for name in SCENARIOS if name.startswith(incomplete)]


def smoke(
    environment: EnvironmentName,
    side: Annotated[
        Side | None, typer.Option(metavar="SIDE", help="`ec2` or `fargate`; default: both.")
    ] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A scenario; default: all that the side has. Repeatable.",
            autocompletion=_scenario_names,
        ),
    ] = None,
    local: Annotated[
        bool, typer.Option("--local", help="Run the same code on this machine.")
    ] = False,
    as_json: Json = False,
) -> None:
    chosen = [choose(name, SCENARIOS, "--scenario") for name in dict.fromkeys(scenario or ())]
    with reporting(as_json, exit_code=2):
        target = choose(environment, load_for(environments_folder(), environment), "ENV")
        sides = sides_to_try(target, side)
        with asking_awake(target, f"the smoke tests of {environment}") as client:
            run = smoke_locally if local else smoke_side
            verdicts = [run(target, each, chosen or None, client=client) for each in sides]
    if as_json:
        print_json([as_data(each) for each in verdicts])
    else:
        for each_verdict in verdicts:
            print_verdict(console(), each_verdict)
    codes = {each.exit_code for each in verdicts}
    raise typer.Exit(next(code for code in WORST_FIRST if code in codes))
