"""A server for all tests of the sandbox, and the resources that they share."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.aws.service_quotas import quotas
from sandbox.server.process import Server
from sandbox.settings import SandboxSettings
from tests.support.warm_sandboxes import empty_sandbox

VCPUS = 96
"""The quota of vCPUs on Fargate."""

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Return a server on which tasks start and DNS changes take effect at once."""
    # Tests leave their load balancers and tasks behind.
    raised = {quotas.LOAD_BALANCERS["application"]: 500.0, quotas.FARGATE_VCPUS: VCPUS}
    settings = SandboxSettings(account_id="222222222222", dns_change_seconds=0, quotas=raised)
    with empty_sandbox(settings) as started:
        yield started


@pytest.fixture(scope="session")
def client(server: Server) -> Callable[[str], Any]:
    """Return the boto3 client of a service."""
    return server.client


@pytest.fixture
def unique() -> str:
    """Return a name that no other test uses, because all share one server."""
    return f"test-{next(_numbers)}"


@pytest.fixture(scope="session")
def subnets(client: Callable[[str], Any]) -> list[str]:
    """Return two subnets of one VPC, in two zones."""
    ec2 = client("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return [
        ec2.create_subnet(
            VpcId=vpc_id, CidrBlock=f"10.0.{index}.0/24", AvailabilityZone=f"eu-west-1{zone}"
        )["Subnet"]["SubnetId"]
        for index, zone in enumerate("ab")
    ]


@pytest.fixture(scope="session")
def vpc_id(client: Callable[[str], Any], subnets: list[str]) -> str:
    described = client("ec2").describe_subnets(SubnetIds=subnets)["Subnets"]
    return str(described[0]["VpcId"])
