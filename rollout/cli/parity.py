"""Show what one side of a service cannot have.

Each difference says why it matters. Services with the same difference share a row.

Example: `pay parity production-2 connector`
"""

from typing import Annotated

import typer

from pay.catalogue import CATALOGUE
from pay.environments.load import load_environments
from pay.service.parity import parity as differences_of
from rollout.board.board import by_chain
from rollout.board.parity_table import as_table, by_difference
from rollout.terminal.arguments import Json, environments_folder
from rollout.terminal.console import choose, console, print_json, reporting


def parity(
    environment: Annotated[
        str | None,
        typer.Argument(metavar="ENV", help="An environment; without it, the last of the chain."),
    ] = None,
    service: Annotated[
        str | None, typer.Argument(metavar="SERVICE", help="A service; without it, all of them.")
    ] = None,
    as_json: Json = False,
) -> None:
    with reporting(as_json):
        environments = load_environments(environments_folder())
        name = environment or by_chain(environments)[-1]
        choose(name, tuple(environments), "ENV")
        chosen = environments[name]
        services = chosen.services
        if service is not None:
            choose(service, tuple(services), "SERVICE")
        differences = {
            each: differences_of(CATALOGUE[each], chosen)
            for each in services
            if service in (None, each)
        }
        if as_json:
            print_json(
                [
                    {
                        "service": each,
                        "aspect": difference.aspect,
                        "ec2": difference.ec2,
                        "fargate": difference.fargate,
                        "matters": difference.matters,
                        "attributes": list(difference.attributes),
                    }
                    for each, rows in differences.items()
                    for difference in rows
                ]
            )
            return
        console().print(as_table(name, by_difference(differences)))
