"""The existing estate is never created, changed, imported or destroyed: VPC, subnets, security
groups, RDS, zones, certificates, secrets, queues. It appears as data only. Nor does any other type
move that the stack's kind does not hold (`pay.model.stacks`): no rule here could judge it.
"""

from collections.abc import Iterator

from pay.model.stacks import JUDGED_ANYWHERE, RESOURCE_TYPES
from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.plans.read import StackPlan

_FAMILIES = (
    "aws_acm",
    "aws_acmpca",
    "aws_cloudtrail",
    "aws_config",
    "aws_customer_gateway",
    "aws_db",
    "aws_default_network_acl",
    "aws_default_route_table",
    "aws_default_security_group",
    "aws_default_subnet",
    "aws_default_vpc",
    "aws_dx",
    "aws_ecr",
    "aws_egress_only_internet_gateway",
    "aws_eip",
    "aws_elasticache",
    "aws_flow_log",
    "aws_guardduty",
    "aws_internet_gateway",
    "aws_main_route_table_association",
    "aws_nat_gateway",
    "aws_network_acl",
    "aws_network_interface",
    "aws_networkfirewall",
    "aws_rds",
    "aws_route",
    "aws_route53",
    "aws_route_table",
    "aws_s3",
    "aws_secretsmanager_secret",
    "aws_security_group",
    "aws_sqs_queue",
    "aws_ssm_parameter",
    "aws_subnet",
    "aws_vpc",
    "aws_vpn",
    "aws_wafv2",
)
"""What exists and is only looked up or relied on, for the message: a type belongs to a family when
it is the family or begins with it and an underscore. Every type is refused that the stack's kind
does not hold.
"""


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    for change in plan.plan.managed:
        imported = change.change.importing is not None
        allowed = change.type in JUDGED_ANYWHERE or change.type in plan.stack.kind.types
        if allowed or not (change.moves or imported):
            continue
        verb = "import" if imported else change.verb.value
        if belongs_to_the_estate(change.type):
            yield Finding(
                change.address,
                f"the plan would {verb} {change.type}, which belongs to the existing estate",
                "find it through a data source; what must change there is changed by its owner",
            )
        else:
            yield Finding(
                change.address,
                f"the plan would {verb} {change.type}, which {plan.stack.id} may not hold",
                "keep it out of this stack; for a type that it is to make, say how it is "
                "judged: a line in constructs/pay/model/stacks.py, with the rules that look at it",
            )


def belongs_to_the_estate(type: str) -> bool:
    """Whether resources of the type are known to exist and to be none of this project's."""
    return type not in RESOURCE_TYPES and any(
        type == family or type.startswith(f"{family}_") for family in _FAMILIES
    )
