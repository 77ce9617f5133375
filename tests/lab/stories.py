"""Invented walks: states of names and load balancers, and requests."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast

from lab.estate import AliasRecord, Balancer, EstateState
from lab.log import ClientRequest, TrafficLog
from lab.pace import Pace
from lab.traffic import Traffic
from pay.model import Side
from pay.model.stage.dns_answers import TargetHealth

SERVICE = "connector"
NAME = f"{SERVICE}.sandbox.pymnt.internal"
PEAK_TASKS = 2
ARN = "arn:aws:elasticloadbalancing:eu-west-1:555555555555"


def balancer(side: str, *targets: TargetHealth, seconds: int = 300) -> Balancer:
    """A load balancer that listens, with a target group for each of `targets`."""
    groups = tuple(f"{ARN}:targetgroup/{side}/{number}" for number in range(len(targets)))
    return Balancer(
        f"{ARN}:loadbalancer/app/{side}/1", side, f"{side}.example", True, groups, targets, seconds
    )


@dataclass
class Story:
    """A series of states, one second apart."""

    states: list[EstateState] = field(default_factory=list)
    log: TrafficLog = field(default_factory=TrafficLog)

    def then(
        self, *weights: int | None, ec2: int | None = 2, fargate: int | None = 2, after: float = 1
    ) -> "Story":
        """Add a state.

        `weights` are those of EC2 and Fargate: `-1` for no record, None for a simple one. `ec2` and
        `fargate` count the tasks of a side: None for no load balancer.
        """
        records = tuple(
            AliasRecord(f"{NAME}.", None if w is None else str(side), w, f"{side}.example", True)
            for side, w in zip(Side, weights, strict=False)
            if w != -1
        )
        tasks = {Side.EC2: ec2, Side.FARGATE: fargate}
        balancers = {
            f"{side}.example": balancer(str(side), TargetHealth(count))
            for side, count in tasks.items()
            if count is not None
        }
        time = self.states[-1].time + after if self.states else 0.0
        self.states.append(EstateState(len(self.states), time, records, balancers))
        return self

    @property
    def traffic(self) -> Traffic:
        """The traffic to search for findings."""
        traffic = SimpleNamespace(
            service=SERVICE,
            name=NAME,
            balancers={side: str(side) for side in Side},
            peak_tasks=PEAK_TASKS,
            pace=Pace(100),
            feed=SimpleNamespace(states=self.states),
            log=self.log,
        )
        return cast(Traffic, traffic)

    def request(
        self,
        began: float,
        side: Side | None,
        error: str | None = None,
        *,
        is_drawn: bool = True,
        led_to: Side | None = None,
    ) -> None:
        """Add a request of 0.1 s, answered by `side`; DNS named `led_to`, by default `side`."""
        drawn = began if is_drawn else None
        request = ClientRequest(began, began + 0.1, "JVM", side, error, drawn, led_to or side)
        self.log.requests.append(request)
