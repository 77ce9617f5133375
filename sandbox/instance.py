"""One sandbox: a private server with an environment's estate.

with Sandbox(environment) as sandbox:
    subprocess.run(["terraform", "plan"], env=sandbox.environment_variables)
    sandbox.client("route53").list_hosted_zones()
"""

import tempfile
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Self

from pay.model import Environment
from sandbox.estate.mistakes import Mistake
from sandbox.estate.seed import seed
from sandbox.server.process import Server, launch
from sandbox.settings import SandboxSettings
from sandbox.variables import whole_environment

Seed = Callable[[Callable[[str], Any]], None]
"""Creates an estate with the clients of an AWS."""


def launch_seeded(settings: SandboxSettings, seed: Seed, *, log: Path) -> Server:
    """Start a server that ends with this program, and create its estate."""
    server = launch(settings, log=log, tied=True)
    try:
        seed(server.client)
    except BaseException:
        server.stop()
        raise
    return server


class Sandbox:
    """A context manager that starts a private server on a free port, seeds it and stops it.

    The server, its clients and its variables exist only in the `with` block.
    `settings` sets its behaviour; its account and region are the environment's. `legacy` names the
    services that already run on EC2 without Terraform. `neighbours` adds what the environment's
    stacks look up of each other, so that each can be planned alone.
    """

    def __init__(
        self,
        environment: Environment,
        *,
        legacy: Collection[str] = (),
        mistakes: Collection[Mistake] = (),
        neighbours: bool = False,
        settings: SandboxSettings | None = None,
    ) -> None:
        self.environment = environment
        self._seed = partial(
            seed, environment, legacy=legacy, mistakes=mistakes, neighbours=neighbours
        )
        self._settings = replace(
            settings or SandboxSettings(),
            account_id=environment.account_id,
            region=environment.region,
        )

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sandbox-"))
            log = Path(folder) / "server.log"
            self.server = launch_seeded(self._settings, self._seed, log=log)
            stack.callback(self.server.stop)
            self._end = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.close()

    def client(self, service: str) -> Any:
        """Return a boto3 client of one AWS service in this sandbox."""
        return self.server.client(service)

    @cached_property
    def environment_variables(self) -> Mapping[str, str]:
        """Return the whole environment of a program that uses this sandbox as AWS."""
        return whole_environment(self.server)
