"""AWS's answer for each address that can be taken over, and the calls that it denied."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from pay.environments.adopted import adoptable
from pay.model import Environment

NOT_THERE = {
    "ClusterNotFoundException",
    "InvalidLaunchTemplateName.NotFoundException",
    "LoadBalancerNotFound",
    "NoSuchEntity",
    "ServiceNotFoundException",
    "TargetGroupNotFound",
}
"""The error codes of a thing that does not exist."""

NOT_THERE_IN = {("DescribeCapacityProviders", "ClientException")}
"""Operation and error code: ECS gives this code for many reasons, and for this one only there."""

ACTIONS = (
    "autoscaling:DescribeAutoScalingGroups",
    "ec2:DescribeLaunchTemplates",
    "ecs:DescribeCapacityProviders",
    "ecs:DescribeClusters",
    "ecs:DescribeServices",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeTargetGroups",
    "iam:GetInstanceProfile",
    "iam:GetRole",
    "logs:DescribeLogGroups",
    "route53:ListHostedZonesByName",
    "route53:ListResourceRecordSets",
)
"""Every call by its IAM action; all of them read."""


@dataclass(frozen=True)
class Lookup:
    """One address of one stack, and how to look up its import id."""

    stack: str
    address: str
    what: str
    """In words, with its name."""
    look: Callable[[], str | None]
    """Returns the import id; None, or an error code of NOT_THERE: AWS has no such thing."""

    def __str__(self) -> str:
        return f"{self.stack} {self.address}"


@dataclass(frozen=True)
class Answer:
    """AWS's answer to one lookup."""

    lookup: Lookup
    import_id: str | None
    expected: bool
    """What runs today must have it; Terraform creates anything else that is missing."""
    failure: ClientError | None = None
    """Why AWS did not answer; it may or may not have the thing."""

    @property
    def is_missing(self) -> bool:
        """AWS answers that it has no such thing."""
        return self.import_id is None and self.failure is None


def look_up(environment: Environment, lookups: Iterable[Lookup]) -> Iterator[Answer]:
    """Yield AWS's answer to each lookup. A denied call is an answer too, so all are reported.

    Raises botocore's BotoCoreError when AWS cannot be asked: no credentials, no connection.
    """
    expected = adoptable(environment)
    for each in lookups:
        must = expected[each.stack][each.address]
        try:
            yield Answer(each, each.look(), must)
        except ClientError as error:
            yield Answer(each, None, must, None if _is_not_there(error) else error)


def _is_not_there(error: ClientError) -> bool:
    code = error.response["Error"]["Code"]
    return code in NOT_THERE or (error.operation_name, code) in NOT_THERE_IN


@dataclass(frozen=True)
class Failure:
    """One action that AWS did not answer, and the addresses that it was called for."""

    action: str
    message: str
    """AWS's code and words, at the first of them."""
    addresses: list[str]
    """`<stack> <address>`."""


def failures(answers: Iterable[Answer]) -> list[Failure]:
    """Return what AWS did not answer, by action and error code."""
    groups: dict[tuple[str, str], Failure] = {}
    for each in answers:
        if each.failure:
            error: Any = each.failure.response["Error"]
            action = next(a for a in ACTIONS if a.endswith(f":{each.failure.operation_name}"))
            first = Failure(action, f"{error['Code']}: {error.get('Message', '')}", [])
            group = groups.setdefault((action, error["Code"]), first)
            group.addresses.append(str(each.lookup))
    return [groups[key] for key in sorted(groups)]
