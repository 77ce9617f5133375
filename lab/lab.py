"""A lab: a sandbox, a workshop, and services that are ready to be moved under traffic."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from lab.pace import Pace
from lab.traffic import Traffic
from lab.walk import Deploy, Walk
from lab.workshop import Workshop
from pay.model import Side, Stage, names
from sandbox.instance import Sandbox


class Lab:
    """One sandbox with one environment's estate; its folder holds all that is written."""

    def __init__(
        self,
        folder: Path,
        sandbox: Sandbox,
        *,
        pace: Pace,
        seed: int,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.sandbox, self._pace, self._seed, self._tell = sandbox, pace, seed, tell
        self.name = sandbox.environment.name
        self.workshop = Workshop(folder, self.name, sandbox.environment_variables)

    async def prepare(self, stages: Mapping[str, Stage]) -> None:
        """Deploys the platform, then each service as it is at its stage."""
        for service, stage in stages.items():
            self.workshop.place(service, stage)
        sides = [
            names.side_stack(self.name, service, side)
            for service, stage in stages.items()
            for side in Side
            if stage.has(side)
        ]
        traffic = [names.traffic_stack(self.name, service) for service in stages]
        platform = names.platform_stack(self.name)
        for stacks in ([platform], sides, traffic):
            self._tell(f"deploying {', '.join(stacks)}")
            await asyncio.gather(*(self.workshop.deploy(stack) for stack in stacks))

    @asynccontextmanager
    async def walking(self, service: str, deploy: Deploy) -> AsyncIterator[Walk]:
        """A walk of a service from where it stands, with clients that use it meanwhile."""
        endpoint = self.sandbox.server.endpoint
        environment = self.workshop.environment
        async with Traffic(
            endpoint, environment, service, pace=self._pace, seed=self._seed
        ) as traffic:
            walk = Walk(self.workshop, traffic, deploy, self._tell)
            try:
                yield walk
            finally:
                walk.finish()
