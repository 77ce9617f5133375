"""One sandbox: a private server with an environment's estate.

with Sandbox(environment) as sandbox:
    subprocess.run(["terraform", "plan"], env=sandbox.environment_variables)
    sandbox.client("route53").list_hosted_zones()
"""

import tempfile
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from pay.model import Environment
from sandbox.estate.mistakes import Mistake
from sandbox.estate.seed import seed
from sandbox.server.process import launch
from sandbox.settings import SandboxSettings
from sandbox.variables import whole_environment


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
        self._legacy, self._mistakes, self._neighbours = legacy, mistakes, neighbours
        self._settings = replace(
            settings or SandboxSettings(),
            account_id=environment.account_id,
            region=environment.region,
        )

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sandbox-"))
            self.server = launch(self._settings, log=Path(folder) / "server.log", tied=True)
            stack.callback(self.server.stop)
            seed(
                self.environment,
                self.client,
                mistakes=self._mistakes,
                legacy=self._legacy,
                neighbours=self._neighbours,
            )
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
