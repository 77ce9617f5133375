"""What must not happen is found in states and requests that are made up."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast

from pay.model import Side
from sandbox.lab.estate import AliasRecord, Balancer, Estate
from sandbox.lab.findings import Fault, findings
from sandbox.lab.log import Request, TrafficLog
from sandbox.lab.traffic import Traffic

NAME = "connector.sandbox.pymnt.internal"
DRAIN_SECONDS = 5.0
PEAK_TASKS = 2


@dataclass
class Story:
    """States one second after the other."""

    states: list[Estate] = field(default_factory=list)
    log: TrafficLog = field(default_factory=TrafficLog)

    def then(
        self, *weights: int | None, ec2: int | None = 2, fargate: int | None = 2, after: float = 1
    ) -> "Story":
        """Weights of EC2 and Fargate, `-1` for no record, None for a simple one; tasks of each
        side, None without a load balancer."""
        records = tuple(
            AliasRecord(f"{NAME}.", None if w is None else str(side), w, f"{side}.example", True)
            for side, w in zip(Side, weights, strict=False)
            if w != -1
        )
        tasks = {Side.EC2: ec2, Side.FARGATE: fargate}
        balancers = {
            f"{side}.example": Balancer(str(side), f"{side}.example", True, (count,), 300)
            for side, count in tasks.items()
            if count is not None
        }
        time = self.states[-1].time + after if self.states else 0.0
        self.states.append(Estate(len(self.states), time, records, balancers))
        return self

    @property
    def faults(self) -> list[Fault]:
        traffic = SimpleNamespace(
            name=NAME,
            balancers={side: str(side) for side in Side},
            peak_tasks=PEAK_TASKS,
            watch=SimpleNamespace(states=self.states),
            log=self.log,
        )
        return [found.fault for found in findings(cast(Traffic, traffic), DRAIN_SECONDS)]


def test_a_right_walk_has_none() -> None:
    story = Story().then(None, -1, fargate=None).then(None, -1).then(100, -1).then(100, 0)
    story.then(95, 0).then(95, 5).then(0, 5).then(0, 100).then(-1, 100)
    assert story.then(-1, 100, ec2=None, after=DRAIN_SECONDS + 1).faults == []


def test_finds_a_failed_request() -> None:
    story = Story().then(100, 0)
    story.log.requests.append(Request(0, 1, "JVM", None, "refused"))
    assert story.faults == [Fault.REQUEST_FAILED]


def test_finds_a_name_without_a_record() -> None:
    assert Fault.NAME_GONE in Story().then(-1, 100).then(-1, -1).then(-1, 100).faults


def test_finds_weights_that_sum_to_0() -> None:
    assert Story().then(0, 100).then(0, 0).then(100, 0).faults == [Fault.ALL_ZERO]


def test_finds_a_record_that_was_replaced() -> None:
    assert Story().then(50, 50).then(-1, 50).then(50, 50).faults == [Fault.RECORD_GONE]


def test_finds_an_idle_side_that_was_scaled_in() -> None:
    assert Story().then(0, 100).then(0, 100, ec2=1).faults == [Fault.NO_CAPACITY]


def test_finds_a_standby_on_fargate_that_was_scaled_in() -> None:
    assert Story().then(100, 0, fargate=1).faults == [Fault.NO_CAPACITY]


def test_lets_fargate_scale_in_once_it_is_alone() -> None:
    assert Story().then(-1, 100, fargate=1, ec2=None).faults == []


def test_finds_a_load_balancer_that_went_with_its_record() -> None:
    assert Story().then(0, 100).then(-1, 100, ec2=None).faults == [Fault.DESTROYED_TOO_SOON]


def test_finds_tasks_that_went_before_the_clients() -> None:
    story = Story().then(0, 100).then(-1, 100).then(-1, 100, ec2=0, after=DRAIN_SECONDS - 1)
    assert story.faults == [Fault.DESTROYED_TOO_SOON]
