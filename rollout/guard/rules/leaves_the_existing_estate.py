"""The existing estate is never created, changed, imported or destroyed: VPC, subnets, security
groups, RDS, zones, certificates, secrets, queues. It appears as data only.
"""

from collections.abc import Iterator

from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.plans.read import StackPlan

_FAMILIES = (
    "aws_acm",
    "aws_acmpca",
    "aws_customer_gateway",
    "aws_db",
    "aws_default_network_acl",
    "aws_default_route_table",
    "aws_default_security_group",
    "aws_default_subnet",
    "aws_default_vpc",
    "aws_dx",
    "aws_egress_only_internet_gateway",
    "aws_eip",
    "aws_elasticache",
    "aws_internet_gateway",
    "aws_main_route_table_association",
    "aws_nat_gateway",
    "aws_network_acl",
    "aws_network_interface",
    "aws_networkfirewall",
    "aws_rds",
    "aws_route",
    "aws_route53_delegation_set",
    "aws_route53_hosted_zone_dnssec",
    "aws_route53_key_signing_key",
    "aws_route53_resolver",
    "aws_route53_vpc_association_authorization",
    "aws_route53_zone",
    "aws_route_table",
    "aws_secretsmanager_secret",
    "aws_security_group",
    "aws_sqs_queue",
    "aws_ssm_parameter",
    "aws_subnet",
    "aws_vpc",
    "aws_vpn",
)
"""A type belongs to a family when it is the family or begins with it and an underscore."""

_NOT_EXISTING = ("aws_route53_",)
"""`aws_route` is a family, Route 53 is not part of it."""


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    for change in plan.plan.managed:
        imported = change.change.importing is not None
        if is_existing(change.type) and (change.moves or imported):
            verb = "import" if imported else change.verb.value
            yield Finding(
                change.address,
                f"the plan would {verb} {change.type}, which belongs to the existing estate",
                "find it through a data source; what must change there is changed by its owner",
            )


def is_existing(type: str) -> bool:
    """Whether resources of the type exist already and are none of this project's."""
    return any(
        type == family
        or (
            type.startswith(f"{family}_")
            and not (family == "aws_route" and type.startswith(_NOT_EXISTING))
        )
        for family in _FAMILIES
    )
