"""One sandbox: a private server with an environment's estate.

with Sandbox(environment) as sandbox:
    subprocess.run(["terraform", "plan"], env=sandbox.environment_variables)
    sandbox.client("route53").list_hosted_zones()
"""

import tempfile
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pay.model import Environment
from sandbox.estate.mistakes import Mistake
from sandbox.estate.seed import seed
from sandbox.server.process import Server, launch
from sandbox.settings import Settings
from sandbox.variables import whole_environment


class Sandbox:
    """A context manager that starts a private server on a free port, seeds it and stops it.

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
        settings: Settings | None = None,
    ) -> None:
        self.environment = environment
        self._legacy, self._mistakes, self._neighbours = legacy, mistakes, neighbours
        self._settings = replace(
            settings or Settings(),
            account_id=environment.account_id,
            region=environment.region,
        )
        self._server: Server | None = None

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="sandbox-")
        try:
            self._server = launch(
                self._settings, log=Path(self._folder.name) / "server.log", tied=True
            )
            seed(
                self.environment,
                self.client,
                mistakes=self._mistakes,
                legacy=self._legacy,
                neighbours=self._neighbours,
            )
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server:
            self._server.stop()
        self._folder.cleanup()

    @property
    def server(self) -> Server:
        """The server; raises RuntimeError outside the `with` block."""
        if self._server is None:
            raise RuntimeError("the sandbox is not running; use it in a with block")
        return self._server

    def client(self, service: str) -> Any:
        """Return a boto3 client of one AWS service in this sandbox."""
        return self.server.client(service)

    @cached_property
    def environment_variables(self) -> Mapping[str, str]:
        """The whole environment of a program that uses this sandbox as AWS."""
        return whole_environment(self.server)
