"""`pay findings`: a finding of each tool in the sandbox, with its service, side, age and answer."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from typer.testing import CliRunner, Result

from pay.catalogue import IMAGES
from pay.environments.load import load_environments
from pay.model import Side, Stage, names
from pay.model.watching.accounts import Road
from rollout.cli import app
from rollout.findings.finding import FindingState, Tool
from rollout.findings.read import Answers, read
from sandbox.settings import SandboxSettings
from tests.rollout.findings.conftest import by
from tests.support.checkout import COMMITTED, Checkout
from tests.support.found import RUNTIME
from tests.support.image_accounts import REGION, TEST, ImageAccounts
from tests.support.warm_sandboxes import empty_sandbox

pytestmark = pytest.mark.slow

Run = Callable[..., Result]
CLUSTER = names.cluster("test-12", Side.FARGATE)


@pytest.fixture(scope="module")
def aws() -> Iterator[ImageAccounts]:
    """Return a watched account in which connector runs one release on Fargate."""
    with empty_sandbox(SandboxSettings(account_id=TEST)) as server:
        here = ImageAccounts(server)
        ecr, ec2, ecs = (here.client(service=name) for name in ("ecr", "ec2", "ecs"))
        ecr.create_repository(
            repositoryName=IMAGES["connector"].repository, imageTagMutability="IMMUTABLE"
        )
        rule = {
            "scanFrequency": "CONTINUOUS_SCAN",
            "repositoryFilters": [{"filter": "govukpay/*", "filterType": "WILDCARD"}],
        }
        ecr.put_registry_scanning_configuration(scanType="ENHANCED", rules=[rule])
        here.push("connector", "20-release")
        here.client(service="guardduty").create_detector(Enable=True)
        here.client(service="securityhub").enable_security_hub()
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        group = ec2.create_security_group(GroupName="connector", Description="c", VpcId=vpc)[
            "GroupId"
        ]
        network = {"subnets": [subnet], "securityGroups": [group]}
        ecs.create_cluster(clusterName=CLUSTER)
        image = f"{names.image_registry(TEST, REGION)}/{IMAGES['connector'].repository}:20-release"
        revision = ecs.register_task_definition(
            family=names.task_family("test-12", "connector", Side.FARGATE),
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=[{"name": "connector", "image": image}],
        )["taskDefinition"]["taskDefinitionArn"]
        ecs.create_service(
            cluster=CLUSTER,
            serviceName="connector",
            taskDefinition=revision,
            launchType="FARGATE",
            desiredCount=1,
            networkConfiguration={"awsvpcConfiguration": network},
        )
        yield here


@pytest.fixture
def run(aws: ImageAccounts, checkout: Checkout) -> Run:
    def call(*arguments: str, columns: int = 200, group: tuple[str, ...] = ("findings",)) -> Result:
        shell = {
            **aws.variables(),
            "PAY_ENVIRONMENTS": str(checkout.folder),
            "COLUMNS": str(columns),
        }
        return CliRunner().invoke(app, [*group, *arguments], env=shell)

    return call


def arrive(aws: ImageAccounts, tool: str, **finding: Any) -> None:
    body = {"account": TEST, "region": REGION, "tool": tool, "findings": [finding]}
    aws.server.administer("arrivals", method="POST", body=body)


def runtime(id_: str, **more: Any) -> dict[str, Any]:
    task = {
        "arn": f"arn:aws:ecs:{REGION}:{TEST}:task/{CLUSTER}/{id_}",
        "group": "service:connector",
        "launchType": "FARGATE",
    }
    cluster = {"name": CLUSTER, "taskDetails": task}
    resource = {"resourceType": "ECSCluster", "ecsClusterDetails": cluster}
    return {"id": id_, "type": RUNTIME, "severity": 8, "resource": resource, **more}


def scanned(aws: ImageAccounts) -> str:
    """Return the digest of connector's image of the architecture that test-12 starts."""
    ecr = aws.client()
    (found,) = ecr.batch_get_image(
        repositoryName=IMAGES["connector"].repository, imageIds=[{"imageTag": "20-release"}]
    )["images"]
    entries = json.loads(found["imageManifest"])["manifests"]
    return next(str(e["digest"]) for e in entries if e["platform"]["architecture"] == "arm64")


def weak(aws: ImageAccounts, id_: str, name: str, **more: Any) -> dict[str, Any]:
    digest, repository = scanned(aws), IMAGES["connector"].repository
    image = {"repositoryName": repository, "imageHash": digest}
    resource = {
        "type": "AWS_ECR_CONTAINER_IMAGE",
        "id": f"arn:aws:ecr:{REGION}:{TEST}:repository/{repository}/{digest}",
        "details": {"awsEcrContainerImage": image},
    }
    details = {"vulnerabilityId": name}
    return {
        "id": id_,
        "severity": "HIGH",
        "packageVulnerabilityDetails": details,
        "resources": [resource],
        **more,
    }


@contextmanager
def at(aws: ImageAccounts, moment: datetime) -> Iterator[None]:
    """Let AWS's clock say another time."""
    aws.server.administer("clock", method="POST", body={"now": moment.timestamp()})
    yield
    aws.server.administer("clock", method="POST", body={"now": datetime.now(UTC).timestamp()})


def shown(run: Run, *arguments: str) -> dict[str, dict[str, Any]]:
    """Return what the command shows, by the tool's own identifier."""
    data = json.loads(run("test-12", *arguments, "--json").stdout)
    return {each["key"].rpartition("/")[2]: each for each in data["findings"]}


def by_hub(aws: ImageAccounts) -> Answers:
    target = by(Road.HUB, load_environments(COMMITTED)["test-12"])
    now = datetime.now(UTC)
    client = lambda service: aws.client(service=service)  # noqa: E731
    return read(target, ("test-perf-1",), client, since=now - timedelta(days=7), now=now)


def test_shows_a_finding_of_each_tool_once(run: Run, aws: ImageAccounts, tmp_path: Path) -> None:
    arrive(aws, "guardduty", **runtime("each-g"))
    arrive(aws, "inspector", **weak(aws, "each-i", "CVE-2026-1"))
    published = (datetime.now(UTC) - timedelta(days=3)).timestamp()
    arn = f"arn:aws:inspector2:{REGION}:{TEST}:finding/each-i"
    scan = [
        {
            "severity": "HIGH",
            "findingArn": arn,
            "packageVulnerabilityDetails": {"vulnerabilityId": name, "vendorCreatedAt": published},
        }
        for name in ("CVE-2026-1", "CVE-2026-2")
    ]
    scan[1].pop("findingArn")
    aws.find("connector", scanned(aws), scan)
    done = run("test-12")
    assert done.exit_code == 0, done.output
    found = shown(run)
    assert sorted((each["tool"], each["age_days"]) for each in found.values()) == [
        ("ECR scan", 3),
        ("GuardDuty", 0),
        ("Inspector", 0),
    ]
    assert {each["where"] for each in found.values()} == {"connector on fargate"}
    page = tmp_path / "findings.html"
    assert run("test-12", "--since", "7d", "--html", str(page)).exit_code == 0
    assert "connector on fargate" in page.read_text()
    narrow = run("test-12", columns=80)
    assert all(len(line) <= 80 for line in narrow.output.splitlines())

    hub = {each.tool: each for each in by_hub(aws).findings if "each" in each.key}
    assert hub.keys() == {Tool.GUARDDUTY, Tool.INSPECTOR}
    assert {each.where for each in hub.values()} == {"connector on fargate"}
    aws.find("connector", scanned(aws), [])


def test_a_late_one_fails_until_it_is_answered(run: Run, aws: ImageAccounts) -> None:
    with at(aws, datetime.now(UTC) - timedelta(days=45)):
        arrive(aws, "guardduty", **runtime("late"))
    late = run("test-12")
    assert late.exit_code == 1
    assert "had to be resolved by" in " ".join(late.output.split())
    key = shown(run)["late"]["id"]
    assert run("acknowledge", "test-12", key).exit_code == 0
    closed = run(
        "close", "test-12", key, "--verdict", "false", "--minutes", "25", "--note", "a tool"
    )
    assert "closed as false, 25 min" in closed.output
    assert run("test-12").exit_code == 0
    assert shown(run)["late"]["state"] == "resolved"
    month = run("report", "--month", f"{datetime.now(UTC):%Y-%m}")
    assert "1 closed in 0.4 hours" in month.output


def test_a_suppressed_one_is_counted_with_its_reason(aws: ImageAccounts) -> None:
    hub = aws.client(service="securityhub")
    note = "A deploy tool. Owner: security lead."
    hub.create_automation_rule(
        RuleOrder=1,
        RuleName="deploy tool",
        Description="a deploy tool",
        Criteria={"Title": [{"Comparison": "EQUALS", "Value": "known tool"}]},
        Actions=[
            {
                "Type": "FINDING_FIELDS_UPDATE",
                "FindingFieldsUpdate": {
                    "Workflow": {"Status": "SUPPRESSED"},
                    "Note": {"Text": note, "UpdatedBy": "pay"},
                },
            }
        ],
    )
    arrive(aws, "guardduty", **runtime("quiet", title="known tool"))
    (found,) = (each for each in by_hub(aws).findings if each.key == "quiet")
    assert (found.state, found.because) == (FindingState.SUPPRESSED, note)


def test_a_denied_role_hides_one_tool_and_says_which(
    run: Run, aws: ImageAccounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive(aws, "inspector", **weak(aws, "denied-i", "CVE-2026-3"))
    asked = BaseClient._make_api_call

    def denied(client: Any, operation: str, arguments: Any) -> Any:
        if operation == "ListDetectors":
            error = {"Code": "AccessDeniedException", "Message": "no policy allows it"}
            raise ClientError({"Error": error}, operation)
        return asked(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", denied)
    done = run("test-12")
    assert done.exit_code == 3, done.output
    text = " ".join(done.output.split())
    assert "GuardDuty: not ours to see: the shell's role may not call ListDetectors" in text
    assert "CVE-2026-3" in text


def watched(checkout: Checkout) -> None:
    """Let the account of test-12 be watched tool by tool."""
    for name in ("test-12", "test-perf-1"):
        file = checkout.file(name)
        document: Any = tomlkit.parse(file.read_text())
        topics = {"page": "page", "ticket": "ticket", "weekly": "weekly"}
        watching = {"administrator": "standalone", "road": "direct", "topics": topics}
        document["watching"] = watching
        file.write_text(tomlkit.dumps(document))


def test_an_open_finding_holds_a_promotion_and_no_rollback(
    run: Run, aws: ImageAccounts, checkout: Checkout
) -> None:
    watched(checkout)
    checkout.put("test-12", "connector", "canary")
    arrive(aws, "guardduty", **runtime("holds"))
    words = ("--evidence", "errors 0 in 5,000 requests")
    refused = run("promote", "test-12", "connector", *words, group=())
    assert refused.exit_code == 1
    assert "connector has open findings" in " ".join(refused.output.split())
    assert checkout.stage("test-12", "connector") is Stage.CANARY
    back = run("rollback", "test-12", "connector", "--because", "a finding", group=())
    assert back.exit_code == 0, back.output
    assert checkout.stage("test-12", "connector") is not Stage.CANARY


def test_says_which_finding_it_does_not_know(run: Run) -> None:
    refused = run("close", "test-12", "0123456789", "--verdict", "real", "--minutes", "1")
    assert refused.exit_code == 1
    assert "no tool has a finding '0123456789' about test-12" in refused.output
