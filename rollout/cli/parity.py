"""Show what one side of a service cannot have.

Each difference says why it matters. Services with the same difference share a row.

Example: `pay parity production-2 connector`
"""

from dataclasses import asdict
from typing import Annotated

import typer

from pay.catalogue import CATALOGUE
from pay.service.parity import parity as differences_of
from rollout.board.board import by_chain
from rollout.board.parity_table import as_table
from rollout.terminal.arguments import (
    Json,
    OptionalServiceName,
    environment_names,
    environments_folder,
)
from rollout.terminal.console import choose, console, print_json
from rollout.terminal.environments import load_for
from rollout.terminal.tables import print_table


def parity(
    environment: Annotated[
        str | None,
        typer.Argument(
            metavar="ENV",
            help="An environment; without it, the last of the chain.",
            autocompletion=environment_names,
        ),
    ] = None,
    service: OptionalServiceName = None,
    as_json: Json = False,
) -> None:
    environments = load_for(environments_folder(), environment)
    target = choose(environment or by_chain(environments)[-1], environments, "ENV")
    if service is not None:
        choose(service, target.services, "SERVICE")
    differences = {
        each: differences_of(CATALOGUE[each], target)
        for each in target.services
        if service in (None, each)
    }
    if as_json:
        print_json(
            [
                {"service": each, **asdict(difference)}
                for each, rows in differences.items()
                for difference in rows
            ]
        )
        return
    print_table(console(), as_table(target.name, differences))
