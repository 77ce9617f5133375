"""Moves a service from `legacy` to `retired` by what the judge says of its traffic alone.

Like a team, it asks for the promotion every few minutes until the gates let it pass. It rolls back
on a FAIL. The metrics are those of the clients' requests, under the lab's clock.
"""

import asyncio
import time
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta

from lab.clock import LabClock
from lab.look import Look
from lab.metrics import LabMetrics
from lab.walk import Walk
from lab.workshop import Workshop
from pay.model import Side, Stage
from pay.model.judging.part import Verdict
from pay.model.stage.conditions import measurements
from pay.model.stage.transitions import Edge, promotion
from rollout.aws.clients import Client
from rollout.measure.judgement import Judgement
from rollout.moves.gates import Promotion
from rollout.moves.judge_stage import judge_stage
from rollout.moves.judged import Judged
from rollout.moves.promote import promote
from rollout.moves.standings import Standings, load_standings
from rollout.moves.way_back import way_back
from rollout.terminal.refusal import Refused
from sandbox.server.process import SandboxError

LOOK_EVERY_SECONDS = 600
"""In AWS's seconds; the judge is right however often it is asked."""

LONGEST_STAGE = timedelta(hours=12)
"""By the lab's clock. A healthy stage passes in two or three hours."""

AUTHOR = "the traffic lab"
APPROVERS = ("the traffic lab",)
NEIGHBOURS = "the lab's clients use this service alone"


@dataclass(frozen=True)
class Incident:
    """A fault of Fargate that the lab makes once, from a stage on until the rollback."""

    stage: Stage
    share: float
    """Of Fargate's answers, which are 500."""


class JudgedWalk:
    """A walk with its clock and its metrics, and the looks of the judge."""

    def __init__(
        self,
        walk: Walk,
        workshop: Workshop,
        client: Client,
        clock: LabClock,
        metrics: LabMetrics,
    ) -> None:
        """`client` gives the clients of the sandbox's AWS."""
        self.walk, self._workshop = walk, workshop
        self._clock, self._metrics = clock, metrics
        self._client = client

    async def go(self, incident: Incident | None = None) -> None:
        """Move to the last stage.

        Raises SandboxError when a stage does not pass, fails without a fault, or passes with one.
        """
        began = self._clock.now
        await self.walk.measure()
        self._metrics.send_history(began)
        while edge := promotion(self.walk.ladder, self.walk.stage):
            is_faulty = incident is not None and edge.before is incident.stage
            if incident and is_faulty:
                self.walk.traffic.set_fault(Side.FARGATE, incident.share)
            if await self._is_promoted(edge) is is_faulty:
                last = self.walk.looks[-1].judgement
                cause = "with" if is_faulty else "without"
                raise SandboxError(
                    f"{self.walk.service} at {edge.before}: {last.verdict} {cause} a fault of the "
                    f"lab: {last.reasons(last.verdict)}"
                )
            if is_faulty:
                edge = self._roll_back()
            with self._clock.standing():
                await self.walk.follow(edge)
            if is_faulty:
                self.walk.traffic.set_fault(Side.FARGATE, 0)
                incident = None
            await self.walk.measure()

    def _roll_back(self) -> Edge:
        """Do what `pay rollback` does, which asks no judge."""
        edge = way_back(self._workshop.environment, self.walk.service, None)
        why = self.walk.looks[-1].judgement.reasons(Verdict.FAIL)
        self._workshop.move(self.walk.service, edge, why, self._clock.now)
        return edge

    async def _is_promoted(self, edge: Edge) -> bool:
        """Ask for a promotion until it passes, or return False when the judge says FAIL."""
        came = self._clock.now
        self.walk.tell(f"{self.walk.service}: {edge.before}, asking for {edge.after}")
        while True:
            standings = load_standings(self._workshop.environments, self._clock.now)
            judged = await asyncio.to_thread(self._judge, standings, edge)
            if judged.why_not:
                raise SandboxError(f"{self.walk.service} at {edge.before}: {judged.why_not}")
            judgement = judged.judgement
            if judgement is None or judgement.verdict is not Verdict.NOT_ENOUGH_DATA:
                return self._promote(standings, edge, judged)
            self._see(judgement, "waits")
            if self._clock.now - came > LONGEST_STAGE:
                why = judgement.reasons(judgement.verdict)
                raise SandboxError(f"{self.walk.service} at {edge.before} does not pass: {why}")
            await self._clock.wait(LOOK_EVERY_SECONDS)

    def _judge(self, standings: Standings, edge: Edge) -> Judged:
        name, service = self._workshop.environment.name, self.walk.service
        return judge_stage(standings, name, service, edge, lambda _: nullcontext(self._client))

    def _promote(self, standings: Standings, edge: Edge, judged: Judged) -> bool:
        """Do what `pay promote` does, and return whether it was done."""
        service, environment = self.walk.service, self._workshop.environment
        asked = Promotion(
            standings,
            environment.name,
            service,
            edge,
            evidence=self._seen() if measurements(edge) and not judged.was_asked else None,
            adjacent=NEIGHBOURS,
            approvers=APPROVERS,
            judged=judged,
        )
        try:
            promote(asked, by=AUTHOR)
        except Refused as refused:
            reasons = "; ".join(f"{each.reason}: {each.fix}" for each in refused.findings)
            if judged.judgement is None or judged.judgement.verdict is Verdict.PASS:
                raise SandboxError(f"{refused.what} is refused: {reasons}") from None
            self._see(judged.judgement, f"refused, and back: {reasons}")
            return False
        if judged.judgement:
            self._see(judged.judgement, f"promoted to {edge.after}")
        return True

    def _see(self, judgement: Judgement, outcome: str) -> None:
        self.walk.looks.append(Look(time.time(), judgement, outcome))

    def _seen(self) -> str:
        """Return what the clients saw at this stage, for what no metrics show."""
        stay, failures = self.walk.stays[-1], len(self.walk.traffic.log.failures)
        counts = ", ".join(f"{count} on {side}" for side, count in stay.requests.items())
        return f"requests of the lab's clients at {stay.stage}: {counts}; {failures} failed so far"
