"""Terraform and the real AWS provider against the sandbox: every resource type of the project."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from pay.catalogue.scenarios import SCENARIOS
from pay.model import Environment
from pay.smoke.archives import archive
from sandbox.instance import Sandbox
from sandbox.settings import SandboxSettings
from tests.support.patience import TIMEOUT_SECONDS

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

CONFIGURATION = Path(__file__).parent / "terraform"
NOTHING_TO_DO, CHANGES = 0, 2
"""The exit codes of `terraform plan -detailed-exitcode`."""


class Terraform:
    """Terraform in its own folder, against one sandbox."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._folder = folder
        shutil.copytree(CONFIGURATION, folder, dirs_exist_ok=True)
        (folder / "canary.zip").write_bytes(archive(SCENARIOS["cancel"]).content)
        self.run("init")

    def run(self, command: str, *arguments: str, status: int = 0, **variables: str) -> str:
        """Run Terraform, check the exit status and return the output."""
        given = [f"-var={name}={value}" for name, value in variables.items()]
        done = subprocess.run(
            ["terraform", command, "-no-color", "-input=false", *arguments, *given],
            cwd=self._folder,
            env=dict(self.sandbox.environment_variables),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        assert done.returncode == status, done.stdout[-3000:] + done.stderr
        return done.stdout + done.stderr

    def service(self, side: str) -> Mapping[str, object]:
        ecs = self.sandbox.client("ecs")
        answer = ecs.describe_services(cluster=f"sandbox-{side}", services=["connector"])
        return dict(answer["services"][0])


@pytest.fixture(scope="module")
def applied(
    environments: Mapping[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Terraform]:
    """Apply the configuration once for all tests of this file."""
    settings = SandboxSettings(wait_for_dns_changes=False)
    with Sandbox(environments["sandbox"], settings=settings) as sandbox:
        terraform = Terraform(tmp_path_factory.mktemp("terraform") / "all", sandbox)
        terraform.run("apply", "-auto-approve")
        yield terraform


def test_a_second_plan_of_every_resource_type_is_empty(applied: Terraform) -> None:
    applied.run("plan", "-detailed-exitcode", status=NOTHING_TO_DO)


@pytest.mark.parametrize("side", ["ec2", "fargate"])
def test_both_launch_types_run_their_tasks(applied: Terraform, side: str) -> None:
    assert applied.service(side)["runningCount"] == 2


def test_a_revision_that_does_not_start_fails_the_apply(applied: Terraform) -> None:
    before = applied.service("fargate")["taskDefinition"]
    output = applied.run("apply", "-auto-approve", status=1, image_tag="0-broken")
    assert "The deployment was rolled back." in output
    assert applied.service("fargate")["taskDefinition"] == before
    applied.run("apply", "-auto-approve")


def test_terraform_is_told_what_route_53_says_of_mixed_policies(applied: Terraform) -> None:
    """Like AWS, the sandbox refuses a simple record beside a weighted one."""
    route53 = applied.sandbox.client("route53")
    [zone] = [
        zone["Id"]
        for zone in route53.list_hosted_zones()["HostedZones"]
        if zone["Name"] == "sandbox.pymnt.internal."
    ]
    records = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    [of_fargate] = [r for r in records if r.get("SetIdentifier") == "connector-fargate"]
    route53.change_resource_record_sets(
        HostedZoneId=zone,
        ChangeBatch={
            "Changes": [
                {"Action": "DELETE", "ResourceRecordSet": r}
                for r in records
                if r.get("SetIdentifier")
            ]
            + [
                {
                    "Action": "CREATE",
                    "ResourceRecordSet": {
                        key: value
                        for key, value in of_fargate.items()
                        if key not in ("SetIdentifier", "Weight")
                    },
                }
            ]
        },
    )
    output = applied.run("apply", "-auto-approve", status=1)
    assert "cannot be created as a non-weighted set exists with the same name and type" in output


def test_destroying_leaves_what_existed_before(applied: Terraform) -> None:
    ec2, ecs = applied.sandbox.client("ec2"), applied.sandbox.client("ecs")
    before = len(ec2.describe_subnets()["Subnets"])
    endpoints = {
        interface
        for endpoint in ec2.describe_vpc_endpoints()["VpcEndpoints"]
        for interface in endpoint.get("NetworkInterfaceIds", [])
    }
    applied.run("destroy", "-auto-approve")
    assert len(ec2.describe_subnets()["Subnets"]) == before
    interfaces = ec2.describe_network_interfaces()["NetworkInterfaces"]
    assert {each["NetworkInterfaceId"] for each in interfaces} == endpoints
    for side in ("ec2", "fargate"):
        [cluster] = ecs.describe_clusters(clusters=[f"sandbox-{side}"])["clusters"]
        assert cluster["status"] == "INACTIVE"
