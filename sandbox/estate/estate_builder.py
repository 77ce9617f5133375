"""The owner of the existing estate: an environment, its services, and clients of its AWS."""

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
    """Creates resources that may already exist, so every step can run again."""

    environment: Environment
    make_client: Callable[[str], Any]
    mistakes: Collection[Mistake] = ()
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return a boto3 client, shared by all steps: creating one takes a tenth of a second."""
        if service not in self._clients:
            self._clients[service] = self.make_client(service)
        return self._clients[service]

    @cached_property
    def services(self) -> tuple[Microservice, ...]:
        return tuple(CATALOGUE[name] for name in sorted(self.environment.services))

    def tags(self, name: str) -> list[dict[str, str]]:
        """Return the tags of another team's resource, without a tag for Terraform."""
        return [{"Key": "Name", "Value": name}, {"Key": "Environment", "Value": self.name}]

    @property
    def name(self) -> str:
        return self.environment.name

    @cached_property
    def vpc_id(self) -> str:
        """The id of the environment's VPC, which must exist."""
        filters = [{"Name": "tag:Name", "Values": [self.environment.network.vpc]}]
        return str(self.client("ec2").describe_vpcs(Filters=filters)["Vpcs"][0]["VpcId"])

    def subnets(self, group: str) -> list[str]:
        """Return the ids of a group's subnets, one in each zone."""
        own = [names.subnet(self.name, group, zone) for zone in self.environment.network.zones]
        filters = [{"Name": "tag:Name", "Values": own}]
        subnets = self.pages("ec2", "describe_subnets", "Subnets", Filters=filters)
        return [subnet["SubnetId"] for subnet in subnets]

    def security_groups(self, wanted: Sequence[str]) -> dict[str, str]:
        """Map the names of security groups in the VPC to their ids."""
        filters = [
            {"Name": "vpc-id", "Values": [self.vpc_id]},
            {"Name": "group-name", "Values": list(wanted)},
        ]
        groups = self.pages("ec2", "describe_security_groups", "SecurityGroups", Filters=filters)
        return {group["GroupName"]: group["GroupId"] for group in groups}

    def unless_there(self, make: Callable[[], Any], *codes: str) -> Any:
        """Return the result of `make`, or None if AWS answers with one of these error codes."""
        try:
            return make()
        except ClientError as error:
            if error.response["Error"]["Code"] not in codes:
                raise
            return None

    def pages(self, service: str, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
        """Yield every item of a paginated list."""
        for page in self.client(service).get_paginator(operation).paginate(**arguments):
            yield from page[key]
