"""Moves a service through its stages while clients use it, and measures each stage."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import pairwise

from lab.findings import LabFault, LabFinding, findings
from lab.interval import exact_interval
from lab.look import Look
from lab.traffic import Traffic
from lab.workshop import Workshop
from pay.catalogue import CATALOGUE
from pay.model import Ladder, Side, Stage
from pay.model.stacks import known_stacks
from pay.model.stage.dns_answers import side_shares
from pay.model.stage.dwell import drain
from pay.model.stage.transitions import Edge, find_edge
from rollout.moves.journal import weights_text
from rollout.moves.stack_changes import stack_changes
from sandbox.server.process import SandboxError

DRAWS = 150
"""The least number of independent draws at each measured stage."""

CONFIDENCE = 0.99999
"""A correct share lies outside the interval once in 100,000 stages."""

LONGEST_WAIT_SECONDS = 300
"""The time limit for draws, and for the end of a side's requests, on a loaded machine."""

QUIET_SECONDS = 1.0
"""A side's requests have ended after this time without one."""

Deploy = Callable[[str], Awaitable[None]]
"""Deploys the stack with this id, from the environment files."""


@dataclass
class LabStay:
    """The time at one stage, from the last write of its records."""

    stage: Stage
    weights: str
    expected: float
    """Fargate's share of the answers by Route 53's rules."""
    began: float
    ended: float = float("inf")
    """The time of the next stage's last write."""
    left: float = float("inf")
    """The start of the move to the next stage. Draws during its writes count for neither stage."""
    draws: int = 0
    fargate_draws: int = 0
    """The draws whose request Fargate answered, not only those where DNS named it."""
    requests: dict[Side, int] = field(default_factory=dict)
    is_measured: bool = False

    @property
    def interval(self) -> tuple[float, float]:
        """Return the shares that fit the draws."""
        return exact_interval(self.fargate_draws, self.draws, CONFIDENCE)

    @property
    def is_as_expected(self) -> bool:
        low, high = self.interval
        if self.expected in (0, 1):
            # A share of 0 or 1 allows no exception.
            return self.fargate_draws == self.draws * self.expected
        return low <= self.expected <= high


@dataclass(frozen=True)
class StackDeploy:
    """One deploy of one stack, in seconds since the epoch."""

    stack: str
    edge: str
    began: float
    ended: float


class Walk:
    """The moves of one service through its stages; each step has a time limit."""

    def __init__(
        self,
        workshop: Workshop,
        traffic: Traffic,
        deploy: Deploy,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._workshop, self._deploy, self.tell = workshop, deploy, tell
        self.traffic = traffic
        self.service = traffic.service
        self.stays: list[LabStay] = []
        self.deployments: list[StackDeploy] = []
        self.looks: list[Look] = []
        """Those of the judge, when a walk has one."""
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
        """Return the time of a drain in the lab's seconds."""
        timing = CATALOGUE[self.service].timing
        return self.traffic.pace.lab_seconds(drain(timing).total_seconds())

    def findings(self) -> list[LabFinding]:
        """Return the faults so far, in order of time."""
        wrong_shares = [
            LabFinding(
                LabFault.WRONG_SHARE,
                stay.began,
                f"at {stay.stage}, {stay.weights}, Fargate answered {stay.fargate_draws} of "
                f"{stay.draws} draws",
            )
            for stay in self.stays
            if stay.is_measured and not stay.is_as_expected
        ]
        faults = [*findings(self.traffic, self.drain_seconds), *wrong_shares]
        return sorted(faults, key=lambda finding: finding.time)

    def looks_at(self, stay: LabStay) -> list[Look]:
        """Return the looks during a stay."""
        return [look for look in self.looks if stay.began <= look.time < stay.ended]

    async def go(self, stages: tuple[Stage, ...]) -> None:
        """Move to one stage after the other and measure each."""
        for stage in stages:
            await self.move(stage)
            await self.measure()

    async def move(self, stage: Stage) -> None:
        """Record the move and follow it."""
        edge = find_edge(self.ladder, self.stage, stage)
        if edge is None:
            raise SandboxError(f"{self.service} cannot move from {self.stage} to {stage}")
        self._workshop.move(self.service, edge, "the traffic lab")
        await self.follow(edge)

    async def follow(self, edge: Edge) -> None:
        """Deploy the stacks that a recorded move changes, one after the other."""
        environment, start = self._workshop.environment, time.time()
        title = f"{edge.before} -> {edge.after}"
        self.tell(f"{self.service}: {title}")
        self.stays[-1].left = start
        known = known_stacks({environment.name: environment})
        for change in stack_changes(environment, self.service, edge):
            if known[change.stack].kind.only_watches:
                continue
            began = time.time()
            self.tell(f"{self.service}: {title}, deploying {change.stack}")
            await self._deploy(change.stack)
            self.deployments.append(StackDeploy(change.stack, title, began, time.time()))
        await self.traffic.feed.catch_up()
        self._enter(self._last_write(start))

    async def measure(self) -> LabStay:
        """Wait for enough draws, and until no client uses an old DNS answer.

        At a stage that sends nothing to one side, also wait until that side receives nothing.

        Raises SandboxError after LONGEST_WAIT_SECONDS.
        """
        stay = self.stays[-1]
        self.tell(f"{self.service}: {stay.stage}, {stay.weights}: waiting for the clients")
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        while not self._is_measured(stay):
            if time.monotonic() > deadline:
                raise SandboxError(
                    f"{self.service} at {stay.stage}: {stay.draws} of {DRAWS} draws, requests "
                    f"{stay.requests} after {LONGEST_WAIT_SECONDS} s"
                )
            await asyncio.sleep(0.1)
            self.count(stay)
        stay.is_measured = True
        return stay

    def finish(self) -> None:
        """End the last stay."""
        self.stays[-1].left = self.stays[-1].ended = time.time()
        self.count(self.stays[-1])

    def count(self, stay: LabStay) -> None:
        """Update the numbers of a stay."""
        end = min(stay.left, time.time())
        draws = self.traffic.log.draws_between(stay.began, end)
        stay.draws, stay.fargate_draws = draws.total(), draws[Side.FARGATE]
        requests = self.traffic.log.requests_between(stay.began, end)
        stay.requests = {side: requests[side] for side in Side}

    def _is_measured(self, stay: LabStay) -> bool:
        if stay.draws < DRAWS or time.time() < stay.began + self.drain_seconds:
            return False
        recent = self.traffic.log.requests_between(time.time() - QUIET_SECONDS)
        idle = {1.0: Side.EC2, 0.0: Side.FARGATE}.get(stay.expected)
        return recent.total() > 0 and (idle is None or not recent[idle])

    def _enter(self, time_: float) -> None:
        if self.stays:
            self.stays[-1].ended = time_
            self.count(self.stays[-1])
        records = self.ladder.records(self.stage)
        share = side_shares(records).get(Side.FARGATE, 0)
        self.stays.append(LabStay(self.stage, weights_text(records), float(share), time_))

    def _last_write(self, since: float) -> float:
        """Return when the name server received the last change of this name, or `since`."""
        feed = self.traffic.feed
        changes = [
            feed.received[after.number]
            for before, after in pairwise(feed.states)
            if before.records_of(self.traffic.name) != after.records_of(self.traffic.name)
        ]
        return max([since, *changes])


def back_from_each_stage(ladder: Ladder) -> tuple[Stage, ...]:
    """Return a tour from `dark` that rolls back once from every stage with a rollback."""
    tour = [Stage.LEGACY, Stage.DARK, Stage.READY]
    for lower, upper in pairwise(ladder.rungs):
        tour += [upper, lower, upper]
    tour += [Stage.SOAK, Stage.DETACHED, Stage.CUTOVER, Stage.SOAK, Stage.READY]
    return tuple(tour)
