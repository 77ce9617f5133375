"""The differences between the two sides of a microservice that cannot be avoided.

Each row names the Terraform attributes that it explains. A test compares them with the rendered
attributes of both sides. So no difference stays unexplained, and no row outlives its difference.
"""

from dataclasses import dataclass

from pay.model import (
    Environment,
    Exposure,
    Kept,
    LoadBalancerType,
    Microservice,
    Side,
    addresses,
)
from pay.model.alarms import Alarm, alarms
from pay.model.metrics import Metric
from pay.model.side import ServiceSide

_ADDRESSES = ("{application_host}", "{bind_host}")
"""The fields of the catalogue's variables that differ by side."""


@dataclass(frozen=True)
class SideDifference:
    """One difference between the sides of a microservice."""

    aspect: str
    ec2: str
    fargate: str
    matters: str
    """The consequence for running the service."""
    attributes: tuple[str, ...]
    """The Terraform attributes that differ: `<type>.<name>.<attribute>`; a resource or container
    key that only one side has stands by itself."""


def parity(service: Microservice, environment: Environment) -> tuple[SideDifference, ...]:
    """Return every difference between the sides of `service` in one environment."""
    side = ServiceSide(service, environment, Side.EC2)
    tasks = side.deployment.tasks
    task, ecs = addresses.TASK_DEFINITION.attribute, addresses.ECS_SERVICE.attribute
    load_balancer = addresses.load_balancer(service.load_balancer_type).attribute
    targets = addresses.TARGET_GROUP.attribute
    scaling = (addresses.SCALING_TARGET, addresses.SCALING_POLICY)
    minimums = [ServiceSide(service, environment, each).minimum_healthy for each in Side]
    differences = [
        SideDifference(
            aspect="names",
            ec2="the names that run today",
            fargate="the same with a mark of their own (_FG, -fg-)",
            matters="both run side by side; dashboards name both. They log to the same groups, "
            "in streams whose prefix is the side",
            attributes=(
                load_balancer("name"),
                targets("name"),
                task("family"),
                addresses.role("execution").attribute("name"),
                addresses.role("task").attribute("name"),
                addresses.role_policy("execution").attribute("policy"),
                addresses.CLUSTER_LOOKUP.attribute("cluster_name"),
                *(
                    addresses.alarm(alarm.name).attribute(attribute)
                    for alarm in alarms(side)
                    for attribute in ("alarm_name", "alarm_description")
                ),
                *(f"container.{each.name}.logConfiguration" for each in service.containers),
            ),
        ),
        SideDifference(
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
        SideDifference(
            aspect="where it runs",
            ec2="on instances of its segment that Pay patches, spread over zones at the start, "
            "packed by memory",
            fargate="on capacity that AWS patches, one task a micro virtual machine, balanced over "
            "zones again after a failure",
            matters="no instance to roll; the operating system's version is AWS's",
            attributes=(
                *map(task, ("requires_compatibilities", "runtime_platform")),
                *map(ecs, ("launch_type", "platform_version", "availability_zone_rebalancing")),
                *map(ecs, ("placement_constraints", "ordered_placement_strategy")),
            ),
        ),
        SideDifference(
            aspect="CPU of a task",
            ec2="shares: a busy task also uses what its instance has left",
            fargate=f"a ceiling of {side.size.cpu} CPU units",
            matters="compare the busiest minute on EC2 with the ceiling before dark",
            attributes=(task("cpu"),),
        ),
        SideDifference(
            aspect="number of tasks",
            ec2=f"{tasks.peak}, fixed: the daily peak",
            fargate=f"from {tasks.lowest}, scaled by CPU; {tasks.peak} or more "
            "while EC2 still has a record",
            matters="Fargate follows demand once the move is over; its plan counts the database "
            "connections of both sides",
            attributes=(
                *map(str, scaling),
                ecs("lifecycle"),
                *([str(addresses.DATABASE_CLASS_LOOKUP)] if service.database else []),
                *([targets("target_group_health")] if minimums[0] != minimums[1] else []),
            ),
        ),
    ]
    if watched := _alarm_attributes(service, environment):
        differences.append(
            SideDifference(
                aspect="alarms on requests",
                ec2="made for its last weight before cutover; warnings once no weight leads there",
                fargate="made for its first weight, until EC2's record is gone",
                matters="with fewer requests an alarm looks at longer periods, or at a lower "
                "percentile",
                attributes=watched,
            )
        )
    if kept := side.deployment.keeps:
        differences.append(
            SideDifference(
                aspect="kept at adoption",
                ec2=f"{', '.join(kept)}: as before",
                fargate="this project's values",
                matters="removing a word from `keeps` is a step of its own",
                attributes=tuple(at for argument in kept for at in _KEPT[argument]),
            )
        )
    if service.work_switches:
        differences.append(
            SideDifference(
                aspect="messages of queues",
                ec2="taken at every stage until the side is destroyed",
                fargate="left to EC2 at dark, taken from ready on",
                matters="from ready on the sides share them about equally, at any weights",
                attributes=(f"container.{service.name}.environment",),
            )
        )
    if not side.is_hardened:
        differences.append(_hardening(service))
    if service.sidecars:
        differences.append(_sidecars(service))
    return tuple(differences)


def _alarm_attributes(service: Microservice, environment: Environment) -> tuple[str, ...]:
    """Return the attributes in which the alarms of both sides differ, but for their names."""
    ec2, fargate = (alarms(ServiceSide(service, environment, side)) for side in Side)
    attributes = []
    for one, other in zip(ec2, fargate, strict=True):
        values, others = _alarm_values(one), _alarm_values(other)
        differing = (key for key, value in values.items() if others.get(key) != value)
        attributes += [addresses.alarm(one.name).attribute(each) for each in differing]
    return tuple(attributes)


def _alarm_values(alarm: Alarm) -> dict[str, object]:
    """Return what decides when an alarm goes off and whom it calls, by Terraform's attributes."""
    values: dict[str, object] = {
        "evaluation_periods": alarm.evaluation_periods,
        "datapoints_to_alarm": alarm.datapoints_to_alarm,
        **dict.fromkeys(("alarm_actions", "ok_actions"), alarm.severity),
    }
    metric = alarm.metric
    if not isinstance(metric, Metric):
        return values | {"metric_query": (metric.expression, alarm.period_seconds)}
    values["period"] = alarm.period_seconds
    if metric.is_percentile:
        values["extended_statistic"] = metric.statistic
        values["evaluate_low_sample_count_percentiles"] = alarm.waits_for_samples
    return values


_KEPT = {
    Kept.SECURITY_GROUPS: (
        addresses.load_balancer(LoadBalancerType.NETWORK).attribute(Kept.SECURITY_GROUPS),
        str(addresses.load_balancer_security_groups_lookup(LoadBalancerType.NETWORK)),
    ),
    Kept.PRESERVE_CLIENT_IP: (addresses.TARGET_GROUP.attribute(Kept.PRESERVE_CLIENT_IP),),
    Kept.DROP_INVALID_HEADER_FIELDS: (
        addresses.load_balancer(LoadBalancerType.APPLICATION).attribute(
            Kept.DROP_INVALID_HEADER_FIELDS
        ),
    ),
}


def _lookups_of_the_task(service: Microservice) -> tuple[str, ...]:
    """Return the lookups that only a task with its own network needs. They are security groups, and
    subnets in addition to the load balancer's. A service that starts other tasks looks them up on
    both sides. Only there the subnets must have an address for each task.
    """
    subnets = addresses.subnet_lookups(service.name)
    size = subnets.each.attribute("lifecycle")
    if service.task_runs:
        return (size,)
    groups = str(addresses.TASK_SECURITY_GROUPS_LOOKUP)
    if service.exposure is not Exposure.PUBLIC:
        return groups, size
    return groups, *map(str, subnets)


def _hardening(service: Microservice) -> SideDifference:
    keys = ("user", "readonlyRootFilesystem", "linuxParameters", "mountPoints")
    return SideDifference(
        aspect="hardening",
        ec2="taken over as it runs: root, a writable root file system, Docker's capabilities",
        fargate="a user of its own, a read-only root file system, no capabilities",
        matters="a failure on Fargate alone may be the hardening; harden EC2 in a step of its own",
        attributes=(
            addresses.TASK_DEFINITION.attribute("volume"),
            *(f"container.{each.name}.{key}" for each in service.containers for key in keys),
            *(
                [f"container.{service.target_container}.systemControls"]
                if service.has_privileged_port
                else []
            ),
        ),
    )


def _sidecars(service: Microservice) -> SideDifference:
    addressed = [
        container.name
        for container in service.containers
        if any(field in value for value in container.environment.values() for field in _ADDRESSES)
    ]
    return SideDifference(
        aspect="sidecars",
        ec2="reach the application by its name, over a Docker link, so it listens on every address",
        fargate="share the application's network interface, so it listens on 127.0.0.1 only",
        matters="both report the same metrics; on Fargate only the sidecars reach the "
        "application's plain-text ports",
        attributes=(
            *(f"container.{sidecar.name}.links" for sidecar in service.sidecars),
            *(f"container.{name}.environment" for name in addressed),
        ),
    )
