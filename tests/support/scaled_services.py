"""A server of the sandbox with a clock of its own and services on Fargate, made by hand."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sandbox.server.process import Server
from sandbox.settings import SandboxSettings
from tests.support.warm_sandboxes import empty_sandbox

CLUSTER = "scaled"


def place(service: str) -> Mapping[str, str]:
    """Return where Application Auto Scaling finds a service."""
    return {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{CLUSTER}/{service}",
        "ScalableDimension": "ecs:service:DesiredCount",
    }


@contextmanager
def scaled_services(account: str, tasks: Mapping[str, int]) -> Iterator[Server]:
    """Serve an account in which each service runs so many tasks."""
    with empty_sandbox(SandboxSettings(account_id=account)) as server:
        ec2, ecs = server.client("ec2"), server.client("ecs")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/20")["Subnet"]["SubnetId"]
        [group] = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])[
            "SecurityGroups"
        ]
        server.client("iam").create_role(RoleName="execution", AssumeRolePolicyDocument="{}")
        ecs.create_cluster(clusterName=CLUSTER)
        network = {"subnets": [subnet], "securityGroups": [group["GroupId"]]}
        for name, count in tasks.items():
            ecs.register_task_definition(
                family=name,
                networkMode="awsvpc",
                requiresCompatibilities=["FARGATE"],
                cpu="256",
                memory="512",
                executionRoleArn=f"arn:aws:iam::{account}:role/execution",
                containerDefinitions=[{"name": name, "image": "alpine:1", "essential": True}],
            )
            ecs.create_service(
                cluster=CLUSTER,
                serviceName=name,
                taskDefinition=name,
                launchType="FARGATE",
                desiredCount=count,
                networkConfiguration={"awsvpcConfiguration": network},
            )
        yield server
