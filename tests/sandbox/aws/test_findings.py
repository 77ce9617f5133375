"""Findings of GuardDuty, Inspector and Security Hub, and the filters that suppress them."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.server.process import Server

pytestmark = pytest.mark.slow

ACCOUNT, REGION = "222222222222", "eu-west-1"
TYPE = "Discovery:Runtime/SuspiciousCommand"


@pytest.fixture(scope="module")
def detector(client: Callable[[str], Any]) -> str:
    with suppress(ClientError):
        client("securityhub").enable_security_hub()
    found = client("guardduty").list_detectors()["DetectorIds"]
    made = found or [client("guardduty").create_detector(Enable=True)["DetectorId"]]
    id_: str = made[0]
    return id_


@pytest.fixture
def clock(server: Server) -> Iterator[Callable[[datetime], Any]]:
    """Set the clock of AWS, until the test ends."""
    yield lambda at: server.administer("clock", method="POST", body={"now": at.timestamp()})
    server.administer("clock", method="POST", body={"now": datetime.now(UTC).timestamp()})


def runtime(id_: str, service: str = "connector", **more: Any) -> dict[str, Any]:
    """Return a finding of GuardDuty in a task on Fargate."""
    task = {
        "arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/test-12-fargate/{id_}",
        "group": f"service:{service}",
        "launchType": "FARGATE",
        "tags": [{"key": "Stack", "value": f"test-12-{service}-fargate"}],
    }
    cluster = {"name": "test-12-fargate", "taskDetails": task}
    finding = {"id": id_, "type": TYPE, "severity": 8, "resource": {"ecsClusterDetails": cluster}}
    return {**finding, **more}


def vulnerability(id_: str, repository: str, name: str = "CVE-2026-1111") -> dict[str, Any]:
    image = {"repositoryName": repository, "imageHash": f"sha256:{id_}"}
    return {
        "id": id_,
        "severity": "HIGH",
        "packageVulnerabilityDetails": {"vulnerabilityId": name},
        "resources": [
            {
                "type": "AWS_ECR_CONTAINER_IMAGE",
                "id": f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{repository}/sha256:{id_}",
                "details": {"awsEcrContainerImage": image},
            }
        ],
    }


def arrive(server: Server, tool: str, *findings: Any) -> None:
    body = {"account": ACCOUNT, "region": REGION, "tool": tool, "findings": list(findings)}
    server.administer("arrivals", method="POST", body=body)


def in_hub(client: Callable[[str], Any], *ids: str) -> dict[str, str]:
    """Return the workflow status of findings by the last part of their id."""
    pages = client("securityhub").get_paginator("get_findings").paginate()
    found = [each for page in pages for each in page["Findings"]]
    by_id = {each["Id"].rpartition("/")[2]: each["Workflow"]["Status"] for each in found}
    return {each: by_id[each] for each in ids if each in by_id}


def rule(client: Callable[[str], Any], name: str, **criteria: Any) -> dict[str, Any]:
    """Make a rule that suppresses, and return what is needed to make it."""
    note = {"Text": "a known tool; security lead; until 2026-12-31", "UpdatedBy": "pay"}
    update = {"Workflow": {"Status": "SUPPRESSED"}, "Note": note}
    asked = {
        "RuleName": name,
        "RuleOrder": 10,
        "Description": "a rule",
        "Criteria": criteria,
        "Actions": [{"Type": "FINDING_FIELDS_UPDATE", "FindingFieldsUpdate": update}],
    }
    client("securityhub").create_automation_rule(**asked)
    return asked


def of_stack(*names: str) -> list[dict[str, str]]:
    return [{"Key": "Stack", "Value": each, "Comparison": "EQUALS"} for each in names]


def test_a_hub_rule_suppresses_its_service_until_its_end(
    client: Callable[[str], Any],
    server: Server,
    detector: str,
    unique: str,
    clock: Callable[[datetime], Any],
) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    arrive(server, "guardduty", runtime(f"{unique}-before", unique))
    rule(
        client,
        unique,
        ResourceTags=of_stack(f"test-12-{unique}-fargate"),
        UpdatedAt=[{"End": tomorrow.isoformat()}],
    )
    arrive(
        server, "guardduty", runtime(f"{unique}-own", unique), runtime(f"{unique}-other", "ledger")
    )
    clock(tomorrow + timedelta(minutes=1))
    arrive(server, "guardduty", runtime(f"{unique}-late", unique))
    ids = [f"{unique}-{each}" for each in ("before", "own", "other", "late")]
    assert list(in_hub(client, *ids).values()) == ["NEW", "SUPPRESSED", "NEW", "NEW"]


def test_tags_of_a_rule_are_joined_by_or(
    client: Callable[[str], Any], server: Server, detector: str, unique: str
) -> None:
    rule(client, unique, ResourceTags=of_stack(f"test-12-{unique}-fargate", "no-such-stack"))
    arrive(server, "guardduty", runtime(unique, unique))
    assert in_hub(client, unique) == {unique: "SUPPRESSED"}


def test_a_person_reopens_a_suppressed_finding(
    client: Callable[[str], Any], server: Server, detector: str, unique: str
) -> None:
    rule(client, unique, ResourceTags=of_stack(f"test-12-{unique}-fargate"))
    arrive(server, "guardduty", runtime(unique, unique))
    hub = client("securityhub")
    suppressed = [{"Value": "SUPPRESSED", "Comparison": "EQUALS"}]
    found = hub.get_findings(
        Filters={"WorkflowStatus": suppressed, "Id": [{"Value": "arn:", "Comparison": "PREFIX"}]}
    )["Findings"]
    (own,) = [each for each in found if each["Id"].endswith(unique)]
    assert own["Note"]["Text"].startswith("a known tool")
    answer = hub.batch_update_findings(
        FindingIdentifiers=[
            {"Id": own["Id"], "ProductArn": own["ProductArn"]},
            {"Id": "arn:none", "ProductArn": own["ProductArn"]},
        ],
        Workflow={"Status": "NEW"},
    )
    assert len(answer["ProcessedFindings"]) == len(answer["UnprocessedFindings"]) == 1
    assert in_hub(client, unique) == {unique: "NEW"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"RuleOrder": 1001}, "RuleOrder"),
        ({"Criteria": {}}, "at least one"),
        ({"Criteria": {"Id": [{"Value": "1", "Comparison": "EQUALS"}] * 21}}, "at most 20"),
    ],
)
def test_refuses_a_rule_that_aws_refuses(
    client: Callable[[str], Any], detector: str, unique: str, change: Any, message: str
) -> None:
    asked = rule(client, unique, Id=[{"Value": unique, "Comparison": "EQUALS"}])
    with pytest.raises(ClientError, match=message):
        client("securityhub").create_automation_rule(**{**asked, **change})


def test_guardduty_archives_until_the_date_of_the_filter(
    client: Callable[[str], Any],
    server: Server,
    detector: str,
    unique: str,
    clock: Callable[[datetime], Any],
) -> None:
    guardduty, tomorrow = client("guardduty"), datetime.now(UTC) + timedelta(days=1)
    criteria = {
        "type": {"Equals": [TYPE]},
        "resource.ecsClusterDetails.taskDetails.group": {"Equals": [f"service:{unique}"]},
        "updatedAt": {"LessThan": int(tomorrow.timestamp() * 1000)},
    }
    made = {"DetectorId": detector, "Name": unique, "FindingCriteria": {"Criterion": criteria}}
    guardduty.create_filter(**made, Action="ARCHIVE", Tags={"Kind": "watching"})
    arn = f"arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/{detector}/filter/{unique}"
    assert guardduty.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"Kind": "watching"}
    kept = guardduty.get_filter(DetectorId=detector, FilterName=unique)
    assert kept["Tags"] == {"Kind": "watching"}
    assert unique in guardduty.list_filters(DetectorId=detector)["FilterNames"]
    with pytest.raises(ClientError, match="already exists"):
        guardduty.create_filter(**made)
    arrive(server, "guardduty", runtime(f"{unique}-own", unique), runtime(f"{unique}-other"))
    clock(tomorrow + timedelta(minutes=1))
    arrive(server, "guardduty", runtime(f"{unique}-late", unique))
    archived = {"service.archived": {"Equals": ["true"]}, "type": {"Equals": [TYPE]}}
    ids = guardduty.list_findings(DetectorId=detector, FindingCriteria={"Criterion": archived})
    assert [each for each in ids["FindingIds"] if unique in each] == [f"{unique}-own"]
    assert f"{unique}-own" not in in_hub(client, f"{unique}-own", f"{unique}-late")
    (finding,) = guardduty.get_findings(DetectorId=detector, FindingIds=[f"{unique}-own"])[
        "Findings"
    ]
    assert finding["Service"]["Archived"] is True


def test_inspector_suppresses_one_vulnerability_of_one_repository(
    client: Callable[[str], Any],
    server: Server,
    detector: str,
    unique: str,
    clock: Callable[[datetime], Any],
) -> None:
    inspector, tomorrow = client("inspector2"), datetime.now(UTC) + timedelta(days=1)
    criteria = {
        "vulnerabilityId": [{"comparison": "EQUALS", "value": "CVE-2026-1111"}],
        "ecrImageRepositoryName": [{"comparison": "EQUALS", "value": unique}],
        "updatedAt": [{"endInclusive": tomorrow}],
    }
    arn = inspector.create_filter(action="SUPPRESS", name=unique, filterCriteria=criteria)["arn"]
    inspector.update_filter(filterArn=arn, reason="not reachable")
    (kept,) = inspector.list_filters(arns=[arn])["filters"]
    assert kept["reason"] == "not reachable"
    arrive(
        server,
        "inspector",
        vulnerability(f"{unique}1", unique),
        vulnerability(f"{unique}2", unique, "CVE-2026-2222"),
        vulnerability(f"{unique}3", f"{unique}-other"),
    )
    clock(tomorrow + timedelta(minutes=1))
    arrive(server, "inspector", vulnerability(f"{unique}4", unique))
    pages = inspector.get_paginator("list_findings").paginate(
        filterCriteria={"findingStatus": [{"comparison": "EQUALS", "value": "SUPPRESSED"}]}
    )
    found = [each["findingArn"].rpartition("/")[2] for page in pages for each in page["findings"]]
    assert [each for each in found if unique in each] == [f"{unique}1"]
    with pytest.raises(ClientError, match="Conflict"):
        inspector.create_filter(action="NONE", name=unique, filterCriteria=criteria)
