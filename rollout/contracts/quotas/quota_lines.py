"""A line of the report: a quota, what is used of it now, and what the moves add."""

from dataclasses import dataclass

from pay.model import LoadBalancerType

GLOBAL_REGION = "us-east-1"
"""The region in which Service Quotas keeps the quotas of IAM and Route 53. Sources: Route 53
developer guide, "Quotas"; IAM user guide, "IAM and AWS STS quotas".
"""


@dataclass(frozen=True)
class Quota:
    """A quota of AWS by its codes (`aws service-quotas list-service-quotas`)."""

    service_code: str
    code: str | None
    """None: nobody can raise it."""
    name: str
    """AWS's own name."""
    region: str | None = None
    """The region in which Service Quotas keeps it; None for the environment's."""
    instead: str = ""
    """The way out where nobody can raise the quota."""


# AWS: General Reference, "Service endpoints and quotas", the page of each service.
FARGATE_VCPUS = Quota("fargate", "L-3032A538", "Fargate On-Demand vCPU resource count")
LOAD_BALANCERS = {
    LoadBalancerType.APPLICATION: Quota(
        "elasticloadbalancing", "L-53DA6B97", "Application Load Balancers per Region"
    ),
    LoadBalancerType.NETWORK: Quota(
        "elasticloadbalancing", "L-69A177A2", "Network Load Balancers per Region"
    ),
}
TARGET_GROUPS = Quota("elasticloadbalancing", "L-B22855CB", "Target Groups per Region")
ROLES = Quota("iam", "L-FE177D64", "Roles per account", GLOBAL_REGION)
RULES = Quota("vpc", "L-0EA8095F", "Inbound or outbound rules per security group")
RECORDS = Quota("route53", "L-E209CC9F", "Records per hosted zone", GLOBAL_REGION)
ADDRESSES = Quota(
    *("vpc", None, "Addresses of a subnet"),
    instead="the owner of the VPC can replace the subnet by a larger one",
)
CONNECTIONS = Quota(
    *("rds", None, "Connections of a database"),
    instead="the owner of the database can give it a larger class",
)


@dataclass(frozen=True)
class QuotaLine:
    """One quota in one place: what AWS allows, what is used now, and what the moves add."""

    quota: Quota
    of: str
    """The zone, the security group, the subnet or the database; empty for the account."""
    allowed: int
    used: int | None
    """None if AWS has not measured it."""
    added: int
    region: str
    account_id: str

    @property
    def needed(self) -> int:
        """Return what is used once every move is at its widest. Without a measurement it is what
        the moves need.
        """
        return (self.used or 0) + self.added

    @property
    def is_enough(self) -> bool:
        return self.needed <= self.allowed

    @property
    def fix(self) -> str:
        """Return how to change it."""
        if self.quota.code is None:
            return self.quota.instead
        return f"an administrator of account {self.account_id} can ask for more: {self.request}"

    @property
    def request(self) -> str | None:
        """Return the command that asks AWS for enough; None where there is none."""
        quota = self.quota
        if quota.code is None or self.is_enough:
            return None
        return (
            "aws service-quotas request-service-quota-increase"
            f" --service-code {quota.service_code} --quota-code {quota.code}"
            f" --desired-value {self.needed} --region {self.region}"
        )
