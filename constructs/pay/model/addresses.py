"""State addresses that several modules use: `<type>.<id>`, with the construct's id.

An address is contract. Another one is another resource to Terraform (tests/golden/addresses.txt).
"""

from typing import Literal, NamedTuple

from pay.model.vocabulary import LoadBalancerType, Segment, Side


class Address(NamedTuple):
    """The place of a resource or a lookup in the state of its stack."""

    type: str
    id: str

    def __str__(self) -> str:
        return f"{self.type}.{self.id}"

    def attribute(self, name: str) -> str:
        """Return Terraform's reference to an attribute."""
        return f"{self}.{name}"


TARGET_GROUP = Address("aws_lb_target_group", "target_group")
HTTPS_LISTENER = Address("aws_lb_listener", "https")
HTTP_LISTENER = Address("aws_lb_listener", "http")
TCP_LISTENER = Address("aws_lb_listener", "tcp")
WEB_ACL_ASSOCIATION = Address("aws_wafv2_web_acl_association", "web_acl_association")
TASK_DEFINITION = Address("aws_ecs_task_definition", "task")
ECS_SERVICE = Address("aws_ecs_service", "service")
SCALING_TARGET = Address("aws_appautoscaling_target", "scaling_target")
SCALING_POLICY = Address("aws_appautoscaling_policy", "scaling_policy")
REQUESTS_POLICY = Address("aws_appautoscaling_policy", "requests_policy")
SCHEDULE_GROUP = Address("aws_scheduler_schedule_group", "schedules")
DETECTOR_LOOKUP = Address("data.aws_guardduty_detector", "detector")
DEAD_LETTERS = Address("aws_sqs_queue", "dead_letters")
DASHBOARD = Address("aws_cloudwatch_dashboard", "dashboard")
CLUSTER_LOOKUP = Address("data.aws_ecs_cluster", "cluster")
DATABASE_LOOKUP = Address("data.aws_db_instance", "database")
DATABASE_CLASS_LOOKUP = Address("data.aws_ec2_instance_type", "database_class")
TASK_SECURITY_GROUPS_LOOKUP = Address("data.aws_security_groups", "task_security_groups")

_SHORT = {LoadBalancerType.APPLICATION: "alb", LoadBalancerType.NETWORK: "nlb"}


def load_balancer(type: LoadBalancerType) -> Address:
    return Address("aws_lb", _SHORT[type])


def load_balancer_lookup(side: Side, type: LoadBalancerType) -> Address:
    return Address("data.aws_lb", f"{side}_{_SHORT[type]}")


def load_balancer_security_groups_lookup(type: LoadBalancerType) -> Address:
    return Address("data.aws_security_groups", f"{_SHORT[type]}_security_groups")


RoleKind = Literal["execution", "task"]


def role(kind: RoleKind) -> Address:
    return Address("aws_iam_role", f"{kind}_role")


def role_policy(kind: RoleKind) -> Address:
    return Address("aws_iam_role_policy", f"{kind}_policy")


def one_off_task(family: str) -> Address:
    return Address("aws_ecs_task_definition", f"{family}_task".replace("-", "_"))


def schedule(call: str) -> Address:
    return Address("aws_scheduler_schedule", f"{call}_schedule".replace("-", "_"))


def finding_rule(route: str) -> Address:
    return Address("aws_cloudwatch_event_rule", f"{route}_rule".replace("-", "_"))


def finding_target(route: str) -> Address:
    return Address("aws_cloudwatch_event_target", f"{route}_target".replace("-", "_"))


def scheduled_action(name: str) -> Address:
    id = f"{name}_action".replace("-", "_")
    return Address("aws_appautoscaling_scheduled_action", id)


def log_group(service: str, kind: str) -> Address:
    return Address("aws_cloudwatch_log_group", f"{service}_{kind}_log".replace("-", "_"))


def log_group_of_a_side(kind: str) -> Address:
    """Return where a side held its own log group, before the platform's stack held all of them."""
    return Address("aws_cloudwatch_log_group", f"{kind}_log".replace("-", "_"))


def alarm(name: str) -> Address:
    return Address("aws_cloudwatch_metric_alarm", f"{name}_alarm".replace("-", "_"))


def composite_alarm(name: str) -> Address:
    return Address("aws_cloudwatch_composite_alarm", f"{name}_alarm".replace("-", "_"))


def log_filter(name: str) -> Address:
    return Address("aws_cloudwatch_log_metric_filter", f"{name}_filter".replace("-", "_"))


def log_subscription(kind: str) -> Address:
    return Address("aws_cloudwatch_log_subscription_filter", f"{kind}_lines".replace("-", "_"))


def target_group_lookup(side: Side) -> Address:
    return Address("data.aws_lb_target_group", f"{side}_targets")


def record(side: Side) -> Address:
    return Address("aws_route53_record", side.value)


class SubnetLookups(NamedTuple):
    """The lookups that hold a group of subnets to its contract."""

    subnets: Address
    each: Address
    route_tables: Address
    routes: Address


def subnet_lookups(group: str) -> SubnetLookups:
    id = f"{group}_subnets".replace("-", "_")
    return SubnetLookups(
        Address("data.aws_subnets", id),
        Address("data.aws_subnet", f"{id}_each"),
        Address("data.aws_route_tables", f"{id}_route_tables"),
        Address("data.aws_route_table", f"{id}_routes"),
    )


def cluster(side: Side) -> Address:
    return Address("aws_ecs_cluster", f"{side}_cluster")


def capacity_providers(side: Side) -> Address:
    return Address("aws_ecs_cluster_capacity_providers", f"{side}_capacity_providers")


class CapacityAddresses(NamedTuple):
    """The places of the EC2 instances of one segment, and of all that they need."""

    instances: Address
    provider: Address
    launch_template: Address
    instance_profile: Address
    instance_role: Address


def capacity(segment: Segment) -> CapacityAddresses:
    return CapacityAddresses(
        Address("aws_autoscaling_group", f"{segment}_instances"),
        Address("aws_ecs_capacity_provider", f"{segment}_capacity"),
        Address("aws_launch_template", f"{segment}_template"),
        Address("aws_iam_instance_profile", f"{segment}_instance_profile"),
        Address("aws_iam_role", f"{segment}_instance_role"),
    )


def repository(image: str) -> Address:
    return Address("aws_ecr_repository", f"{image}_repository".replace("-", "_"))


def repository_lifecycle(image: str) -> Address:
    return Address("aws_ecr_lifecycle_policy", f"{image}_lifecycle".replace("-", "_"))


def repository_policy(image: str) -> Address:
    return Address("aws_ecr_repository_policy", f"{image}_policy".replace("-", "_"))


IMAGE_SCANNING = Address("aws_ecr_registry_scanning_configuration", "scanning")
