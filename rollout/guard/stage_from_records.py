"""From records in a plan to stages: where a name stands, and which moves can have led there."""

import re
from dataclasses import dataclass
from functools import lru_cache

from pay.model import Ladder, Record, Side, Stage, names
from pay.model.stacks import Stack
from pay.model.stage.transitions import Edge, edges, find_edge
from pay.model.stage.write_order import Records, states
from rollout.plans.records import RecordState, States


def side_of(record: RecordState, stack: Stack) -> Side | None:
    """The side that a record is for: by its set identifier; a simple record, which has none, by its
    target. None: it is not one of the stack's service.
    """
    if stack.service is None:
        return None
    if record.is_simple:
        return target_of(record, stack)
    for side in Side:
        if record.set_identifier == names.set_identifier(stack.service, side):
            return side
    return None


def target_of(record: RecordState, stack: Stack) -> Side | None:
    """The side whose load balancer the record leads to; None: another one.

    A load balancer's DNS name begins with its own name, after `internal-` when it is internal, and
    `dualstack.` when both address families were asked for.
    """
    if stack.service is None or record.alias is None:
        return None
    for side in Side:
        name = re.escape(names.load_balancer(stack.environment, stack.service, side))
        if re.match(rf"(?:dualstack\.)?(?:internal-)?{name}-[0-9a-z]+\.", record.alias.lower()):
            return side
    return None


def placement(records: States, stack: Stack) -> Records | None:
    """The records as the model knows them, EC2's first; None where one of them is of another
    service, has another policy or an unknown weight.
    """
    found = []
    for record in records:
        side = side_of(record, stack)
        if side is None or not (record.is_simple or record.is_weighted):
            return None
        if record.is_weighted and record.weight is None:
            return None
        found.append(Record(side=side, weight=record.weight if record.is_weighted else None))
    return tuple(sorted(found, key=lambda record: list(Side).index(record.side)))


def in_words(records: States) -> str:
    """The records as a reader of the plan knows them: `connector-ec2 95, connector-fargate 5`."""
    return (
        ", ".join(
            f"{record.set_identifier or 'simple record'}"
            + ("" if record.is_simple else f" {'?' if record.weight is None else record.weight}")
            for record in records
        )
        or "no record"
    )


def expected_in_words(records: Records, service: str) -> str:
    """The same for records of the model."""
    return ", ".join(
        "simple record"
        if record.weight is None
        else f"{names.set_identifier(service, record.side)} {record.weight}"
        for record in records
    )


@dataclass(frozen=True)
class Start:
    """Where a name stands before the plan."""

    stages: frozenset[Stage]
    """The stages whose records these are; several where stages share their records."""
    interrupted: tuple[Edge, ...]
    """The moves that an apply may have left half done, with these records."""

    @property
    def is_known(self) -> bool:
        return bool(self.stages or self.interrupted)

    def may_become(self, ladder: Ladder, stage: Stage) -> bool:
        """Whether the stage machine leads from here to `stage`: by one move; by staying; by ending
        an interrupted move, going back on it, or rolling back from either of its ends.
        """
        if stage in self.stages or any(find_edge(ladder, s, stage) for s in self.stages):
            return True
        for edge in self.interrupted:
            if stage in (edge.before, edge.after):
                return True
            for end in (edge.before, edge.after):
                onward = find_edge(ladder, end, stage)
                if onward and not onward.is_forward:
                    return True
        return False

    def may_skip(self, ladder: Ladder, stage: Stage) -> Stage | None:
        """A stage that it may be, of several with the same records, from which a move forward to
        `stage` skips one; None: whichever it is, nothing is skipped.
        """
        if stage in self.stages or not any(_goes_on(ladder, s, stage) for s in self.stages):
            return None
        return next((s for s in self.stages if not _goes_on(ladder, s, stage)), None)


def _goes_on(ladder: Ladder, before: Stage, after: Stage) -> bool:
    edge = find_edge(ladder, before, after)
    return edge is not None and edge.is_forward


@lru_cache(maxsize=1024)
def start_of(records: Records, ladder: Ladder) -> Start:
    """The stages and the interrupted moves that these records fit."""
    stages = frozenset(stage for stage in ladder.stages if ladder.records(stage) == records)
    interrupted = tuple(
        edge
        for edge in edges(ladder)
        if records in states(ladder.records(edge.before), ladder.records(edge.after))[1:-1]
    )
    return Start(stages, interrupted)
