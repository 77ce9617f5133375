"""`pay quotas`: AWS's quotas beside what the moves need, against the sandbox's AWS."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner, Result

from pay.catalogue import CATALOGUE
from pay.environments.load import load_environments
from pay.model import LoadBalancerType
from pay.model.service.call_graph import callers
from rollout.cli import app
from rollout.contracts.quotas.ask import ACTIONS
from sandbox.server.process import Server
from sandbox.settings import SandboxSettings
from tests.support.checkout import COMMITTED, Checkout
from tests.support.warm_sandboxes import empty_sandbox

pytestmark = pytest.mark.slow

ACCOUNT = "333333333333"
TOGETHER = [
    environment.name
    for environment in load_environments(COMMITTED).values()
    if environment.account_id == ACCOUNT
]
"""test-12, and what else is in its account."""

VCPUS = "L-3032A538"
ALBS = "L-53DA6B97"
RULES = "L-0EA8095F"
RECORDS = "L-E209CC9F"
DATABASE = "test-12-ledger-rds-0"

BALANCED = [
    name
    for name, service in CATALOGUE.items()
    if service.load_balancer_type is LoadBalancerType.APPLICATION
]
NEEDED_ALBS = 2 * len(BALANCED) * len(TOGETHER) + 1
"""Of both sides of each service, and one of another team."""
ALLOWED_ALBS = NEEDED_ALBS - 3

Quotas = Callable[..., Result]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Return an account with a raised quota of vCPUs, and the estate that is counted."""
    with empty_sandbox(
        SandboxSettings(account_id=ACCOUNT, quotas={VCPUS: 1000.0, ALBS: float(ALLOWED_ALBS)})
    ) as started:
        make_estate(started.client)
        now = datetime.now(UTC).timestamp()
        # A day ago more connections were open than now.
        points = [[now - 86_400, 41, 1], [now - 3_600, 7, 1]]
        row = {
            "namespace": "AWS/RDS",
            "name": "DatabaseConnections",
            "dimensions": {"DBInstanceIdentifier": DATABASE},
            "points": points,
        }
        started.administer("metrics", method="POST", body=[row])
        yield started


def make_estate(client: Callable[[str], Any]) -> None:
    ec2 = client("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc_id, CidrBlock=block, AvailabilityZone=zone)["Subnet"][
            "SubnetId"
        ]
        for block, zone in (("10.0.0.0/24", "eu-west-1a"), ("10.0.1.0/24", "eu-west-1b"))
    ]
    for name in ("test-12-ledger-alb", "of-another-team"):
        client("elbv2").create_load_balancer(Name=name, Subnets=subnets)
    groups = {
        name: ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc_id)["GroupId"]
        for name in ("test-12-ledger-alb-sg", "test-12-ledger-sg", "test-12-connector-sg")
    }
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    pairs = [{"GroupId": groups["test-12-connector-sg"]}]
    ranges = [{"CidrIp": f"10.1.{number}.0/24"} for number in range(40)]
    ec2.authorize_security_group_ingress(
        GroupId=groups["test-12-ledger-alb-sg"],
        IpPermissions=[{**https, "UserIdGroupPairs": pairs}, {**https, "IpRanges": ranges}],
    )
    for zone, is_private in (("pymnt.uk", False), ("test-12.pymnt.internal", True)):
        vpc = {"VPC": {"VPCRegion": "eu-west-1", "VPCId": vpc_id}} if is_private else {}
        client("route53").create_hosted_zone(
            Name=zone,
            CallerReference=zone,
            HostedZoneConfig={"PrivateZone": is_private},
            **vpc,
        )
    client("rds").create_db_instance(
        DBInstanceIdentifier=DATABASE,
        DBInstanceClass="db.t4g.small",
        Engine="postgres",
        MasterUsername="pay",
        ManageMasterUserPassword=True,
        AllocatedStorage=20,
    )
    run_tasks(client("ecs"), services_subnet(ec2, vpc_id), groups["test-12-ledger-sg"])


def services_subnet(ec2: Any, vpc_id: str) -> str:
    """Create ledger's subnet of one zone, of 27 addresses; 5 are of something else."""
    name = {"Key": "Name", "Value": "test-12-ledger-eu-west-1a"}
    subnet_id = ec2.create_subnet(
        VpcId=vpc_id,
        CidrBlock="10.0.2.0/27",
        TagSpecifications=[{"ResourceType": "subnet", "Tags": [name]}],
    )["Subnet"]["SubnetId"]
    for _ in range(5):
        ec2.create_network_interface(SubnetId=subnet_id)
    return str(subnet_id)


def run_tasks(ecs: Any, subnet_id: str, group_id: str) -> None:
    """Run a task of half a vCPU of test-12's ledger, and one that this project does not know."""
    ecs.register_task_definition(
        family="small",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="512",
        memory="1024",
        containerDefinitions=[{"name": "app", "image": "app:1"}],
    )
    for cluster, service, groups in (
        ("test-12-fargate", "ledger", [group_id]),
        ("another-team", "batch", []),
    ):
        network = {"subnets": [subnet_id], "securityGroups": groups}
        ecs.create_cluster(clusterName=cluster)
        ecs.create_service(
            cluster=cluster,
            serviceName=service,
            taskDefinition="small",
            desiredCount=1,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": network},
        )


@pytest.fixture
def quotas(checkout: Checkout, server: Server) -> Quotas:
    """Runs `pay quotas` where every service of every environment is at `legacy`."""

    def run(*arguments: str, endpoint: str = server.endpoint) -> Result:
        shell = {
            "PAY_ENVIRONMENTS": str(checkout.folder),
            "COLUMNS": "200",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        return CliRunner().invoke(app, ["quotas", *arguments], env=shell)

    return run


def lines(result: Result) -> dict[str, dict[str, Any]]:
    """The quotas by their code; of several zones the last."""
    return {line["quota_code"]: line for line in json.loads(result.stdout)["quotas"]}


def test_two_environments_of_one_account_need_more_load_balancers_than_aws_allows(
    quotas: Quotas,
) -> None:
    result = quotas("test-12", "--json")
    assert result.exit_code == 1
    line = lines(result)[ALBS]
    # One of them exists, and one of another team.
    assert (line["allowed"], line["used"], line["added"]) == (ALLOWED_ALBS, 2, NEEDED_ALBS - 2)
    assert (line["needed"], line["enough"]) == (NEEDED_ALBS, False)
    assert line["request"] == (
        "aws service-quotas request-service-quota-increase --service-code elasticloadbalancing "
        f"--quota-code L-53DA6B97 --desired-value {NEEDED_ALBS} --region eu-west-1"
    )


def test_running_tasks_count_once_and_those_of_others_as_well(
    quotas: Quotas, checkout: Checkout
) -> None:
    line = lines(quotas("test-12", "--json"))[VCPUS]
    assert (line["allowed"], line["used"]) == (1000, 1)
    checkout.put("test-12", "ledger", "retired")
    # Its tasks are needed as before, the running one among them.
    assert lines(quotas("test-12", "--json"))[VCPUS]["needed"] == line["needed"]


def test_the_group_with_the_most_rules_is_named(quotas: Quotas) -> None:
    line = lines(quotas("test-12", "--json"))[RULES]
    # 41 rules, and callers whose tasks are not admitted yet: all but connector.
    missing = len(callers(CATALOGUE, "ledger")) - 1
    assert (line["of"], line["used"], line["added"]) == ("test-12-ledger-alb-sg", 41, missing)
    assert line["enough"]


def test_the_subnet_with_the_fewest_addresses_to_spare_is_named(
    quotas: Quotas, checkout: Checkout
) -> None:
    # A peak of 2 is 8 tasks, 4 in each zone that is left, and 8 addresses a load balancer.
    found = json.loads(quotas("test-12", "--json").stdout)["quotas"][-1]
    assert (found["of"], found["allowed"]) == ("test-12-ledger-eu-west-1a", 27)
    # One task of ledger runs already; the other and 5 more are not its own.
    assert (found["used"], found["added"], found["needed"]) == (7, 19, 26)
    assert (found["fix"], found["request"]) == (None, None)
    checkout.file("test-12").write_text(
        checkout.file("test-12")
        .read_text()
        .replace(
            '[services.ledger]\nstage = "legacy"\ntasks = { min = 1, peak = 2 }',
            '[services.ledger]\nstage = "legacy"\ntasks = { min = 1, peak = 3 }',
        )
    )
    found = json.loads(quotas("test-12", "--json").stdout)["quotas"][-1]
    assert (found["needed"], found["enough"]) == (28, False)
    assert found["fix"] == "the owner of the VPC can replace the subnet by a larger one"


def connections(result: Result) -> dict[str, Any]:
    quotas: list[dict[str, Any]] = json.loads(result.stdout)["quotas"]
    return next(line for line in quotas if line["of"] == DATABASE)


def test_a_database_takes_a_full_pool_of_every_task(quotas: Quotas, checkout: Checkout) -> None:
    found = connections(quotas("test-12", "--json"))
    # 2 GiB. A peak of 2 is 4 tasks on EC2 and 8 on Fargate, of 8 connections each; 3 are kept.
    assert (found["allowed"], found["used"], found["needed"]) == (190, 41, 12 * 8 + 3)
    assert found["enough"]
    checkout.file("test-12").write_text(
        checkout.file("test-12")
        .read_text()
        .replace(
            '[services.ledger]\nstage = "legacy"\ntasks = { min = 1, peak = 2 }',
            '[services.ledger]\nstage = "legacy"\ntasks = { min = 1, peak = 4 }',
        )
    )
    found = connections(quotas("test-12", "--json"))
    assert (found["needed"], found["enough"]) == (24 * 8 + 3, False)
    assert found["fix"] == "the owner of the database can give it a larger class"


def test_a_parameter_group_says_how_many_connections_its_database_takes(
    quotas: Quotas, server: Server
) -> None:
    rds = server.client("rds")
    group = {"DBParameterGroupName": "few-connections"}
    rds.create_db_parameter_group(
        **group, DBParameterGroupFamily="postgres16", Description="few connections"
    )
    formula = "LEAST({DBInstanceClassMemory/9531392},5000)"
    found = {}
    rds.modify_db_instance(DBInstanceIdentifier=DATABASE, **group)
    for value in ("60", formula):
        parameter = {"ParameterName": "max_connections", "ParameterValue": value}
        rds.modify_db_parameter_group(
            **group, Parameters=[{**parameter, "ApplyMethod": "pending-reboot"}]
        )
        found[value] = connections(quotas("test-12", "--json"))
    assert (found["60"]["allowed"], found["60"]["enough"]) == (60, False)
    assert found[formula]["allowed"] == 190


@pytest.fixture
def change_metrics(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Changes every series that CloudWatch answers."""
    call = botocore.client.BaseClient._make_api_call

    def start(**changes: Any) -> None:
        def answer(self: Any, operation: str, arguments: dict[str, Any]) -> Any:
            answered = call(self, operation, arguments)
            for each in answered["MetricDataResults"] if operation == "GetMetricData" else ():
                each.update(changes)
            return answered

        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", answer)

    return start


@pytest.mark.parametrize("status", ["PartialData", "Forbidden", "InternalError"])
def test_connections_that_cloudwatch_does_not_answer_in_full_are_not_zero(
    quotas: Quotas, change_metrics: Callable[..., None], status: str
) -> None:
    change_metrics(StatusCode=status)
    result = quotas("test-12", "--json")
    assert result.exit_code == 2
    [finding] = json.loads(result.stdout)["findings"]
    assert finding["gate"] == "cloudwatch:GetMetricData"
    assert f"{status} for AWS/RDS DatabaseConnections of {DATABASE}" in finding["reason"]
    assert "cloudwatch:GetMetricData" in finding["fix"]


def test_connections_without_a_measurement_are_not_known(
    quotas: Quotas, change_metrics: Callable[..., None]
) -> None:
    change_metrics(Timestamps=[], Values=[])
    found = connections(quotas("test-12", "--json"))
    assert (found["used"], found["added"], found["needed"]) == (None, 99, 99)
    [row] = [line for line in quotas("test-12").stdout.splitlines() if DATABASE in line]
    assert "not known" in row


def test_each_zone_gets_the_second_record_of_every_service(quotas: Quotas) -> None:
    of_zones = [
        (line["of"], line["allowed"], line["added"])
        for line in json.loads(quotas("test-12", "--json").stdout)["quotas"]
        if line["quota_code"] == RECORDS
    ]
    assert sum(added for _, _, added in of_zones) == len(CATALOGUE)
    assert {(zone, allowed) for zone, allowed, _ in of_zones} == {
        ("pymnt.uk", 10_000),
        ("test-12.pymnt.internal", 10_000),
    }


def test_enough_is_0(quotas: Quotas, checkout: Checkout) -> None:
    for service in BALANCED[:4]:
        checkout.put(TOGETHER[-1], service, "retired")
    result = quotas("test-12", "--json")
    assert (result.exit_code, json.loads(result.stdout)["enough"]) == (0, True)


def test_the_table_says_who_can_ask_for_more(quotas: Quotas) -> None:
    result = quotas("test-12")
    assert result.exit_code == 1
    assert (
        f"account {ACCOUNT} in eu-west-1: found {ALLOWED_ALBS}, needed {NEEDED_ALBS}"
        in result.stdout
    )
    assert f"-> an administrator of account {ACCOUNT} can ask for more: aws" in result.stdout
    command = f"--quota-code L-53DA6B97 --desired-value {NEEDED_ALBS} --region eu-west-1"
    assert command in result.stdout


def test_aws_that_does_not_answer_is_2(quotas: Quotas) -> None:
    result = quotas("test-12", "--json", endpoint="http://127.0.0.1:9")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["findings"][0]["gate"] == "connection"


def test_an_environment_file_with_a_mistake_is_2(quotas: Quotas, checkout: Checkout) -> None:
    checkout.set("test-12", "max_steps = 25")
    result = quotas("test-12", "--json")
    assert result.exit_code == 2
    assert "test-12.toml" in result.stdout
    assert "max_steps: found an unknown key" in result.stdout


def test_an_environment_with_a_mistake_that_shares_the_account_is_left_out_with_a_warning(
    quotas: Quotas, checkout: Checkout
) -> None:
    checkout.set(TOGETHER[-1], "max_steps = 25")
    result = quotas("test-12", "--json")
    assert result.exit_code == 0
    assert result.stderr.count("Warning") == 1
    assert f"{TOGETHER[-1]}.toml" in result.stderr


def test_an_unknown_environment_is_2(quotas: Quotas) -> None:
    assert quotas("nowhere").exit_code == 2


def test_all_denied_calls_are_named_at_once(
    quotas: Quotas, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = botocore.client.BaseClient._make_api_call

    def deny(self: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation in ("ListRoles", "GetServiceQuota"):
            error = {"Error": {"Code": "AccessDenied", "Message": "no"}}
            raise ClientError(error, operation)
        return call(self, operation, arguments)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", deny)
    result = quotas("test-12", "--json")
    assert result.exit_code == 2
    findings = json.loads(result.stdout)["findings"]
    assert {finding["gate"] for finding in findings} == {
        "iam:ListRoles",
        "servicequotas:GetServiceQuota",
    }
    assert "ecs:ListTasks" in findings[0]["fix"]


def test_the_actions_that_are_asked_for_are_those_that_are_called(
    quotas: Quotas, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, called = botocore.client.BaseClient._make_api_call, set()

    def record(self: Any, operation: str, arguments: dict[str, Any]) -> Any:
        called.add(operation)
        return call(self, operation, arguments)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", record)
    quotas("test-12", "--json")
    actions = {action.partition(":")[2] for action in ACTIONS}
    assert actions == called - {"GetCallerIdentity"}
