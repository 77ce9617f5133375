"""The arguments and options that several commands share."""

import os
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from toolchain.paths import ROOT


def environment_names(incomplete: str) -> list[str]:
    """Return what a shell offers for an environment."""
    return [name for name in _services_by_environment() if name.startswith(incomplete)]


def service_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return what a shell offers for a service: of the environment that was typed, or of all."""
    services = _services_by_environment()
    chosen = services.get(ctx.params.get("environment") or "", set().union(*services.values()))
    return sorted(name for name in chosen if name.startswith(incomplete))


def _services_by_environment() -> dict[str, set[str]]:
    """Return what a shell offers; files that cannot be read offer their names."""
    # A command that runs imports them by itself.
    from pay.environments.load import environment_files
    from pay.files import read_text
    from pay.toml_text import parse

    try:
        files = environment_files(environments_folder())
    except typer.BadParameter:
        return {}
    services: dict[str, set[str]] = {}
    for name, path in files.items():
        services[name] = set()
        with suppress(OSError, ValueError):
            declared = parse(read_text(path)).get("services")
            services[name] = set(declared) if isinstance(declared, dict) else set()
    return services


Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]

EnvironmentName = Annotated[
    str,
    typer.Argument(
        metavar="ENV",
        help="An environment, for example `test-12`.",
        autocompletion=environment_names,
    ),
]

OptionalEnvironmentName = Annotated[
    str | None,
    typer.Argument(
        metavar="ENV",
        help="An environment; without it, all of them.",
        autocompletion=environment_names,
    ),
]

OptionalServiceName = Annotated[
    str | None,
    typer.Argument(
        metavar="SERVICE",
        help="A service; without it, all of them.",
        autocompletion=service_names,
    ),
]

ServiceName = Annotated[
    str,
    typer.Argument(
        metavar="SERVICE",
        help="A microservice, for example `connector`.",
        autocompletion=service_names,
    ),
]

BASE_HELP = "A checkout of the project without the change."

BaseFolder = Annotated[
    Path, typer.Argument(metavar="BASE", exists=True, file_okay=False, help=BASE_HELP)
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


_DURATION = re.compile(
    r"(?:(?P<days>\d{1,4})d)?(?:(?P<hours>\d{1,4})h)?"
    r"(?:(?P<minutes>\d{1,4})m)?(?:(?P<seconds>\d{1,5})s)?"
)


def duration(text: str) -> timedelta:
    """Return a span of time that a person wrote: `90d`, `1h30m`, `90s`; for an option's parser.

    Raises typer.BadParameter for other text.
    """
    match = _DURATION.fullmatch(text.strip())
    if not text.strip() or match is None:
        raise typer.BadParameter(f"{text!r} is not a time; write it as 90d, 1h30m, 30m or 90s.")
    parts = {unit: int(count) for unit, count in match.groupdict(default="0").items()}
    return timedelta(**parts)
