"""Detects faults during a move, in every state and in every request.

The requirement numbers are those of `pay.model.stage.invariants`, which gives the reasons.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from lab.estate import EstateState
from lab.traffic import Traffic
from pay.model import Side


class LabFault(Enum):
    """The kinds of fault."""

    REQUEST_FAILED = "a request failed"
    NAME_GONE = "the name does not resolve (I3)"
    ALL_ZERO = "the weights sum to 0 (I1)"
    RECORD_GONE = "a record with traffic was deleted (I3)"
    NO_CAPACITY = "a side that DNS can reach has too few tasks for the peak (I5)"
    DESTROYED_TOO_SOON = "a side was deleted while clients could still use it (I7)"
    WRONG_SHARE = "Fargate's share does not match the stage"


@dataclass(frozen=True)
class LabFinding:
    """One fault."""

    fault: LabFault
    time: float
    """Seconds since the epoch."""
    what: str

    def __str__(self) -> str:
        return f"{self.fault.value}: {self.what}"


def findings(traffic: Traffic, drain_seconds: float) -> list[LabFinding]:
    """Return the faults during `traffic`, in order of time.

    `drain_seconds` are the lab's seconds for which a client may use an old DNS answer.
    """
    states = traffic.feed.states
    faults = [
        *(
            LabFinding(LabFault.REQUEST_FAILED, request.ended, f"{request.habit}: {request.error}")
            for request in traffic.log.failures
        ),
        *(f for state in states for f in _unanswered(state, traffic.name)),
        *_lost_records(states, traffic.name),
        *_lost_capacity(states, traffic, drain_seconds),
    ]
    return sorted(faults, key=lambda finding: finding.time)


def _unanswered(state: EstateState, name: str) -> Iterator[LabFinding]:
    records = state.records_of(name)
    if not records:
        yield LabFinding(LabFault.NAME_GONE, state.time, f"no record of {name}")
    elif all(record.weight == 0 for record in records):
        weights = ", ".join(f"{record.set_identifier} {record.weight}" for record in records)
        yield LabFinding(LabFault.ALL_ZERO, state.time, weights)


def _lost_records(states: Sequence[EstateState], name: str) -> Iterator[LabFinding]:
    """Yield each record with traffic that a change removed.

    A simple record may become a weighted one, but only in a single change.
    """
    for before, after in pairwise(states):
        kept = {record.target for record in after.records_of(name)}
        for record, share in before.answers(name).items():
            if share and record.target not in kept:
                title = record.set_identifier or "the simple record"
                what = f"{title} had {float(share):.0%} of the answers"
                yield LabFinding(LabFault.RECORD_GONE, after.time, what)


def _lost_capacity(
    states: Sequence[EstateState], traffic: Traffic, drain_seconds: float
) -> Iterator[LabFinding]:
    """Yield each side with too few tasks.

    EC2 needs the tasks for the peak while a record leads to it or clients still use that answer.
    Fargate needs them while a second record could send all traffic to it.
    """
    needed: dict[Side, tuple[int, float]] = {}
    """Maps a side to the tasks required by the last state with its record, and that state's end."""
    for state, after in pairwise([*states, None]):
        if state is None:
            return
        records = state.records_of(traffic.name)
        for side, name in traffic.balancers.items():
            balancer = state.balancer(name)
            tasks = balancer.tasks if balancer else 0
            if balancer and any(record.target == balancer.dns_name for record in records):
                least = traffic.peak_tasks if side is Side.EC2 or len(records) > 1 else 1
                needed[side] = (least, after.time if after else float("inf"))
                if tasks < least:
                    what = f"{tasks} of {least} tasks on {side}"
                    yield LabFinding(LabFault.NO_CAPACITY, state.time, what)
            elif side in needed:
                least, left = needed[side]
                if tasks < least and state.time < left + drain_seconds:
                    what = (
                        f"{tasks} of {least} tasks on {side} {state.time - left:.1f} s after its "
                        f"record was deleted; clients may use it for {drain_seconds:.1f} s"
                    )
                    yield LabFinding(LabFault.DESTROYED_TOO_SOON, state.time, what)
