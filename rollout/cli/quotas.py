"""Compare AWS's quotas with what all moves need.

Counts what the account uses now, and what the services that still move add. Both sides of each
count: scaled out, and in a deployment. Environments that share the account count together. A
database has to take a full pool of every task. It only reads.

Exit codes: 0 enough, 1 a quota is too small, 2 wrong use or AWS not reached.

Example: `pay quotas staging-2`
"""

import typer

from rollout.aws.clients import asking
from rollout.contracts.quotas.ask import ask
from rollout.contracts.quotas.report import as_data, print_report
from rollout.terminal.arguments import EnvironmentName, Json, environments_folder
from rollout.terminal.console import choose, console, print_json, reporting
from rollout.terminal.environments import load_for
from rollout.terminal.refusal import Refused


def quotas(environment: EnvironmentName, as_json: Json = False) -> None:
    with reporting(as_json, exit_code=2):
        environments = load_for(environments_folder(), environment)
        chosen = choose(environment, environments, "ENV")
        with asking(chosen) as client:
            lines, unanswered = ask(chosen, environments.values(), client)
        if unanswered:
            raise Refused(f"comparing the quotas of {environment}", unanswered)
    if as_json:
        print_json(as_data(chosen, lines))
    else:
        print_report(console(), chosen, lines)
    if not all(line.is_enough for line in lines):
        raise typer.Exit(1)
