"""AWS's answer for each address that can be taken over, and the calls that it denied."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

NOT_THERE = {
    "ClusterNotFoundException",
    "LifecyclePolicyNotFoundException",
    "RepositoryNotFoundException",
    "RepositoryPolicyNotFoundException",
    "InvalidLaunchTemplateName.NotFoundException",
    "LoadBalancerNotFound",
    "NoSuchEntity",
    "ServiceNotFoundException",
    "TargetGroupNotFound",
    "WAFNonexistentItemException",
}
"""The error codes of a thing that does not exist."""

NOT_THERE_IN = {
    ("DescribeCapacityProviders", "ClientException"),
    ("DescribeSubscriptionFilters", "ResourceNotFoundException"),
}
"""Operation and error code. These codes have many reasons, and this one only there."""

ACTIONS = (
    "acm:ListCertificates",
    "application-autoscaling:DescribeScalableTargets",
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribePolicies",
    "autoscaling:DescribeScheduledActions",
    "cloudwatch:ListDashboards",
    "ec2:DescribeLaunchTemplates",
    "ec2:DescribeVpcs",
    "ecr:DescribeRepositories",
    "ecr:GetLifecyclePolicy",
    "ecr:GetRegistryScanningConfiguration",
    "ecr:GetRepositoryPolicy",
    "ecs:DescribeCapacityProviders",
    "ecs:DescribeClusters",
    "ecs:DescribeContainerInstances",
    "ecs:DescribeServices",
    "ecs:ListContainerInstances",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancerAttributes",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetGroups",
    "iam:GetInstanceProfile",
    "iam:GetRole",
    "logs:DescribeLogGroups",
    "logs:DescribeSubscriptionFilters",
    "route53:ListHostedZonesByName",
    "route53:ListHostedZonesByVPC",
    "route53:ListResourceRecordSets",
    "wafv2:GetWebACLForResource",
)
"""Every call by its IAM action; all of them read."""


@dataclass(frozen=True)
class ImportAnswer:
    """AWS's answer for one address of one stack."""

    stack: str
    address: str
    what: str
    """In words, with its name."""
    import_id: str | None
    expected: bool
    """True when today's estate must have it; Terraform creates anything else that is missing."""
    failure: ClientError | None = None
    """The error of AWS that left it open whether the thing exists."""
    by_hand: bool = False
    """The type has no finder, so AWS was not asked; the import id is that of the file's line."""

    def __str__(self) -> str:
        return f"{self.stack} {self.address}"

    @property
    def is_missing(self) -> bool:
        """Return whether AWS answers that it has no such thing."""
        return self.import_id is None and self.failure is None and not self.by_hand


def is_not_there(error: ClientError) -> bool:
    """Return whether AWS answered that it has no such thing."""
    code = error.response["Error"]["Code"]
    return code in NOT_THERE or (error.operation_name, code) in NOT_THERE_IN


@dataclass(frozen=True)
class UnansweredAction:
    """One action that AWS did not answer, and the subjects that it was called for."""

    action: str
    message: str
    """AWS's code and words, at the first of them."""
    subjects: list[str]
    """`<stack> <address>`, or what was looked at, in words."""


def failures(errors: Iterable[tuple[str, ClientError]]) -> list[UnansweredAction]:
    """Return what AWS did not answer, by action and error code, from subjects and errors."""
    groups: dict[tuple[str, str], UnansweredAction] = {}
    for subject, each in errors:
        error: Any = each.response["Error"]
        action = next(a for a in ACTIONS if a.endswith(f":{each.operation_name}"))
        first = UnansweredAction(action, f"{error['Code']}: {error.get('Message', '')}", [])
        groups.setdefault((action, error["Code"]), first).subjects.append(subject)
    return [groups[key] for key in sorted(groups)]
