"""The command `python -m sandbox`: the project's own local AWS, one at a time, in `.sandbox/`.

    eval "$(python -m sandbox start)"                      # the environment sandbox
    eval "$(python -m sandbox start --environment production-2)"
    python -m sandbox status
    python -m sandbox stop

What it says goes to standard error, so that standard output is only what a shell evaluates.
"""

from pathlib import Path
from typing import Annotated

import typer

from pay.environments.load import load_environment
from pay.model import Environment, InvalidInput
from sandbox.estate.mistakes import Mistake
from sandbox.estate.seed import seed as seed_estate
from sandbox.server.process import ROOT, SandboxError, Server, launch
from sandbox.server.server_record import LOG, forget, remember, running
from sandbox.settings import Settings
from sandbox.variables import export_lines

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)

EnvironmentOption = Annotated[
    str, typer.Option("--environment", "-e", help="Whose estate it has: a name in environments/.")
]
PortOption = Annotated[int, typer.Option(help="On 127.0.0.1; 0 takes a free one.")]
TaskStartOption = Annotated[
    float, typer.Option(help="Seconds from the start of an ECS task until it runs.")
]
LegacyOption = Annotated[
    list[str] | None,
    typer.Option(help="A service that runs on EC2 already, made by hand. May be repeated."),
]
MistakeOption = Annotated[
    list[Mistake] | None,
    typer.Option(help="Something wrong with the estate, on purpose. May be repeated."),
]


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _environment(name: str) -> Environment:
    return load_environment(ROOT / "environments" / f"{name}.toml")


def _settings(environment: Environment, task_start_seconds: float) -> Settings:
    return Settings(
        account_id=environment.account_id,
        region=environment.region,
        task_start_seconds=task_start_seconds,
    )


def _require_running() -> Server:
    server = running()
    if server is None:
        raise SandboxError("no sandbox is running; start one: python -m sandbox start")
    return server


@app.command()
def start(
    environment: EnvironmentOption = "sandbox",
    port: PortOption = 0,
    task_start_seconds: TaskStartOption = 0.0,
    legacy: LegacyOption = None,
    mistake: MistakeOption = None,
) -> None:
    """Starts the sandbox with an environment's estate, and prints the variables to export.

    One that runs already for the same account is kept; for another account it has to be stopped
    first.
    """
    wanted = _environment(environment)
    server = running()
    if server and server.settings.account_id != wanted.account_id:
        raise SandboxError(
            f"a sandbox of account {server.settings.account_id} is running; {environment} is "
            f"account {wanted.account_id}. Stop it first: python -m sandbox stop"
        )
    if server is None:
        server = launch(_settings(wanted, task_start_seconds), port=port, log=LOG)
        remember(server)
        _say(f"Started {server.endpoint} (process {server.pid}, log {_short(LOG)}).")
    _seed(server, wanted, legacy or [], mistake or [])
    _print_exports(server)


@app.command()
def serve(
    environment: EnvironmentOption = "sandbox",
    port: PortOption = 0,
    task_start_seconds: TaskStartOption = 0.0,
    legacy: LegacyOption = None,
    mistake: MistakeOption = None,
) -> None:
    """Like start, but stays until Ctrl-C, and ends the sandbox then."""
    start(environment, port, task_start_seconds, legacy, mistake)
    server = _require_running()
    _say("Ctrl-C ends it.")
    try:
        server.wait()
    except KeyboardInterrupt:
        stop()


@app.command()
def stop() -> None:
    """Ends the sandbox; all that is in it is gone. The Terraform states of it mean nothing then."""
    server = running()
    if server:
        server.stop()
        _say(f"Stopped process {server.pid}.")
    else:
        _say("No sandbox is running.")
    forget()


@app.command()
def status() -> None:
    """Says whether the sandbox runs, where, for which account and how many calls it has had.

    Exit status 1 when it does not.
    """
    server = _require_running()
    calls = server.administer("status")["requests"]
    _say(
        f"{server.endpoint}, process {server.pid}, account {server.settings.account_id}, "
        f"{server.settings.region}, {calls} calls so far."
    )


@app.command()
def seed(
    environment: EnvironmentOption = "sandbox",
    legacy: LegacyOption = None,
    mistake: MistakeOption = None,
) -> None:
    """Adds what is missing of an environment's estate to the running sandbox."""
    _seed(_require_running(), _environment(environment), legacy or [], mistake or [])


@app.command()
def env() -> None:
    """Prints the variables to export: eval "$(python -m sandbox env)"."""
    _print_exports(_require_running())


def _seed(
    server: Server, environment: Environment, legacy: list[str], mistakes: list[Mistake]
) -> None:
    if unknown := sorted(set(legacy) - set(environment.services)):
        raise SandboxError(
            f"--legacy: found {', '.join(unknown)}; {environment.name} has "
            f"{', '.join(environment.services)}"
        )
    seed_estate(
        environment,
        server.client,
        legacy=legacy,
        mistakes=mistakes,
        # Only the environment with local state is ever deployed here; others are planned.
        neighbours=environment.state.backend != "local",
    )
    _say(f"The estate of {environment.name} is there: {len(environment.services)} services.")


def _print_exports(server: Server) -> None:
    for line in export_lines(server):
        typer.echo(line)


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def main() -> None:
    """Runs the command; what a person can put right is a message and exit status 1."""
    try:
        app()
    except (SandboxError, InvalidInput) as problem:
        _say(str(problem))
        raise SystemExit(1) from None
