"""Reads the sandbox's services back through AWS: sides, tasks, weights."""

from collections.abc import Callable, Iterable
from typing import Any

from rich.table import Table

from pay.catalogue import CATALOGUE
from pay.model import Environment, Exposure, Microservice, Side, host_name, hosted_zone, names


def services_table(
    make_client: Callable[[str], Any], environment: Environment, services: Iterable[str]
) -> Table:
    """Return a table with a row for each side of each service."""
    table = Table("service", "side", "launch type", "tasks", "healthy targets", "weight")
    ecs, elbv2 = make_client("ecs"), make_client("elbv2")
    for name in services:
        weights = _weights(make_client("route53"), environment, CATALOGUE[name])
        for side in Side:
            [service] = ecs.describe_services(
                cluster=names.cluster(environment.name, side), services=[name]
            )["services"]
            healthy = _healthy_targets(elbv2, names.target_group(environment.name, name, side))
            table.add_row(
                name,
                side.value,
                service["launchType"],
                f"{service['runningCount']} of {service['desiredCount']}",
                str(healthy),
                weights.get(names.set_identifier(name, side), "-"),
            )
        table.add_section()
    return table


def _healthy_targets(elbv2: Any, name: str) -> int:
    [group] = elbv2.describe_target_groups(Names=[name])["TargetGroups"]
    health = elbv2.describe_target_health(TargetGroupArn=group["TargetGroupArn"])
    return sum(
        each["TargetHealth"]["State"] == "healthy" for each in health["TargetHealthDescriptions"]
    )


def _weights(route53: Any, environment: Environment, service: Microservice) -> dict[str, str]:
    """Map the set identifiers of the service's records to their weights."""
    public = service.exposure is Exposure.PUBLIC
    zone_name = hosted_zone(service, environment)
    # Another VPC may have a private zone of the same name; it has no record of this project.
    zones = [
        each["Id"]
        for each in route53.list_hosted_zones()["HostedZones"]
        if each["Name"] == f"{zone_name}." and each["Config"]["PrivateZone"] is not public
    ]
    name = f"{host_name(service, environment)}."
    return {
        record["SetIdentifier"]: str(record["Weight"])
        for zone in zones
        for record in route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        if record["Name"] == name and "SetIdentifier" in record
    }
