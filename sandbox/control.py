"""Starts, seeds and stops the sandbox of this checkout: one at a time, noted in `.sandbox/`."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pay.environments.load import load_environment
from pay.model import Environment
from sandbox.estate.mistakes import Mistake
from sandbox.estate.seed import seed
from sandbox.plan_only import is_plan_only
from sandbox.server.process import SandboxError, Server, launch
from sandbox.server.server_record import LOG, forget, remember, running
from sandbox.settings import SandboxSettings


@dataclass(frozen=True)
class InitialEstate:
    """The content of a sandbox at its start."""

    environment: Environment
    legacy: Collection[str] = ()
    """The services that run on EC2 already, made by hand."""
    mistakes: Collection[Mistake] = ()


def estate_of(path: Path, legacy: Collection[str], mistakes: Collection[Mistake]) -> InitialEstate:
    """Return the estate of an environment's file.

    Raises InvalidInput for a wrong file, SandboxError for a legacy service that it does not list.
    """
    target = load_environment(path)
    if unknown := sorted(set(legacy) - set(target.services)):
        raise SandboxError(
            f"--legacy: found {', '.join(unknown)}; {target.name} has {', '.join(target.services)}"
        )
    return InitialEstate(target, tuple(legacy), tuple(mistakes))


def start(
    estate: InitialEstate, *, port: int = 0, task_start_seconds: float = 0.0
) -> tuple[Server, bool]:
    """Return the running sandbox, and whether it was started now. Port 0 takes a free one.

    Raises SandboxError when a sandbox of another account runs, or the server does not start.
    """
    account = estate.environment.account_id
    server = running()
    if server and server.settings.account_id != account:
        raise SandboxError(
            f"a sandbox of account {server.settings.account_id} is running; "
            f"{estate.environment.name} is account {account}. Stop it first: pay sandbox stop"
        )
    if server:
        return server, False
    settings = SandboxSettings(
        account_id=account,
        region=estate.environment.region,
        task_start_seconds=task_start_seconds,
    )
    server = launch(settings, port=port, log=LOG)
    remember(server)
    return server, True


def require_running() -> Server:
    """Return the running sandbox. Raises SandboxError when there is none."""
    server = running()
    if server is None:
        raise SandboxError("no sandbox is running; start one: pay sandbox start")
    return server


def add(estate: InitialEstate, server: Server) -> None:
    """Create what the server lacks of an estate."""
    seed(
        estate.environment,
        server.client,
        legacy=estate.legacy,
        mistakes=estate.mistakes,
        neighbours=is_plan_only(estate.environment),
    )


def tick(server: Server, seconds: float) -> None:
    """Let time pass in the sandbox's AWS, a minute at a time. What is due happens before a call."""
    sts = server.client("sts")
    while seconds > 0:
        server.administer("clock", method="POST", body={"forward": min(seconds, 60)})
        sts.get_caller_identity()
        seconds -= 60


def stop() -> Server | None:
    """End the sandbox and return it; None when none runs. Its content is lost."""
    server = running()
    if server:
        server.stop()
    forget()
    return server
