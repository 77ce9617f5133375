"""Examine whether an account is ready for a plan.

Asks about credentials, roles, tools, the state bucket, every lookup of the stacks, security groups
and quotas. It only reads, and a line says `ok` or what to do. `?` is what only an apply shows.

Exit codes: 0 ready, 1 something would fail, 2 wrong use.

Example: `pay doctor test-12`
"""

from typing import Annotated

import typer

from rollout.doctor.examine import examine
from rollout.doctor.report import as_data, is_ready, print_line, print_sum
from rollout.terminal.arguments import EnvironmentName, Json, environments_folder
from rollout.terminal.console import choose, console, print_json, reporting
from rollout.terminal.environments import load_for

PlanRole = Annotated[
    str | None,
    typer.Option(envvar="PLAN_ROLE_ARN", help="The role with which a pipeline plans."),
]
ApplyRole = Annotated[
    str | None,
    typer.Option(envvar="APPLY_ROLE_ARN", help="The role with which a pipeline applies."),
]


def doctor(
    environment: EnvironmentName,
    plan_role: PlanRole = None,
    apply_role: ApplyRole = None,
    as_json: Json = False,
) -> None:
    folder = environments_folder()
    with reporting(as_json, exit_code=2):
        environments = load_for(folder, environment)
        chosen = choose(environment, environments, "ENV")
        out, lines = console(), []
        for line in examine(
            chosen, environments, folder, plan_role=plan_role, apply_role=apply_role
        ):
            lines.append(line)
            if not as_json:
                print_line(out, line)
    if as_json:
        print_json(as_data(environment, lines))
    else:
        print_sum(out, environment, lines)
    if not is_ready(lines):
        raise typer.Exit(1)
