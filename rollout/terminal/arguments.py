"""The arguments and options that several commands share."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]

EnvironmentName = Annotated[
    str, typer.Argument(metavar="ENV", help="An environment, for example `test-12`.")
]

OptionalEnvironmentName = Annotated[
    str | None, typer.Argument(metavar="ENV", help="An environment; left out: all of them.")
]

ServiceName = Annotated[
    str, typer.Argument(metavar="SERVICE", help="A microservice, for example `connector`.")
]

PROJECT = Path(__file__).resolve().parents[2]


def environments_folder() -> Path:
    """PAY_ENVIRONMENTS, else `environments` of the working folder, else of this checkout.

    Raises typer.BadParameter when that is no folder.
    """
    here = Path("environments")
    default = here if here.is_dir() else PROJECT / "environments"
    folder = Path(os.environ.get("PAY_ENVIRONMENTS") or default)
    if not folder.is_dir():
        raise typer.BadParameter(
            f"{folder} is not a folder; name the one that holds the environment files.",
            param_hint="PAY_ENVIRONMENTS",
        )
    return folder


def now() -> datetime:
    """This second, in UTC."""
    return datetime.now(UTC).replace(microsecond=0)
