"""The existing VPC, its subnets and its security groups."""

from collections.abc import Sequence

from constructs import Construct

from imports.aws.data_aws_security_groups import (
    DataAwsSecurityGroups,
    DataAwsSecurityGroupsFilter,
)
from imports.aws.data_aws_subnet import DataAwsSubnet
from imports.aws.data_aws_subnets import DataAwsSubnets, DataAwsSubnetsFilter
from imports.aws.data_aws_vpc import DataAwsVpc
from pay.existing.contract import contract
from pay.model import Environment, Microservice, names


class ExistingNetwork:
    """The environment's VPC, and lookups inside it."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        self._scope = scope
        self._environment = environment
        self._vpc_name = environment.network.vpc
        self._found: dict[str, list[str]] = {}
        vpc = DataAwsVpc(scope, "vpc", tags={"Name": self._vpc_name}, state="available")
        self.vpc_id = vpc.id

    def subnets(self, group: str, *, public: bool = False) -> list[str]:
        """The ids of a group's subnets, one in each of the environment's zones.

        `group` is a service name, `public` or `ecs-<segment>`. Fails the plan unless each zone has
        its subnet, inside the VPC, in the zone that its name says, and private (or public).
        """
        wanted = [
            names.subnet(self._environment.name, group, zone)
            for zone in self._environment.network.zones
        ]
        key = f"{group}_subnets".replace("-", "_")
        if key in self._found:
            return self._found[key]
        found = DataAwsSubnets(
            self._scope,
            key,
            filter=[
                DataAwsSubnetsFilter(name="vpc-id", values=[self.vpc_id]),
                DataAwsSubnetsFilter(name="tag:Name", values=wanted),
            ],
            lifecycle=contract(
                (
                    f"length(self.ids) == {len(wanted)}",
                    f"Found ${{length(self.ids)}} of {len(wanted)} subnets named "
                    f"{', '.join(wanted)} in the VPC {self._vpc_name}. Check that each exists in "
                    "that VPC under that Name tag: the tasks must span all of these zones to "
                    "survive the loss of one.",
                )
            ),
        )
        self._hold_each_subnet_to_it(key, public=public)
        self._found[key] = found.ids
        return self._found[key]

    def _hold_each_subnet_to_it(self, key: str, *, public: bool) -> None:
        reach = "self.map_public_ip_on_launch" if public else "!self.map_public_ip_on_launch"
        kind = "public" if public else "private"
        subnet = 'Subnet ${self.id} (${lookup(self.tags, "Name", "without a name")})'
        each = DataAwsSubnet(
            self._scope,
            f"{key}_each",
            id="${each.value}",
            lifecycle=contract(
                (
                    "self.vpc_id == data.aws_vpc.vpc.id",
                    f"{subnet} is in VPC ${{self.vpc_id}}, not in {self._vpc_name}. Check which "
                    "VPC the subnet belongs to.",
                ),
                (
                    'endswith(lookup(self.tags, "Name", ""), self.availability_zone)',
                    f"{subnet} is in zone ${{self.availability_zone}}, which its name does not "
                    "say. Check the Name tag: subnets of one zone only would not survive its loss.",
                ),
                (
                    reach,
                    f"{subnet} is not {kind}. Check map_public_ip_on_launch: this group must be "
                    f"{kind} (PCI DSS v4.0.1, 1.4.4).",
                ),
            ),
        )
        each.add_override("for_each", f"${{toset(data.aws_subnets.{key}.ids)}}")

    def task_security_groups(self, service: Microservice) -> list[str]:
        """The ids of the security groups of a task of its own network (awsvpc)."""
        return self.security_groups(
            "task_security_groups",
            [
                names.base_security_group(self._environment.name, service.scope.segment),
                names.task_security_group(self._environment.name, service.name),
            ],
        )

    def security_groups(self, key: str, group_names: Sequence[str]) -> list[str]:
        """The ids of the security groups of these names in the VPC; all of them must exist."""
        if key in self._found:
            return self._found[key]
        found = DataAwsSecurityGroups(
            self._scope,
            key,
            filter=[
                DataAwsSecurityGroupsFilter(name="vpc-id", values=[self.vpc_id]),
                DataAwsSecurityGroupsFilter(name="group-name", values=list(group_names)),
            ],
            lifecycle=contract(
                (
                    f"length(self.ids) == {len(group_names)}",
                    f"Found ${{length(self.ids)}} of {len(group_names)} security groups named "
                    f"{', '.join(group_names)} in the VPC {self._vpc_name}. Check that each exists "
                    "in that VPC: without it the load balancer or the task is cut off.",
                )
            ),
        )
        self._found[key] = found.ids
        return self._found[key]
