"""Run a local AWS for this checkout.

One runs at a time; it keeps its record and its log in `.sandbox/`. Standard output holds only what
a shell evaluates.

Example: `eval "$(pay sandbox start --environment production-2)"`
"""

from math import isnan
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pay.environments.load import environment_files
from pay.model.text_types import LARGEST_PORT
from rollout.terminal.arguments import (
    duration,
    environment_names,
    environments_folder,
    service_names,
)
from rollout.terminal.console import choose, reporting
from sandbox import control
from sandbox.estate.mistakes import Mistake
from sandbox.plan_only import is_plan_only
from sandbox.server.process import SandboxError, Server
from sandbox.server.server_record import LOG
from sandbox.variables import export_lines
from toolchain.streams import ending


class Reported(TyperGroup):
    """Reports what the commands of this group cannot do."""

    def invoke(self, ctx: Any) -> Any:
        left = "If a local AWS runs, `pay sandbox stop` ends it."
        with ending(left), reporting():
            try:
                return super().invoke(ctx)
            except SandboxError as problem:
                typer.echo(problem, err=True)
                raise typer.Exit(1) from None


sandbox = typer.Typer(cls=Reported, no_args_is_help=True, add_completion=False, help=__doc__)

LONGEST_START = 3600
"""Seconds; beyond it a sandbox would only seem to hang."""


def _number(value: float) -> float:
    if isnan(value):  # neither too small nor too large for click
        raise typer.BadParameter("nan is not a number of seconds.")
    return value


EnvironmentOption = Annotated[
    str,
    typer.Option(
        "--environment",
        "-e",
        metavar="ENV",
        help="The environment whose estate exists there.",
        autocompletion=environment_names,
    ),
]
PortOption = Annotated[
    int, typer.Option(min=0, max=LARGEST_PORT, help="On 127.0.0.1; 0 takes a free one.")
]
TaskStartOption = Annotated[
    float,
    typer.Option(
        min=0,
        max=LONGEST_START,
        callback=_number,
        help="Seconds from the start of an ECS task until it runs.",
    ),
]
LegacyOption = Annotated[
    list[str],
    typer.Option(
        metavar="SERVICE",
        help="A service that runs on EC2 already, made by hand. Repeatable.",
        autocompletion=service_names,
    ),
]
MistakeOption = Annotated[
    list[Mistake], typer.Option(help="A deliberate fault of the estate. Repeatable.")
]


@sandbox.command()
def start(
    environment: EnvironmentOption = "sandbox",
    port: PortOption = 0,
    task_start_seconds: TaskStartOption = 0.0,
    legacy: LegacyOption = [],  # noqa: B006  typer reads the default and copies it
    mistake: MistakeOption = [],  # noqa: B006
) -> None:
    """Start the local AWS with an environment's estate, and print the variables to export.

    Keeps one that already runs for the same account; stop one of another account first.
    """
    estate = control.estate_of(_file(environment), legacy, mistake)
    server, is_new = control.start(estate, port=port, task_start_seconds=task_start_seconds)
    if is_new:
        _say(f"Started {server.endpoint} (process {server.pid}, log {LOG}).")
    _add(estate, server)
    typer.echo("\n".join(export_lines(server)))


@sandbox.command()
def stop() -> None:
    """End the local AWS. Its content is lost; Terraform states of it mean nothing then."""
    server = control.stop()
    _say(f"Stopped process {server.pid}." if server else "No sandbox is running.")


@sandbox.command()
def status() -> None:
    """Show address, account and number of calls. Exit code 1 when no sandbox runs."""
    server = control.require_running()
    calls = server.administer("status")["requests"]
    _say(
        f"{server.endpoint}, process {server.pid}, account {server.settings.account_id}, "
        f"{server.settings.region}, {calls} calls so far."
    )


@sandbox.command()
def seed(
    environment: EnvironmentOption = "sandbox",
    legacy: LegacyOption = [],  # noqa: B006
    mistake: MistakeOption = [],  # noqa: B006
) -> None:
    """Add what the running local AWS lacks of an environment's estate."""
    server = control.require_running()
    _add(control.estate_of(_file(environment), legacy, mistake), server)


@sandbox.command()
def tick(
    time: Annotated[str, typer.Argument(metavar="TIME", help="For example 90s, 10m, 6h or 1d.")],
) -> None:
    """Let time pass in the local AWS, where schedules fire as if it had."""
    control.tick(control.require_running(), int(duration(time).total_seconds()))
    _say(f"{time} have passed there.")


@sandbox.command()
def env() -> None:
    """Print the variables to export: `eval "$(pay sandbox env)"`."""
    typer.echo("\n".join(export_lines(control.require_running())))


def _file(environment: str) -> Path:
    return choose(environment, environment_files(environments_folder()), "--environment")


def _add(estate: control.InitialEstate, server: Server) -> None:
    control.add(estate, server)
    target = estate.environment
    use = "Plan its stacks; they cannot be deployed here." if is_plan_only(target) else ""
    _say(f"The estate of {target.name} exists: {len(target.services)} services. {use}".strip())


def _say(text: str) -> None:
    typer.echo(text, err=True)
