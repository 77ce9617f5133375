"""The existing VPC, its subnets and its security groups."""

from collections.abc import Mapping, Sequence

from constructs import Construct

from imports.aws.data_aws_route_table import DataAwsRouteTable
from imports.aws.data_aws_route_tables import DataAwsRouteTables, DataAwsRouteTablesFilter
from imports.aws.data_aws_security_groups import (
    DataAwsSecurityGroups,
    DataAwsSecurityGroupsFilter,
)
from imports.aws.data_aws_subnet import DataAwsSubnet
from imports.aws.data_aws_subnets import DataAwsSubnets, DataAwsSubnetsFilter
from imports.aws.data_aws_vpc import DataAwsVpc
from pay.existing.contract import contract
from pay.model import Environment, Microservice, addresses, names
from pay.model.addresses import SubnetLookups

RESERVED_ADDRESSES = 5
"""AWS keeps the first four addresses of a subnet and the last (VPC user guide, "Subnet sizing")."""


class ExistingNetwork:
    """The environment's VPC, and lookups inside it."""

    def __init__(
        self,
        scope: Construct,
        environment: Environment,
        needed_addresses: Mapping[str, int] | None = None,
    ) -> None:
        """`needed_addresses`: how many each subnet of a group must have; others need none."""
        self._scope = scope
        self._environment = environment
        self._needed_addresses = needed_addresses or {}
        self._vpc_name = environment.network.vpc
        self._ids: dict[str, list[str]] = {}
        vpc = DataAwsVpc(scope, "vpc", tags={"Name": self._vpc_name}, state="available")
        self.vpc_id = vpc.id

    def subnets(self, group: str, *, public: bool = False) -> list[str]:
        """Return the ids of a group's subnets, one in each of the environment's zones.

        `group` is a service name, `public` or `ecs-<segment>`. Fails the plan unless each zone has
        its subnet, inside the VPC and in the zone that its name says. Its routes must be those of a
        private (or public) subnet.
        """
        lookups = addresses.subnet_lookups(group)
        key = lookups.subnets.id
        if key in self._ids:
            return self._ids[key]
        environment = self._environment
        required = [names.subnet(environment.name, group, z) for z in environment.network.zones]
        named = names.subnet(environment.name, group, "<zone>")
        subnets = DataAwsSubnets(
            self._scope,
            key,
            filter=[
                DataAwsSubnetsFilter(name="vpc-id", values=[self.vpc_id]),
                DataAwsSubnetsFilter(name="tag:Name", values=required),
            ],
            lifecycle=contract(
                (
                    f"length(self.ids) == {len(required)}",
                    f"Found ${{length(self.ids)}} of {len(required)} subnets named "
                    f"{named} in the VPC {self._vpc_name}. Check their Name tags: tasks must span "
                    "all zones.",
                )
            ),
        )
        self._hold_each_subnet_to_it(lookups, named, self._needed_addresses.get(group))
        self._hold_its_routes_to_it(lookups, named, public=public)
        self._ids[key] = subnets.ids
        return self._ids[key]

    def _hold_each_subnet_to_it(
        self, lookups: SubnetLookups, named: str, needed: int | None
    ) -> None:
        subnet = f"Subnet ${{self.id}} ({named})"
        promises = [
            (
                "self.vpc_id == data.aws_vpc.vpc.id",
                f"{subnet} is in VPC ${{self.vpc_id}}, not in {self._vpc_name}. Check which VPC it "
                "belongs to.",
            ),
            (
                'endswith(lookup(self.tags, "Name", ""), self.availability_zone)',
                f"{subnet} is in zone ${{self.availability_zone}}, which its name does not say. "
                "Check the Name tag, and the zone.",
            ),
        ]
        if needed:
            # Not `available_ip_address_count`: a service that runs uses these addresses itself, and
            # would fail its own plan (docs/decisions/0129).
            size = f'pow(2, 32 - split("/", self.cidr_block)[1]) - {RESERVED_ADDRESSES}'
            promises.append(
                (
                    f"{size} >= {needed}",
                    f"{subnet} has ${{{size}}} addresses; Fargate needs {needed}. Ask its owner "
                    "for a larger one.",
                )
            )
        each = DataAwsSubnet(
            self._scope, lookups.each.id, id="${each.value}", lifecycle=contract(*promises)
        )
        each.add_override("for_each", f"${{toset({lookups.subnets.attribute('ids')})}}")

    def _hold_its_routes_to_it(self, lookups: SubnetLookups, named: str, *, public: bool) -> None:
        """Fail the plan for a subnet of the other type. One is public when it has a route to an
        internet gateway, and private otherwise. AWS: VPC user guide, "Subnet types". A hardened
        public subnet gives out no public addresses (CKV_AWS_130), so that setting does not count.
        """
        # A subnet without its own table follows the VPC's main one, which no association names. The
        # singular lookup by subnet would fail with the provider's words.
        of_subnet = DataAwsRouteTablesFilter(name="association.subnet-id", values=["${each.value}"])
        own = DataAwsRouteTables(self._scope, lookups.route_tables.id, filter=[of_subnet])
        own.add_override("for_each", f"${{toset({lookups.subnets.attribute('ids')})}}")
        internet = (
            '[for route in self.routes : route.gateway_id if can(regex("^igw-", route.gateway_id))]'
        )
        subnet = f"Subnet ${{each.key}} ({named})"
        if public:
            promise = (
                f"length({internet}) > 0",
                f"{subnet} is not public: no route of its route table ${{each.value}} leads to an "
                "internet gateway. Check its routes, and its table.",
            )
        else:
            promise = (
                f"length({internet}) == 0",
                f"{subnet} is not private: its route table ${{each.value}} leads to an internet "
                "gateway. Check its routes (PCI DSS v4.0.1, 1.4.4).",
            )
        routes = DataAwsRouteTable(
            self._scope,
            lookups.routes.id,
            route_table_id="${each.value}",
            lifecycle=contract(promise),
        )
        routes.add_override(
            "for_each",
            f"${{{{for subnet, own in {lookups.route_tables} : "
            "subnet => concat(own.ids, [data.aws_vpc.vpc.main_route_table_id])[0]}}",
        )

    def task_security_groups(self, service: Microservice, ids: str = "") -> list[str]:
        """Return the ids of the security groups of a task with a network of its own (awsvpc).

        `ids`: what the lookup's id begins with, in a stack of several services.
        """
        return self.security_groups(
            f"{ids}{addresses.TASK_SECURITY_GROUPS_LOOKUP.id}",
            names.task_security_groups(self._environment.name, service.name, service.scope.segment),
        )

    def security_groups(self, key: str, group_names: Sequence[str]) -> list[str]:
        """Return the ids of the security groups of these names in the VPC; all must exist."""
        if key in self._ids:
            return self._ids[key]
        groups = DataAwsSecurityGroups(
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
                    f"{', '.join(group_names)} in the VPC {self._vpc_name}. Create what is missing "
                    "there.",
                )
            ),
        )
        self._ids[key] = groups.ids
        return self._ids[key]
