"""The differences between the two sides of a microservice that cannot be avoided.

Each row names the Terraform attributes that it explains; a test compares them with what both sides
really render, so that no difference stays unexplained and no row outlives its difference.
"""

from dataclasses import dataclass

from pay.model import Environment, Exposure, Microservice, Side, addresses
from pay.model.alarms import alarms
from pay.model.side import ServiceSide


@dataclass(frozen=True)
class Difference:
    """One difference between the sides of a microservice."""

    aspect: str
    ec2: str
    fargate: str
    matters: str
    """The consequence for running the service."""
    attributes: tuple[str, ...]
    """The Terraform attributes that differ: `<type>.<name>.<attribute>`; a resource or container
    key that only one side has stands by itself."""


def parity(service: Microservice, environment: Environment) -> tuple[Difference, ...]:
    """Return every difference between the sides of `service` in one environment."""
    side = ServiceSide(service, environment, Side.EC2)
    tasks = side.deployment.tasks
    task, ecs = addresses.TASK_DEFINITION.attribute, addresses.ECS_SERVICE.attribute
    load_balancer = addresses.load_balancer(service.load_balancer_type).attribute
    targets = addresses.TARGET_GROUP.attribute
    scaling = (addresses.SCALING_TARGET, addresses.SCALING_POLICY)
    minimums = [ServiceSide(service, environment, each).minimum_healthy for each in Side]
    # The collector writes to the metrics of its own cluster.
    has_collector = any(sidecar.name == "adot" for sidecar in service.sidecars)
    differences = [
        Difference(
            aspect="names",
            ec2="the names that run today",
            fargate="the same with a mark of their own (_FG, -fg-)",
            matters="both run side by side; dashboards and log searches name both",
            attributes=(
                load_balancer("name"),
                targets("name"),
                task("family"),
                addresses.role("execution").attribute("name"),
                addresses.role("task").attribute("name"),
                addresses.role_policy("execution").attribute("policy"),
                addresses.CLUSTER_LOOKUP.attribute("cluster_name"),
                *([addresses.role_policy("task").attribute("policy")] if has_collector else []),
                *(
                    addresses.log_group(each.log_kind).attribute("name")
                    for each in service.containers
                ),
                *(
                    addresses.alarm(alarm.name).attribute(attribute)
                    for alarm in alarms(side)
                    for attribute in ("alarm_name", "alarm_description")
                ),
                *(f"container.{each.name}.logConfiguration" for each in service.containers),
            ),
        ),
        Difference(
            aspect="network",
            ec2="bridge: shares its instance's address, a new host port for each task",
            fargate="awsvpc: an address and a network interface for each task",
            matters="security groups hold for each task on Fargate, for each instance on EC2",
            attributes=(
                task("network_mode"),
                ecs("network_configuration"),
                targets("target_type"),
                *_lookups_of_the_task(service),
            ),
        ),
        Difference(
            aspect="where it runs",
            ec2="on instances of its segment that Pay patches, spread over zones, packed by memory",
            fargate="on capacity that AWS patches, one task a micro virtual machine",
            matters="no instance to roll; the operating system's version is AWS's",
            attributes=(
                *map(task, ("requires_compatibilities", "runtime_platform")),
                *map(ecs, ("launch_type", "platform_version")),
                *map(ecs, ("placement_constraints", "ordered_placement_strategy")),
            ),
        ),
        Difference(
            aspect="number of tasks",
            ec2=f"{tasks.peak}, fixed: the daily peak",
            fargate=f"from {tasks.min}, scaled by CPU; {tasks.peak} or more "
            "while EC2 still has a record",
            matters="Fargate follows demand once the move is over",
            attributes=(
                *map(str, scaling),
                ecs("lifecycle"),
                *([targets("target_group_health")] if minimums[0] != minimums[1] else []),
            ),
        ),
    ]
    if service.work_switches:
        differences.append(
            Difference(
                aspect="messages of queues",
                ec2="taken at every stage until the side goes",
                fargate="left to EC2 at dark, taken from ready on",
                matters="from ready on the sides share them about equally, at any weights",
                attributes=(f"container.{service.name}.environment",),
            )
        )
    if service.sidecars:
        differences.append(_sidecars(service))
    return tuple(differences)


def _lookups_of_the_task(service: Microservice) -> tuple[str, ...]:
    """Only a task with a network of its own needs security groups, and subnets beside the load
    balancer's; a service that starts other tasks looks them up on both sides.
    """
    if service.task_runs:
        return ()
    groups = (str(addresses.TASK_SECURITY_GROUPS_LOOKUP),)
    if service.exposure is not Exposure.PUBLIC:
        return groups
    return (*groups, *map(str, addresses.subnet_lookups(service.name)))


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
