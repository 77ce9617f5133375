"""The owner of the existing estate: an environment, its services, and clients of its AWS."""

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from pay.catalogue import CATALOGUE
from pay.model import Environment, Microservice, names
from sandbox.estate.mistakes import Mistake

ALREADY_EXISTS = {
    "authorize_security_group_egress": "InvalidPermission.Duplicate",
    "authorize_security_group_ingress": "InvalidPermission.Duplicate",
    "change_resource_record_sets": "InvalidChangeBatch",
    "create_auto_scaling_group": "AlreadyExists",
    "create_bucket": "BucketAlreadyOwnedByYou",
    "create_cache_cluster": "CacheClusterAlreadyExists",
    "create_capacity_provider": "ClientException",
    "create_db_instance": "DBInstanceAlreadyExists",
    "create_db_subnet_group": "DBSubnetGroupAlreadyExists",
    "create_delivery_stream": "ResourceInUseException",
    "create_instance_profile": "EntityAlreadyExists",
    "create_launch_template": "InvalidLaunchTemplateName.AlreadyExistsException",
    "create_listener": "DuplicateListener",
    "create_load_balancer": "DuplicateLoadBalancerName",
    "create_log_group": "ResourceAlreadyExistsException",
    "create_repository": "RepositoryAlreadyExistsException",
    "create_role": "EntityAlreadyExists",
    "create_route": "RouteAlreadyExists",
    "create_secret": "ResourceExistsException",
    "create_target_group": "DuplicateTargetGroupName",
}
"""Maps an operation to AWS's error code for a resource that exists."""


@dataclass(frozen=True)
class Owner:
    """Creates resources that may already exist, so every step can run again."""

    environment: Environment
    client: Callable[[str], Any]
    """Returns the client of a service; every step asks for those that it needs."""
    mistakes: Collection[Mistake] = ()

    @cached_property
    def services(self) -> tuple[Microservice, ...]:
        return tuple(CATALOGUE[name] for name in sorted(self.environment.services))

    @property
    def name(self) -> str:
        return self.environment.name

    @property
    def vpc_id(self) -> str:
        """Return the id of the environment's VPC, which must exist."""
        return self.ids("vpc")[self.environment.network.vpc]

    @cached_property
    def s3_prefix_list(self) -> str:
        """Return the id of the list of S3's addresses, which AWS keeps."""
        name = f"com.amazonaws.{self.environment.region}.s3"
        by_name = [{"Name": "prefix-list-name", "Values": [name]}]
        [managed] = self.pages("ec2", "describe_prefix_lists", "PrefixLists", Filters=by_name)
        return str(managed["PrefixListId"])

    def tags(self, name: str) -> list[dict[str, str]]:
        """Return the tags of another team's resource, without a tag for Terraform."""
        return [{"Key": "Name", "Value": name}, {"Key": "Environment", "Value": self.name}]

    def tagged(self, kind: str, name: str) -> list[dict[str, Any]]:
        """Return `tags` as EC2's calls take them for a new resource of a kind, such as `subnet`."""
        self._ids.pop(kind, None)  # what was read lacks the new one
        return [{"ResourceType": kind, "Tags": self.tags(name)}]

    def ids(self, kind: str) -> dict[str, str]:
        """Map the names of EC2's resources of a kind, such as `subnet`, to their ids."""
        if kind not in self._ids:
            by_kind = {"Name": "resource-type", "Values": [kind]}
            filters = [by_kind, {"Name": "key", "Values": ["Name"]}]
            tags = self.pages("ec2", "describe_tags", "Tags", Filters=filters)
            self._ids[kind] = {tag["Value"]: tag["ResourceId"] for tag in tags}
        return self._ids[kind]

    @cached_property
    def _ids(self) -> dict[str, dict[str, str]]:
        """Return what `ids` has read, for kinds of which nothing was made since."""
        return {}

    def subnets(self, group: str) -> list[str]:
        """Return the ids of a group's subnets, one in each zone."""
        ids, zones = self.ids("subnet"), self.environment.network.zones
        return [ids[names.subnet(self.name, group, zone)] for zone in zones]

    def key(self, alias: str) -> str:
        """Return the ARN of the KMS key with this alias; create it if it is missing."""
        kms = self.client("kms")
        if alias not in {
            each["AliasName"] for each in self.pages("kms", "list_aliases", "Aliases")
        }:
            key = kms.create_key(Description=alias)["KeyMetadata"]
            kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
        return str(kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"])

    def role(self, name: str, principal: str) -> str:
        """Return the ARN of a role that one AWS service assumes; create it if it is missing."""
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": principal},
            "Action": "sts:AssumeRole",
        }
        trust = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self.create("iam", "create_role", RoleName=name, AssumeRolePolicyDocument=trust)
        return str(self.client("iam").get_role(RoleName=name)["Role"]["Arn"])

    def create(self, service: str, operation: str, **arguments: Any) -> Any:
        """Return AWS's answer, or None if the resource already exists."""
        try:
            return getattr(self.client(service), operation)(**arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] != ALREADY_EXISTS[operation]:
                raise
            return None

    def pages(self, service: str, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
        """Yield every item of a paginated list."""
        for page in self.client(service).get_paginator(operation).paginate(**arguments):
            yield from page[key]
