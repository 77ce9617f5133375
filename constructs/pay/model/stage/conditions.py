"""What must be true before a service enters a stage, and before it leaves one forward.

A rollback asks for none of it (docs/decisions).
"""

from collections.abc import Mapping
from enum import StrEnum

from pay.model.base import Model
from pay.model.stage.stage import Stage
from pay.model.stage.transitions import Edge


class Proof(StrEnum):
    """Who can tell that a condition holds."""

    MEASUREMENT = "measurement"
    """Somebody measured it: a promotion asks for the evidence in words."""
    TIME = "time"
    """The journal: the service has been where it is for long enough."""
    APPROVER = "approver"
    """A named role says yes, because the step is hard or impossible to take back."""
    PLAN = "plan"
    """The Terraform plan shows it, and the guard reads the plan."""
    REMINDER = "reminder"
    """Needed later; nothing can be lost at this step without it."""


class Condition(Model):
    """A sentence that must be true, and who can tell."""

    sentence: str
    proof: Proof


class Gate(Model):
    """The conditions of one stage."""

    entry: tuple[Condition, ...] = ()
    exit: tuple[Condition, ...] = ()


JUDGED = Condition(
    sentence="errors, latency and total traffic were as before, on enough requests",
    proof=Proof.MEASUREMENT,
)
DRAINED = Condition(
    sentence="clients have had the time to follow the last change of weights", proof=Proof.TIME
)
PEAK_SEEN = Condition(
    sentence="one of the stages from quarter to most has seen a whole daily peak", proof=Proof.TIME
)
EC2_IS_IDLE = Condition(sentence="EC2 requests were measured to be 0", proof=Proof.MEASUREMENT)
APPROVED = Condition(sentence="a named approver agrees", proof=Proof.APPROVER)

GATES: Mapping[Stage, Gate] = {
    Stage.LEGACY: Gate(
        exit=(
            Condition(
                sentence="the baseline of errors, latency and traffic is known",
                proof=Proof.REMINDER,
            ),
        )
    ),
    Stage.DARK: Gate(
        entry=(Condition(sentence="the plan only creates", proof=Proof.PLAN),),
        exit=(
            Condition(
                sentence="Fargate is healthy and the smoke tests pass against its load balancer",
                proof=Proof.MEASUREMENT,
            ),
        ),
    ),
    Stage.READY: Gate(
        entry=(
            Condition(sentence="Fargate could take all traffic", proof=Proof.MEASUREMENT),
            Condition(
                sentence="the plan converts the EC2 record in place and creates one of weight 0",
                proof=Proof.PLAN,
            ),
        ),
        exit=(
            DRAINED,
            Condition(sentence="the total traffic is unchanged", proof=Proof.MEASUREMENT),
            Condition(
                sentence="Fargate worked messages of its queues, and no dead-letter queue grew",
                proof=Proof.MEASUREMENT,
            ),
        ),
    ),
    Stage.CANARY: Gate(entry=(JUDGED,), exit=(DRAINED, JUDGED)),
    Stage.QUARTER: Gate(entry=(JUDGED,), exit=(DRAINED, JUDGED)),
    Stage.HALF: Gate(entry=(JUDGED,), exit=(DRAINED, JUDGED)),
    Stage.MOST: Gate(entry=(JUDGED,), exit=(DRAINED, JUDGED)),
    Stage.CUTOVER: Gate(entry=(JUDGED, PEAK_SEEN), exit=(DRAINED, EC2_IS_IDLE)),
    Stage.SOAK: Gate(
        exit=(
            Condition(
                sentence="seven days have passed, the weekly peak among them", proof=Proof.TIME
            ),
        )
    ),
    Stage.DETACHED: Gate(entry=(APPROVED,), exit=(DRAINED, EC2_IS_IDLE)),
    Stage.RETIRED: Gate(entry=(APPROVED,)),
}
"""Every stage's conditions."""


def conditions(edge: Edge) -> tuple[Condition, ...]:
    """What must be true for this move: none for a rollback."""
    if not edge.is_forward:
        return ()
    both = (*GATES[edge.before].exit, *GATES[edge.after].entry)
    return tuple(dict.fromkeys(both))


def asks_for(edge: Edge, proof: Proof) -> tuple[Condition, ...]:
    """The conditions of this move that `proof` can tell."""
    return tuple(condition for condition in conditions(edge) if condition.proof is proof)
