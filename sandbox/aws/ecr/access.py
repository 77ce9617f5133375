"""Refuses calls to a repository of another account, unless its policy names the caller.

On AWS the caller's own policies also have to allow the call; the sandbox has none. Sources: AWS,
ECR user guide, "Private repository policies"; IAM user guide, "Policy evaluation logic",
cross-account.
"""

from moto.core.exceptions import ServiceException
from moto.ecr.models import ECRBackend

from sandbox.aws.iam.callers import Caller
from sandbox.aws.iam.policies import is_allowed


class AccessDeniedException(ServiceException):
    code = "AccessDeniedException"


def require(backend: ECRBackend, caller: Caller, action: str, repository: str | None) -> None:
    """Raise AccessDeniedException unless the caller may use this repository."""
    if caller.account_id == backend.account_id:
        return
    stored = backend.repositories.get(repository or "")
    root = f"arn:aws:iam::{caller.account_id}:root"
    names = (caller.role_arn, caller.account_id, root, "*")
    # The policy belongs to its repository, and so names none (ECR user guide, as above).
    if not is_allowed(
        [stored.policy if stored else None],
        action,
        by=[("AWS", name) for name in names],
        context={
            "aws:principalarn": caller.role_arn,
            "aws:principalaccount": caller.account_id,
        },
    ):
        arn = f"arn:aws:ecr:{backend.region_name}:{backend.account_id}:repository/{repository}"
        raise AccessDeniedException(
            f"User: {caller.role_arn} is not authorized to perform: {action} on resource: {arn} "
            f"because no resource-based policy allows the {action} action"
        )
