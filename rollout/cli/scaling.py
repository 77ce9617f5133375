"""Show how services follow demand, on paper and in AWS.

Without an option: bounds, targets and schedule of each service at its stage. `--simulate` lets a
week of demand pass. It shows tasks over the day, seconds with too few of them, and their hours
against the peak's. `--register` brings the bounds that are due now to AWS. Use it after a deploy by
hand, because a schedule does it up to a day later. `pay apply` does it itself.

A curve is a CSV file with the columns `time` (local, such as 2026-11-26T09:00) and `requests`, in a
minute. A target of requests is followed by such a curve only, because no public volume is one
of requests.

Example: `pay scaling production-2 connector --simulate`
"""

from pathlib import Path
from typing import Annotated

import typer

from pay.catalogue import CATALOGUE
from pay.environments.load import environment_files
from pay.environments.past_events import old_events
from pay.model import Side
from pay.model.problem import InvalidInput
from pay.model.scaling.demand_curve import built_in_week, read_curve
from pay.model.side import ServiceSide
from rollout.aws.clients import asking
from rollout.scaling.due import register_due
from rollout.scaling.simulated import simulated
from rollout.scaling.tables import print_settings, print_simulated, settings_as_data
from rollout.terminal.arguments import (
    EnvironmentName,
    Json,
    OptionalServiceName,
    environments_folder,
    now,
)
from rollout.terminal.console import choose, console, print_json
from rollout.terminal.environments import load_for


def scaling(
    environment: EnvironmentName,
    service: OptionalServiceName = None,
    simulate: Annotated[bool, typer.Option(help="Let a week of demand pass on paper.")] = False,
    curve: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv",
            exists=True,
            dir_okay=False,
            help="The demand; without it, GOV.UK Pay's public volumes.",
        ),
    ] = None,
    register: Annotated[
        bool, typer.Option(help="Bring the bounds that are due now to AWS.")
    ] = False,
    as_json: Json = False,
) -> None:
    if curve and not simulate:
        raise typer.BadParameter("--curve is for --simulate.")
    if register and simulate:
        raise typer.BadParameter("--register changes AWS, --simulate does not: give one.")
    folder = environments_folder()
    chosen = choose(environment, load_for(folder, environment), "ENV")
    names = list(chosen.services)
    if service is not None:
        choose(service, chosen.services, "SERVICE")
        names = [service]
    sides = [ServiceSide(CATALOGUE[name], chosen, Side.FARGATE) for name in names]
    if old := old_events(environment_files(folder)[environment], now()):
        if not register:  # what is due has to reach AWS, whatever else the file has
            raise InvalidInput(old)
        for problem in old:
            typer.echo(f"Warning: {problem}", err=True)
    if register:
        _register(sides, as_json=as_json)
    elif simulate:
        rows = [*simulated(sides, read_curve(curve) if curve else built_in_week())]
        if as_json:
            print_json([row.as_data() for row in rows])
        else:
            title = f"{environment}: {curve.name if curve else 'a week of the public volumes'}"
            print_simulated(console(), title, rows)
    elif as_json:
        print_json([settings_as_data(side) for side in sides])
    else:
        print_settings(console(), f"Scaling in {environment}", sides)


def _register(sides: list[ServiceSide], *, as_json: bool) -> None:
    with asking(sides[0].environment) as client:
        changed = [*register_due(client, sides, now())]
    if as_json:
        print_json(
            {each.service: {"before": {**each.before}, "now": {**each.now}} for each in changed}
        )
    else:
        for each in changed:
            typer.echo(str(each))
        typer.echo(f"{len(sides) - len(changed)} services needed nothing.")
