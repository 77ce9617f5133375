"""What a microservice has on one side and cannot have on the other.

Each row names the Terraform attributes that it explains; a test compares them with what both sides
really render, so that no difference stays unexplained and no row outlives its difference.
"""

from dataclasses import dataclass

from pay.model import Deployment, Exposure, LoadBalancerType, Microservice


@dataclass(frozen=True)
class Difference:
    """One difference between the sides of a microservice."""

    aspect: str
    ec2: str
    fargate: str
    matters: str
    """What follows from it for whoever runs the service."""
    attributes: tuple[str, ...]
    """The Terraform attributes that differ: `<type>.<name>.<attribute>`; a resource or container
    key that only one side has stands by itself."""


def parity(service: Microservice, deployment: Deployment) -> tuple[Difference, ...]:
    """Every difference between the sides of `service` in one environment."""
    differences = [
        _names_of_its_own(service),
        Difference(
            aspect="network",
            ec2="bridge: shares its instance's address, a new host port for each task",
            fargate="awsvpc: an address and a network interface for each task",
            matters="security groups hold for each task on Fargate, for each instance on EC2",
            attributes=(
                "aws_ecs_task_definition.task.network_mode",
                "aws_ecs_service.service.network_configuration",
                "aws_lb_target_group.target_group.target_type",
                *_lookups_of_the_task(service),
            ),
        ),
        Difference(
            aspect="where it runs",
            ec2="on instances of its segment that Pay patches, spread over zones, packed by memory",
            fargate="on capacity that AWS patches, one task a micro virtual machine",
            matters="no instance to roll; the operating system's version is AWS's",
            attributes=(
                "aws_ecs_task_definition.task.requires_compatibilities",
                "aws_ecs_task_definition.task.runtime_platform",
                "aws_ecs_service.service.launch_type",
                "aws_ecs_service.service.platform_version",
                "aws_ecs_service.service.placement_constraints",
                "aws_ecs_service.service.ordered_placement_strategy",
            ),
        ),
        Difference(
            aspect="number of tasks",
            ec2=f"{deployment.tasks.peak}, fixed: the daily peak",
            fargate=f"from {deployment.tasks.min}, scaled by CPU; {deployment.tasks.peak} or more "
            "while EC2 still has a record",
            matters="Fargate follows demand once the move is over",
            attributes=(
                "aws_appautoscaling_target.scaling_target",
                "aws_appautoscaling_policy.scaling_policy",
                "aws_ecs_service.service.lifecycle",
            ),
        ),
    ]
    if service.work_switches:
        differences.append(_work(service))
    if service.sidecars:
        differences.append(_sidecars(service))
    return tuple(differences)


def _names_of_its_own(service: Microservice) -> Difference:
    is_application = service.load_balancer_type is LoadBalancerType.APPLICATION
    alarms = ["healthy_hosts_alarm"]
    alarms += ["errors_alarm", "latency_alarm"] if is_application else ["resets_alarm"]
    has_collector = any(sidecar.name == "adot" for sidecar in service.sidecars)
    logs = [service.log_kind, *(sidecar.log_kind for sidecar in service.sidecars)]
    return Difference(
        aspect="names",
        ec2="the names that run today",
        fargate="the same with a mark of their own (_FG, -fg-)",
        matters="both run side by side; dashboards and log searches name both",
        attributes=(
            "aws_lb.alb.name",
            *(["aws_lb.alb.access_logs"] if is_application else []),
            "aws_lb_target_group.target_group.name",
            "aws_ecs_task_definition.task.family",
            "aws_iam_role.execution_role.name",
            "aws_iam_role.task_role.name",
            "aws_iam_role_policy.execution_policy.policy",
            "data.aws_ecs_cluster.cluster.cluster_name",
            # The collector writes to the metrics of its own cluster.
            *(["aws_iam_role_policy.task_policy.policy"] if has_collector else []),
            *(f"aws_cloudwatch_log_group.{kind.replace('-', '_')}_log.name" for kind in logs),
            *(f"aws_cloudwatch_metric_alarm.{alarm}.alarm_name" for alarm in alarms),
            *(f"aws_cloudwatch_metric_alarm.{alarm}.alarm_description" for alarm in alarms),
            f"container.{service.name}.logConfiguration",
            *(f"container.{sidecar.name}.logConfiguration" for sidecar in service.sidecars),
        ),
    )


def _lookups_of_the_task(service: Microservice) -> tuple[str, ...]:
    """Only a task with a network of its own needs security groups, and subnets beside the load
    balancer's; a service that starts other tasks looks them up on both sides.
    """
    if service.task_runs:
        return ()
    groups = "data.aws_security_groups.task_security_groups"
    if service.exposure is not Exposure.PUBLIC:
        return (groups,)
    key = f"{service.name}_subnets".replace("-", "_")
    return (
        groups,
        f"data.aws_subnets.{key}",
        f"data.aws_subnet.{key}_each",
        f"data.aws_route_tables.{key}_route_tables",
        f"data.aws_route_table.{key}_routes",
    )


def _work(service: Microservice) -> Difference:
    return Difference(
        aspect="messages of queues",
        ec2="taken at every stage until the side goes",
        fargate="left to EC2 at dark, taken from ready on",
        matters="from ready on the sides share them about equally, whatever the weights are",
        attributes=(f"container.{service.name}.environment",),
    )


def _sidecars(service: Microservice) -> Difference:
    addressed = [
        sidecar.name
        for sidecar in service.sidecars
        if any("{application_host}" in value for value in sidecar.environment.values())
    ]
    return Difference(
        aspect="sidecars",
        ec2="reach the application by a Docker link; adot, which scrapes 127.0.0.1 only, sees the "
        "task's own metrics but not the application's",
        fargate="share the application's network interface: 127.0.0.1 is the application",
        matters="application metrics of the EC2 side come from Prometheus's own scraping",
        attributes=(
            *(f"container.{sidecar.name}.links" for sidecar in service.sidecars),
            *(f"container.{name}.environment" for name in addressed),
        ),
    )
