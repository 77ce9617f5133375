"""A server of the sandbox with a clock of its own and one service on Fargate, made by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.server.process import Server, launch
from sandbox.settings import Settings

CLUSTER, SERVICE = "scaled", "web"
PLACE = {
    "ServiceNamespace": "ecs",
    "ResourceId": f"service/{CLUSTER}/{SERVICE}",
    "ScalableDimension": "ecs:service:DesiredCount",
}
"""Where Application Auto Scaling finds it."""


@contextmanager
def scaled_service(account: str, log: Path, *, tasks: int) -> Iterator[Server]:
    """Serve an account in which the service runs."""
    server = launch(Settings(account_id=account), log=log, tied=True)
    ec2, ecs = server.client("ec2"), server.client("ecs")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/20")["Subnet"]["SubnetId"]
    [group] = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])[
        "SecurityGroups"
    ]
    server.client("iam").create_role(RoleName="execution", AssumeRolePolicyDocument="{}")
    ecs.create_cluster(clusterName=CLUSTER)
    ecs.register_task_definition(
        family=SERVICE,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        executionRoleArn=f"arn:aws:iam::{account}:role/execution",
        containerDefinitions=[{"name": SERVICE, "image": "alpine:1", "essential": True}],
    )
    network = {"subnets": [subnet], "securityGroups": [group["GroupId"]]}
    ecs.create_service(
        cluster=CLUSTER,
        serviceName=SERVICE,
        taskDefinition=SERVICE,
        launchType="FARGATE",
        desiredCount=tasks,
        networkConfiguration={"awsvpcConfiguration": network},
    )
    yield server
    server.stop()
