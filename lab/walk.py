"""Moves a service through stages while clients use it, and measures each stage."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import pairwise

from lab.findings import Fault, Finding, findings
from lab.interval import exact_interval
from lab.traffic import Traffic
from lab.workshop import Workshop
from pay.catalogue import CATALOGUE
from pay.model import Ladder, Side, Stage
from pay.model.stage.dns_answers import side_shares
from pay.model.stage.dwell import drain
from pay.model.stage.transitions import find_edge
from rollout.moves.journal import weights_text
from rollout.moves.stack_changes import stack_changes
from sandbox.server.process import SandboxError

DRAWS = 150
"""At least so many independent draws are waited for at each measured stage."""

CONFIDENCE = 0.99999
"""A right share lies outside the interval once in 100 000 stages."""

LONGEST_WAIT_SECONDS = 90
"""For draws, and for a side's requests to end, on a loaded machine."""

QUIET_SECONDS = 1.0
"""A side's requests have ended when none was sent for so long."""

Deploy = Callable[[str], Awaitable[None]]
"""Deploys the stack of this id, as the environment files say."""


@dataclass
class Stay:
    """The time at one stage, from the last write of its records on."""

    stage: Stage
    weights: str
    expected: float
    """Fargate's share of the answers by Route 53's rules."""
    began: float
    ended: float = float("inf")
    """The last write of the next stage."""
    left: float = float("inf")
    """When the move to the next stage began: what is drawn while it writes is of neither stage."""
    draws: int = 0
    fargate_draws: int = 0
    """The draws after which Fargate answered the request; not only was it what DNS said."""
    requests: dict[Side, int] = field(default_factory=dict)
    is_measured: bool = False

    @property
    def interval(self) -> tuple[float, float]:
        """The shares that the draws speak for."""
        return exact_interval(self.fargate_draws, self.draws, CONFIDENCE)

    @property
    def is_as_expected(self) -> bool:
        low, high = self.interval
        if self.expected in (0, 1):
            # What DNS never answers is not rare: it does not happen.
            return self.fargate_draws == self.draws * self.expected
        return low <= self.expected <= high


@dataclass(frozen=True)
class Deployment:
    """One deploy of one stack, in seconds since the epoch."""

    stack: str
    edge: str
    began: float
    ended: float


class Walk:
    """One service's way through the stages; bounded, because each step is."""

    def __init__(
        self,
        workshop: Workshop,
        traffic: Traffic,
        deploy: Deploy,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._workshop, self._deploy, self._tell = workshop, deploy, tell
        self.traffic = traffic
        self.service = traffic.service
        self.stays: list[Stay] = []
        self.deployments: list[Deployment] = []
        self.began = time.time()
        self._enter(time.time())

    @property
    def stage(self) -> Stage:
        return self._workshop.environment.services[self.service].stage

    @property
    def ladder(self) -> Ladder:
        return self._workshop.environment.ladder

    @property
    def drain_seconds(self) -> float:
        """In the lab's seconds."""
        timing = CATALOGUE[self.service].timing
        return self.traffic.pace.lab_seconds(drain(timing).total_seconds())

    def findings(self) -> list[Finding]:
        """Everything that went wrong so far, in order of time."""
        wrong = [
            Finding(
                Fault.WRONG_SHARE,
                stay.began,
                f"at {stay.stage}, {stay.weights}, Fargate answered {stay.fargate_draws} of "
                f"{stay.draws} draws",
            )
            for stay in self.stays
            if stay.is_measured and not stay.is_as_expected
        ]
        found = [*findings(self.traffic, self.drain_seconds), *wrong]
        return sorted(found, key=lambda finding: finding.time)

    async def go(self, stages: tuple[Stage, ...]) -> None:
        """Moves to one stage after the other and measures each."""
        for stage in stages:
            await self.move(stage)
            await self.measure()

    async def move(self, stage: Stage) -> None:
        """Writes the move and deploys what it changes, one stack after the other."""
        environment, before, start = self._workshop.environment, self.stage, time.time()
        edge = find_edge(environment.ladder, before, stage)
        if edge is None:
            raise SandboxError(f"{self.service} cannot go from {before} to {stage}")
        self._tell(f"{self.service}: {before} -> {stage}")
        self.stays[-1].left = start
        self._workshop.move(self.service, edge, "the traffic lab")
        for change in stack_changes(environment, self.service, edge):
            began = time.time()
            self._tell(f"{self.service}: {before} -> {stage}, deploying {change.stack}")
            await self._deploy(change.stack)
            self.deployments.append(
                Deployment(change.stack, f"{before} -> {stage}", began, time.time())
            )
        await self.traffic.watch.catch_up()
        self._enter(self._last_write(start))

    async def measure(self) -> Stay:
        """Waits for enough draws, and for as long as a client may use what DNS said before; at a
        stage of which one side gets nothing also until it indeed gets nothing.

        Raises SandboxError when that does not come about.
        """
        stay = self.stays[-1]
        self._tell(f"{self.service}: {stay.stage}, {stay.weights}: clients follow")
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        while not self._is_measured(stay):
            if time.monotonic() > deadline:
                raise SandboxError(
                    f"{self.service} at {stay.stage}: {stay.draws} draws, requests "
                    f"{stay.requests} after {LONGEST_WAIT_SECONDS} s"
                )
            await asyncio.sleep(0.1)
            self.count(stay)
        stay.is_measured = True
        return stay

    def finish(self) -> None:
        """The last stay ends."""
        self.stays[-1].left = self.stays[-1].ended = time.time()
        self.count(self.stays[-1])

    def count(self, stay: Stay) -> None:
        """Brings the numbers of the present stay up to date."""
        end = min(stay.left, time.time())
        draws = self.traffic.log.draws_between(stay.began, end)
        stay.draws, stay.fargate_draws = draws.total(), draws[Side.FARGATE]
        requests = self.traffic.log.requests_between(stay.began, end)
        stay.requests = {side: requests[side] for side in Side}

    def _is_measured(self, stay: Stay) -> bool:
        if stay.draws < DRAWS or time.time() < stay.began + self.drain_seconds:
            return False
        lately = self.traffic.log.requests_since(time.time() - QUIET_SECONDS)
        unwanted = {1.0: Side.EC2, 0.0: Side.FARGATE}.get(stay.expected)
        return lately.total() > 0 and (unwanted is None or not lately[unwanted])

    def _enter(self, time_: float) -> None:
        if self.stays:
            self.stays[-1].ended = time_
            self.count(self.stays[-1])
        records = self.ladder.records(self.stage)
        share = side_shares(records).get(Side.FARGATE, 0)
        self.stays.append(Stay(self.stage, weights_text(records), float(share), time_))

    def _last_write(self, since: float) -> float:
        """When the name server heard of the last change of this name; `since` without one."""
        watch = self.traffic.watch
        changes = [
            watch.heard[after.number]
            for before, after in pairwise(watch.states)
            if before.records_of(self.traffic.name) != after.records_of(self.traffic.name)
        ]
        return max([since, *changes])


def forward(ladder: Ladder) -> tuple[Stage, ...]:
    """From `legacy` to `retired`."""
    return ladder.stages[1:]


def back_from_each_stage(ladder: Ladder) -> tuple[Stage, ...]:
    """From `dark`: every stage that has a rollback is rolled back from once."""
    tour = [Stage.LEGACY, Stage.DARK, Stage.READY]
    for lower, upper in pairwise(ladder.rungs):
        tour += [upper, lower, upper]
    tour += [Stage.SOAK, Stage.DETACHED, Stage.CUTOVER, Stage.SOAK, Stage.READY]
    return tuple(tour)
