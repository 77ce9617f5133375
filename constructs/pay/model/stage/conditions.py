"""What a person answers for before a service moves forward: measurements and approvals.

`pay.model.stage.dwell` knows the times to wait, and the guard reads what a plan shows. A rollback
needs neither (docs/decisions/0062).
"""

from pay.model.service.dependencies import Access
from pay.model.service.microservice import Microservice
from pay.model.stage.rows import ROWS
from pay.model.stage.stage import Stage
from pay.model.stage.transitions import Edge


def measurements(edge: Edge) -> tuple[str, ...]:
    """Return the sentences that must be measured to be true; empty for a rollback."""
    return ROWS[edge.before].before_leaving if edge.is_forward else ()


def metrics_show_all(edge: Edge, service: Microservice) -> bool:
    """Return whether a PASS of the judge shows every measurement that the move needs.

    The metrics of a queue do not tell which side worked a message: at `ready`, where Fargate begins
    to, a person looks at it.
    """
    receives = any(Access.RECEIVE in queue.access for queue in service.queues)
    return not (edge.before is Stage.READY and receives)


def needs_approver(edge: Edge) -> bool:
    """Return whether a named role must agree: the step is hard or impossible to take back."""
    return edge.is_forward and ROWS[edge.after].needs_approver
