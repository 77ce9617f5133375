"""Who makes the estate: an environment, the services in it, and clients of the AWS that gets it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from pay.catalogue import CATALOGUE
from pay.model import Environment, Microservice, names
from sandbox.estate.mistakes import Mistake


@dataclass
class Owner:
    """Makes things that may be there already: every step can be run again."""

    environment: Environment
    make_client: Callable[[str], Any]
    mistakes: Collection[Mistake] = ()
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """A boto3 client; one for all steps, because each takes a tenth of a second to make."""
        if service not in self._clients:
            self._clients[service] = self.make_client(service)
        return self._clients[service]

    @cached_property
    def services(self) -> tuple[Microservice, ...]:
        return tuple(CATALOGUE[name] for name in sorted(self.environment.services))

    def tags(self, name: str) -> list[dict[str, str]]:
        """The tags of what another team owns: none of them says Terraform."""
        return [{"Key": "Name", "Value": name}, {"Key": "Environment", "Value": self.name}]

    @property
    def name(self) -> str:
        return self.environment.name

    @cached_property
    def vpc_id(self) -> str:
        """The environment's VPC; asked for once it is there."""
        filters = [{"Name": "tag:Name", "Values": [self.environment.network.vpc]}]
        return str(self.client("ec2").describe_vpcs(Filters=filters)["Vpcs"][0]["VpcId"])

    def subnets(self, group: str) -> list[str]:
        """The ids of a group's subnets, one in each zone."""
        wanted = [names.subnet(self.name, group, zone) for zone in self.environment.network.zones]
        filters = [{"Name": "tag:Name", "Values": wanted}]
        found = self.pages("ec2", "describe_subnets", "Subnets", Filters=filters)
        return [subnet["SubnetId"] for subnet in found]

    def security_groups(self, wanted: Sequence[str]) -> dict[str, str]:
        """Name -> id of the security groups of these names in the VPC."""
        filters = [
            {"Name": "vpc-id", "Values": [self.vpc_id]},
            {"Name": "group-name", "Values": list(wanted)},
        ]
        found = self.pages("ec2", "describe_security_groups", "SecurityGroups", Filters=filters)
        return {group["GroupName"]: group["GroupId"] for group in found}

    def unless_there(self, make: Callable[[], Any], *codes: str) -> Any:
        """What `make` returns, or None when AWS says with one of these codes that it exists."""
        try:
            return make()
        except ClientError as error:
            if error.response["Error"]["Code"] not in codes:
                raise
            return None

    def pages(self, service: str, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
        """Every item of a paginated list."""
        for page in self.client(service).get_paginator(operation).paginate(**arguments):
            yield from page[key]
