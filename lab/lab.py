"""A lab: a sandbox, a workshop, and services that can move under traffic."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from lab.clock import LabClock, ordinary_day
from lab.judged import JudgedWalk
from lab.metrics import LabMetrics, Served
from lab.pace import Pace
from lab.traffic import Traffic
from lab.walk import Deploy, Walk
from lab.workshop import Workshop
from pay.catalogue import CATALOGUE
from pay.model import Side, Stage
from pay.model.side import ServiceSide
from pay.model.stack_order import in_turns
from pay.model.stacks import known_stacks
from rollout.aws.clients import session
from sandbox.instance import Sandbox


class Lab:
    """One sandbox with one environment's estate; all files are written to its folder."""

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
        """Deploy the shared stacks and each service at its stage, in turns."""
        for service, stage in stages.items():
            self.workshop.place(service, stage)
        needed = [
            stack
            for stack in known_stacks({self.name: self.workshop.environment}).values()
            if not stack.kind.only_watches
            and (stack.service is None or stages.get(stack.service) in stack.kind.stages)
        ]
        await self.workshop.synthesise(*(stack.id for stack in needed))
        for stacks in in_turns(needed):
            self._tell(f"deploying {', '.join(stack.id for stack in stacks)}")
            await asyncio.gather(*(self.workshop.apply(stack.id) for stack in stacks))

    @asynccontextmanager
    async def judged(self, service: str, deploy: Deploy) -> AsyncIterator[JudgedWalk]:
        """Start a walk that moves by the judge alone, with the clock and the metrics of AWS.

        A sandbox has one clock, so only one walk at a time can be judged.
        """
        environment = self.workshop.environment
        sides = {side: ServiceSide(CATALOGUE[service], environment, side) for side in Side}
        async with self.walking(service, deploy) as walk:
            metrics = LabMetrics(self.sandbox.server, sides, lambda: walk.traffic.feed.latest)
            start = ordinary_day(datetime.now(UTC))
            async with LabClock(self._pace, start, metrics.minute_over) as clock:

                def count(served: Served) -> None:
                    # In time that does not pass, a minute would have the requests of many.
                    if not clock.stands:
                        metrics.count(served)

                walk.traffic.on_served = count
                make = session(environment.region).client
                client = partial(self.sandbox.server.client, make=make)
                yield JudgedWalk(walk, self.workshop, client, clock, metrics)

    @asynccontextmanager
    async def walking(self, service: str, deploy: Deploy) -> AsyncIterator[Walk]:
        """Start a walk of a service from its present stage, with clients that send requests."""
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
