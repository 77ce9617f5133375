"""The arguments and options that several commands share."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from toolchain.paths import ROOT

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]

EnvironmentName = Annotated[
    str, typer.Argument(metavar="ENV", help="An environment, for example `test-12`.")
]

OptionalEnvironmentName = Annotated[
    str | None, typer.Argument(metavar="ENV", help="An environment; without it, all of them.")
]

OptionalServiceName = Annotated[
    str | None, typer.Argument(metavar="SERVICE", help="A service; without it, all of them.")
]

ServiceName = Annotated[
    str, typer.Argument(metavar="SERVICE", help="A microservice, for example `connector`.")
]

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


def environments_folder() -> Path:
    """Return PAY_ENVIRONMENTS, else `environments` of the working folder, else of this checkout.

    Raises typer.BadParameter when that is not a folder.
    """
    here = Path("environments")
    default = here if here.is_dir() else ROOT / "environments"
    folder = Path(os.environ.get("PAY_ENVIRONMENTS") or default)
    if not folder.is_dir():
        raise typer.BadParameter(
            f"{folder} is not a folder; give the folder of the environment files.",
            param_hint="PAY_ENVIRONMENTS",
        )
    return folder


def now() -> datetime:
    """Return the time to the second, in UTC."""
    return datetime.now(UTC).replace(microsecond=0)
