"""The evidence of a person before a service moves forward: measurements and approvals.

`pay.model.stage.dwell` knows the times to wait, and the guard reads what a plan shows. A rollback
needs neither (docs/decisions/0062).
"""

from pay.model.stage.rows import ROWS
from pay.model.stage.transitions import Edge


def measurements(edge: Edge) -> tuple[str, ...]:
    """Return the sentences that must be measured to be true; empty for a rollback."""
    return ROWS[edge.before].before_leaving if edge.is_forward else ()


def needs_approver(edge: Edge) -> bool:
    """Return whether a named role must agree: the step is hard or impossible to take back."""
    return edge.is_forward and ROWS[edge.after].needs_approver
