"""The ends of connections as AWS has them, read with a few describe calls."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Network
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from pay.model import Environment, LoadBalancerType, names
from pay.model.connections import REDIS_PARAMETER, End, EndKind, security_groups, subnets
from pay.model.service.call_graph import Catalogue
from pay.model.watching.agent import ENDPOINT as GUARDDUTY
from rollout.aws.clients import Client, items
from rollout.contracts.reach.rules import (
    EVERYWHERE,
    EndPlace,
    SecurityGroup,
    prefix_lists_of,
    read_rules,
)
from rollout.terminal.refusal import Finding, Refused

ACTIONS = (
    "ec2:DescribeManagedPrefixLists",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
    "ec2:GetManagedPrefixListEntries",
    "elasticache:DescribeCacheClusters",
    "elasticloadbalancing:DescribeLoadBalancers",
    "rds:DescribeDBInstances",
    "ssm:GetParameters",
)
"""Every call by its IAM action; all of them read."""


@dataclass(frozen=True)
class NotFound:
    """An end that AWS does not have, and what to do about it."""

    what: str
    fix: str


Places = Mapping[End, EndPlace | NotFound]


def read_places(
    ends: Collection[End], environment: Environment, catalogue: Catalogue, client: Client
) -> Places:
    """Return every end as AWS has it.

    Raises Refused without the VPC, and with every call that AWS denied.
    """
    reader = _NetworkReader(client)
    network = _NetworkPlaces(environment, catalogue, reader, ends)
    places = {end: network.place(end) for end in sorted(ends)}
    if reader.denied:
        raise Refused(f"reading the network of {environment.name}", reader.denied)
    if network.vpc_id is None:
        reason = f"account {environment.account_id} has no VPC named {environment.network.vpc}"
        fix = f"check `network.vpc` of {environment.name}.toml, and the Name tag of the VPC"
        raise Refused(f"reading the network of {environment.name}", [Finding("vpc", reason, fix)])
    return places


@dataclass
class _NetworkReader:
    """Makes calls, and keeps those that AWS denied, so that all are reported at once."""

    client: Client
    denied: list[Finding] = field(default_factory=list)

    def pages(self, service: str, operation: str, key: str, **arguments: Any) -> list[Any]:
        """Return every item of a paginated list; none when AWS denies the call."""
        try:
            return list(items(self.client(service), operation, key, **arguments))
        except ClientError as error:
            self._deny(service, error)
            return []

    def parameters(self, names: list[str]) -> dict[str, str]:
        """Return the values of parameters that exist."""
        try:
            answer = self.client("ssm").get_parameters(Names=names)
        except ClientError as error:
            self._deny("ssm", error)
            return {}
        return {each["Name"]: each["Value"] for each in answer["Parameters"]}

    def _deny(self, service: str, error: ClientError) -> None:
        action = f"{service.replace('elbv2', 'elasticloadbalancing')}:{error.operation_name}"
        fix = f"allow your role these actions, all of them read: {', '.join(ACTIONS)}"
        self.denied.append(Finding(action, str(error), fix))


@dataclass
class _NetworkPlaces:
    """Answers from lists that are read once, and only when an end needs them."""

    environment: Environment
    catalogue: Catalogue
    reader: _NetworkReader
    ends: Collection[End]

    def place(self, end: End) -> EndPlace | NotFound:
        match end.kind:
            case EndKind.DATABASE:
                return self._database(end)
            case EndKind.REDIS:
                return self._redis(end)
            case EndKind.AWS:
                return self._endpoint(end)
            case EndKind.INTERNET:
                return EndPlace(addresses=(EVERYWHERE,))
        return self._named(end)

    @cached_property
    def _vpc(self) -> Mapping[str, Any] | None:
        name = {"Name": "tag:Name", "Values": [self.environment.network.vpc]}
        vpcs = self.reader.pages("ec2", "describe_vpcs", "Vpcs", Filters=[name])
        return vpcs[0] if vpcs else None

    @property
    def vpc_id(self) -> str | None:
        return str(self._vpc["VpcId"]) if self._vpc else None

    @property
    def _vpc_addresses(self) -> Iterator[IPv4Network]:
        for each in self._vpc["CidrBlockAssociationSet"] if self._vpc else ():
            yield IPv4Network(each["CidrBlock"])

    def _in_vpc(self, operation: str, key: str) -> list[Any]:
        if self.vpc_id is None:
            return []
        in_vpc = {"Name": "vpc-id", "Values": [self.vpc_id]}
        return self.reader.pages("ec2", operation, key, Filters=[in_vpc])

    @cached_property
    def _described_groups(self) -> list[Any]:
        return self._in_vpc("describe_security_groups", "SecurityGroups")

    @cached_property
    def _groups(self) -> dict[str, SecurityGroup]:
        """Return the groups of the VPC by name and by id."""
        groups = [
            SecurityGroup(
                id=each["GroupId"],
                name=each["GroupName"],
                ingress=tuple(read_rules(each["IpPermissions"], self._prefix_lists)),
                egress=tuple(read_rules(each["IpPermissionsEgress"], self._prefix_lists)),
            )
            for each in self._described_groups
        ]
        return {key: group for group in groups for key in (group.id, group.name)}

    @cached_property
    def _prefix_lists(self) -> dict[str, tuple[IPv4Network, ...]]:
        """Return the addresses of S3, and of each prefix list that a rule names, by id."""
        used = {
            id_
            for group in self._described_groups
            for permissions in (group["IpPermissions"], group["IpPermissionsEgress"])
            for id_ in prefix_lists_of(permissions)
        }
        ids = sorted(used | ({self._s3_prefix_list} if self._s3_prefix_list else set()))
        return {id_: tuple(self._entries(id_)) for id_ in ids}

    def _entries(self, prefix_list: str) -> Iterator[IPv4Network]:
        for entry in self.reader.pages(
            *("ec2", "get_managed_prefix_list_entries", "Entries"), PrefixListId=prefix_list
        ):
            if ":" not in entry["Cidr"]:
                yield IPv4Network(entry["Cidr"])

    @cached_property
    def _s3_prefix_list(self) -> str | None:
        name = {"Name": "prefix-list-name", "Values": [self._endpoint_name("s3")]}
        lists = self.reader.pages(
            *("ec2", "describe_managed_prefix_lists", "PrefixLists"), Filters=[name]
        )
        return str(lists[0]["PrefixListId"]) if lists else None

    @cached_property
    def _subnets(self) -> dict[str, IPv4Network]:
        """Return the addresses of the VPC's subnets, by id and by name."""
        networks = dict[str, IPv4Network]()
        for each in self._in_vpc("describe_subnets", "Subnets"):
            named = [tag["Value"] for tag in each.get("Tags", ()) if tag["Key"] == "Name"]
            for key in (each["SubnetId"], *named):
                networks[key] = IPv4Network(each["CidrBlock"])
        return networks

    def _addresses(self, subnets: Iterable[str]) -> tuple[IPv4Network, ...]:
        """Return the addresses of subnets; none when one of them is not there."""
        known = [self._subnets.get(subnet) for subnet in subnets]
        return () if None in known else tuple(filter(None, known))

    def _filtered(
        self, what: str, group_ids: Iterable[str], addresses: Iterable[IPv4Network]
    ) -> EndPlace | NotFound:
        """Return the place of something with security groups, all of which must be in the VPC."""
        ids = list(group_ids)
        groups = tuple(self._groups[id_] for id_ in ids if id_ in self._groups)
        if not groups or len(groups) < len(ids):
            vpc = self.environment.network.vpc
            return NotFound(
                f"{what} has the security groups {', '.join(ids) or '(none)'}, of which "
                f"{len(groups)} are in the VPC {vpc}",
                f"check that {what} is in that VPC",
            )
        return EndPlace(groups, tuple(addresses))

    def _named(self, end: End) -> EndPlace | NotFound:
        """Return the place of a task, an instance or a load balancer. This project sets or looks up
        their names.
        """
        addresses = self._addresses(subnets(end, self.environment, self.catalogue))
        if end in self._unfiltered:
            return EndPlace(addresses=addresses)
        required = security_groups(end, self.environment.name, self.catalogue)
        missing = [name for name in required if name not in self._groups]
        if missing:
            vpc = self.environment.network.vpc
            return NotFound(
                f"no security group named {', '.join(missing)} in the VPC {vpc}",
                "create it: the stacks look it up by this name",
            )
        return EndPlace(tuple(self._groups[name] for name in required), addresses)

    @cached_property
    def _unfiltered(self) -> frozenset[End]:
        """Return the Network Load Balancers that run without security groups. A load balancer that
        was created so can never get any. Source: Network Load Balancers user guide, "Security
        groups".
        """
        possible = {
            names.load_balancer(self.environment.name, end.name, end.side): end
            for end in self.ends
            if end.kind is EndKind.LOAD_BALANCER
            and end.side
            and self.catalogue[end.name].load_balancer_type is LoadBalancerType.NETWORK
        }
        if not possible:
            return frozenset()
        running = self.reader.pages("elbv2", "describe_load_balancers", "LoadBalancers")
        return frozenset(
            possible[each["LoadBalancerName"]]
            for each in running
            if each["LoadBalancerName"] in possible and not each.get("SecurityGroups")
        )

    @cached_property
    def _databases(self) -> dict[str, Any]:
        instances = self.reader.pages("rds", "describe_db_instances", "DBInstances")
        return {each["DBInstanceIdentifier"]: each for each in instances}

    def _database(self, end: End) -> EndPlace | NotFound:
        database = self.catalogue[end.name].database
        assert database, f"{end} of a service without one"
        identifier = names.database(self.environment.name, end.name, database.identifier_suffix)
        if identifier not in self._databases:
            return NotFound(
                f"no RDS instance named {identifier}", "check `database` of the service"
            )
        instance = self._databases[identifier]
        of_subnets = instance.get("DBSubnetGroup", {}).get("Subnets", ())
        return self._filtered(
            f"the RDS instance {identifier}",
            (each["VpcSecurityGroupId"] for each in instance["VpcSecurityGroups"]),
            self._addresses(each["SubnetIdentifier"] for each in of_subnets),
        )

    @cached_property
    def _redis_hosts(self) -> dict[str, str]:
        """Return service -> the host in the parameter that holds the address of its Redis."""
        services = [end.name for end in sorted(self.ends) if end.kind is EndKind.REDIS]
        paths = {
            names.parameter_path(self.environment.name, service) + REDIS_PARAMETER: service
            for service in services
        }
        values = self.reader.parameters(list(paths))
        return {paths[path]: _host(value) for path, value in values.items()}

    @cached_property
    def _cache_clusters(self) -> list[Any]:
        return self.reader.pages("elasticache", "describe_cache_clusters", "CacheClusters")

    def _redis(self, end: End) -> EndPlace | NotFound:
        """Return the place of a service's Redis. ElastiCache puts the id of the cluster, or of its
        replication group, into host names.
        """
        host = self._redis_hosts.get(end.name, "")
        for each in self._cache_clusters:
            ids = {each["CacheClusterId"], each.get("ReplicationGroupId")}
            if ids & set(host.split(".")):
                return self._filtered(
                    f"the cache cluster {each['CacheClusterId']}",
                    (group["SecurityGroupId"] for group in each.get("SecurityGroups", ())),
                    self._vpc_addresses,
                )
        return NotFound(
            f"no ElastiCache cluster of the host {host or '(none)'} in {REDIS_PARAMETER}",
            f"set the parameter {REDIS_PARAMETER} of {end.name} to the cluster's address",
        )

    @cached_property
    def _endpoints(self) -> dict[str, Any]:
        """Return the VPC's endpoints that a name leads to, by service name."""
        return {
            each["ServiceName"]: each
            for each in self._in_vpc("describe_vpc_endpoints", "VpcEndpoints")
            if each["State"] == "available"
            and (each["VpcEndpointType"] == "Gateway" or each.get("PrivateDnsEnabled"))
        }

    def _endpoint_name(self, api: str) -> str:
        return f"com.amazonaws.{self.environment.region}.{api}"

    def _endpoint(self, end: End) -> EndPlace | NotFound:
        """Return the place of an API. Without an endpoint an API is reached at its public
        addresses; only what GuardDuty's agent sends needs one.
        """
        endpoint = self._endpoints.get(self._endpoint_name(end.name))
        if endpoint is None and end.name == GUARDDUTY:
            return NotFound(
                f"no VPC endpoint of {self._endpoint_name(end.name)} with private DNS names",
                "ask whoever administers GuardDuty: it makes the endpoint where it manages the "
                "agent, and this project makes none",
            )
        if endpoint is None:
            return EndPlace(addresses=(EVERYWHERE,))
        if endpoint["VpcEndpointType"] == "Gateway":
            id_ = self._s3_prefix_list
            return EndPlace(addresses=self._prefix_lists.get(id_ or "", ()), prefix_list=id_)
        return self._filtered(
            f"the VPC endpoint {endpoint['VpcEndpointId']}",
            (group["GroupId"] for group in endpoint["Groups"]),
            self._addresses(endpoint["SubnetIds"]),
        )


def _host(address: str) -> str:
    """Return the host of a URL or of `host:port`."""
    return urlsplit(address if "//" in address else f"//{address}").hostname or ""
