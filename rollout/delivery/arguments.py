"""The arguments that the commands of a delivery share."""

from pathlib import Path
from typing import Annotated

import typer

BaseFolder = Annotated[
    Path,
    typer.Argument(
        metavar="BASE",
        exists=True,
        file_okay=False,
        help="A checkout of the project without the change.",
    ),
]

PlansFolder = Annotated[
    Path, typer.Argument(metavar="PLANS", help="The folder of the change's plans.")
]
