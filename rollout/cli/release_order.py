"""Show in which order to release services.

Those that are called come before their callers. A wave can be released when the one before it
runs. Without SERVICES it orders all of the catalogue.

Example: `pay release-order publicapi connector frontend`
"""

from typing import Annotated

import typer
from rich.table import Table

from pay.catalogue import CATALOGUE
from pay.model.service.call_graph import cycles, release_waves
from rollout.terminal.arguments import Json, service_names
from rollout.terminal.console import choose, console, print_json
from rollout.terminal.tables import print_table


def release_order(
    services: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SERVICES", help="Without any, all of them.", autocompletion=service_names
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    chosen = services or list(CATALOGUE)
    for name in chosen:
        choose(name, CATALOGUE, "SERVICES")
    edges = {service.name: service.called for service in CATALOGUE.values()}
    waves = release_waves(edges, chosen)
    circles = [each for each in cycles(edges) if not set(each).isdisjoint(chosen)]
    if as_json:
        print_json({"waves": waves, "cycles": circles})
        return
    table = Table("wave", "services")
    for number, wave in enumerate(waves, start=1):
        table.add_row(str(number), ", ".join(wave))
    out = console()
    print_table(out, table)
    for circle in circles:
        out.print(f"A cycle, released together: {' -> '.join((*circle, circle[0]))}")
