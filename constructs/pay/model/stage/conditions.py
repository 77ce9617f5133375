"""What a person answers for before a service moves forward: measurements and approvals.

`pay.model.stage.dwell` knows the times to wait, and the guard reads what a plan shows. A rollback
needs neither (docs/decisions/0062).
"""

from collections.abc import Mapping

from pay.model.service.dependencies import Access
from pay.model.service.microservice import Microservice
from pay.model.stage.stage import Stage
from pay.model.stage.transitions import Edge

_JUDGED = "errors, latency and total traffic were as before, on enough requests"
_EC2_IS_IDLE = "EC2 requests were measured to be 0"

_IS_REACHED = "`pay reach` found every connection of the service open"

_BEFORE_LEAVING: Mapping[Stage, tuple[str, ...]] = {
    Stage.LEGACY: (_IS_REACHED,),
    Stage.DARK: (
        _IS_REACHED,
        "Fargate is healthy and the smoke tests pass against its load balancer",
        "Fargate could take all traffic",
    ),
    Stage.READY: (
        "the total traffic is unchanged",
        "Fargate worked messages of its queues, and no dead-letter queue grew",
        _JUDGED,
    ),
    **dict.fromkeys((Stage.CANARY, Stage.QUARTER, Stage.HALF, Stage.MOST), (_JUDGED,)),
    **dict.fromkeys((Stage.CUTOVER, Stage.DETACHED), (_EC2_IS_IDLE,)),
}


def measurements(edge: Edge) -> tuple[str, ...]:
    """Return the sentences that must be measured to be true; empty for a rollback."""
    return _BEFORE_LEAVING.get(edge.before, ()) if edge.is_forward else ()


def metrics_show_all(edge: Edge, service: Microservice) -> bool:
    """Return whether a PASS of the judge shows every measurement that the move needs.

    The metrics of a queue do not tell which side worked a message: at `ready`, where Fargate begins
    to, a person looks at it.
    """
    receives = any(Access.RECEIVE in queue.access for queue in service.queues)
    return not (edge.before is Stage.READY and receives)


def needs_approver(edge: Edge) -> bool:
    """Return whether a named role must agree: the step is hard or impossible to take back."""
    return edge.is_forward and edge.after in (Stage.DETACHED, Stage.RETIRED)
