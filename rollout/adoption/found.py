"""What AWS has for each address that could be taken over, and what it would not tell."""

from collections.abc import Callable, Iterable, Iterator, Sequence
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
"""The error codes that say that something does not exist."""

NOT_THERE_IN = {("DescribeCapacityProviders", "ClientException")}
"""Operation and error code: the code is ECS's for many things, and says this only there."""

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
"""All that is called, by its IAM action; all of it reads."""


@dataclass(frozen=True)
class Lookup:
    """One address of one stack, and how to look up its import id."""

    stack: str
    address: str
    what: str
    """In words, with its name."""
    look: Callable[[], str | None]
    """The import id; None, or an error code of NOT_THERE: AWS has no such thing."""


@dataclass(frozen=True)
class Found:
    """What AWS has for one address of one stack."""

    stack: str
    address: str
    what: str
    import_id: str | None
    expected: bool
    """Whether what runs today must have it; anything else is created when it lacks."""
    failure: ClientError | None = None
    """Why AWS did not say; whether it has the thing is then not known."""

    @property
    def is_missing(self) -> bool:
        """AWS says that it has no such thing."""
        return self.import_id is None and self.failure is None


def look_up(environment: Environment, lookups: Iterable[Lookup]) -> Iterator[Found]:
    """Asks for each. A denied call is told in its place, so that all of them are told at once.

    Raises botocore's BotoCoreError when AWS cannot be asked: no credentials, no connection.
    """
    expected = adoptable(environment)
    for each in lookups:
        must = expected[each.stack][each.address]
        try:
            import_id = each.look()
        except ClientError as error:
            failure = None if _is_not_there(error) else error
            yield Found(each.stack, each.address, each.what, None, must, failure)
        else:
            yield Found(each.stack, each.address, each.what, import_id, must)


def _is_not_there(error: ClientError) -> bool:
    code = error.response["Error"]["Code"]
    return code in NOT_THERE or (error.operation_name, code) in NOT_THERE_IN


@dataclass(frozen=True)
class Failure:
    """One action that AWS did not answer, and how many addresses it was asked for."""

    action: str
    message: str
    """AWS's code and words, at the first of them."""
    addresses: Sequence[str]
    """`<stack> <address>`."""


def failures(found: Iterable[Found]) -> tuple[Failure, ...]:
    """What AWS did not answer, by action and error code."""
    groups: dict[tuple[str, str], list[Found]] = {}
    for each in found:
        if each.failure:
            error: Any = each.failure.response["Error"]
            action = next(a for a in ACTIONS if a.endswith(f":{each.failure.operation_name}"))
            groups.setdefault((action, error["Code"]), []).append(each)
    return tuple(
        Failure(
            action,
            f"{code}: {_words(members[0].failure)}",
            [f"{each.stack} {each.address}" for each in members],
        )
        for (action, code), members in sorted(groups.items())
    )


def _words(error: ClientError | None) -> str:
    return str(error.response["Error"].get("Message", "")) if error else ""
