"""Lists the resources that exist before any deployment, by their AWS ids."""

from sandbox.instance import Sandbox

Inventory = dict[str, set[str]]

LISTS = (
    ("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    ("ec2", "describe_subnets", "Subnets", "SubnetId"),
    ("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    ("rds", "describe_db_instances", "DBInstances", "DBInstanceArn"),
    ("route53", "list_hosted_zones", "HostedZones", "Id"),
    ("secretsmanager", "list_secrets", "SecretList", "ARN"),
    ("ssm", "describe_parameters", "Parameters", "Name"),
    ("s3", "list_buckets", "Buckets", "Name"),
    ("sqs", "list_queues", "QueueUrls", ""),
)


def inventory(sandbox: Sandbox) -> Inventory:
    """Return all resources of the kinds that a deployment only looks up."""
    ids: Inventory = {}
    for service, operation, list_, id_ in LISTS:
        client = sandbox.client(service)
        if client.can_paginate(operation):
            pages = list(client.get_paginator(operation).paginate())
        else:
            pages = [getattr(client, operation)()]
        entries = [entry for page in pages for entry in page.get(list_, [])]
        ids[list_] = {entry[id_] if id_ else entry for entry in entries}
    return ids
