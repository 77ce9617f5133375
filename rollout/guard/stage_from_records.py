"""From records in a plan to stages: the stages of a name, and the moves that can have led there."""

import re
from dataclasses import dataclass
from functools import lru_cache

from pay.model import Ladder, Record, Side, Stage, names
from pay.model.stacks import Stack
from pay.model.stage.transitions import Edge, find_edge, transitions
from pay.model.stage.write_order import Records, states
from rollout.plans.records import RecordState, States


def side_of(record: RecordState, stack: Stack) -> Side | None:
    """Return the side of a record: by its set identifier; of a simple record, which has none, by
    its target. None: the record does not belong to the stack's service.
    """
    if stack.service is None or record.is_simple:
        return target_of(record, stack)
    identifiers = {names.set_identifier(stack.service, side): side for side in Side}
    return identifiers.get(record.set_identifier or "")


def target_of(record: RecordState, stack: Stack) -> Side | None:
    """Return the side whose load balancer the record leads to; None for another one.

    A load balancer's DNS name begins with its own name. Before it stand `internal-` when it is
    internal, and `dualstack.` when both address families were asked for.
    """
    if stack.service is None or record.alias is None:
        return None
    for side in Side:
        name = re.escape(names.load_balancer(stack.environment, stack.service, side))
        if re.match(rf"(?:dualstack\.)?(?:internal-)?{name}-[0-9a-z]+\.", record.alias.lower()):
            return side
    return None


def model_records(records: States, stack: Stack) -> Records | None:
    """Return the records as the model knows them, EC2's first. None: a record belongs to another
    service, has another policy or an unknown weight.
    """
    placed = []
    for record in records:
        side = side_of(record, stack)
        is_known = record.is_simple or (record.is_weighted and record.weight is not None)
        if side is None or not is_known:
            return None
        placed.append(Record(side=side, weight=record.weight if record.is_weighted else None))
    return tuple(sorted(placed, key=lambda record: list(Side).index(record.side)))


def in_words(records: States) -> str:
    """Return the records in words: `connector-ec2 95, connector-fargate 5`."""

    def weight(record: RecordState) -> str:
        return "" if record.is_simple else f" {'?' if record.weight is None else record.weight}"

    texts = (f"{record.set_identifier or 'simple record'}{weight(record)}" for record in records)
    return ", ".join(texts) or "no record"


def expected_in_words(records: Records, service: str) -> str:
    """Return the same for records of the model."""
    return ", ".join(
        "simple record"
        if record.weight is None
        else f"{names.set_identifier(service, record.side)} {record.weight}"
        for record in records
    )


@dataclass(frozen=True)
class Start:
    """The stages and moves that fit a name's records before the plan."""

    stages: frozenset[Stage]
    """The stages with these records; several where stages share their records."""
    interrupted: tuple[Edge, ...]
    """The moves that an apply may have left half done, with these records."""

    @property
    def is_known(self) -> bool:
        return bool(self.stages or self.interrupted)

    def may_become(self, ladder: Ladder, stage: Stage) -> bool:
        """Return whether the stage machine leads from here to `stage`. The ways are one move,
        staying, ending or undoing an interrupted move, and a rollback from either of its ends.
        """
        if stage in self.stages or any(find_edge(ladder, s, stage) for s in self.stages):
            return True
        ends = {end for edge in self.interrupted for end in (edge.before, edge.after)}
        back = (find_edge(ladder, end, stage) for end in ends)
        return stage in ends or any(edge and not edge.is_forward for edge in back)

    def may_skip(self, ladder: Ladder, stage: Stage) -> Stage | None:
        """Return a stage that it may be, from which a move forward to `stage` skips one. Several
        stages may have the same records. None: no stage is skipped from any of them.
        """
        edges = {s: find_edge(ladder, s, stage) for s in self.stages}
        skipping = [s for s, edge in edges.items() if not (edge and edge.is_forward)]
        if stage in self.stages or len(skipping) == len(edges):
            return None
        return next(iter(skipping), None)


@lru_cache(maxsize=1024)
def start_of(records: Records, ladder: Ladder) -> Start:
    """Return the stages and the interrupted moves that these records fit."""
    stages = frozenset(stage for stage in ladder.stages if ladder.records(stage) == records)
    interrupted = tuple(
        edge
        for edge in transitions(ladder)
        if records in states(ladder.records(edge.before), ladder.records(edge.after))[1:-1]
    )
    return Start(stages, interrupted)
