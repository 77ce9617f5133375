"""Findings as the tools of AWS have them when they arrive, about services of the sandbox."""

from collections.abc import Mapping
from typing import Any

from tests.support.finding_events import ACCOUNT, REGION, SINCE

BINARY, NOISY = "Execution:Runtime/NewBinaryExecuted", "Discovery:Runtime/SuspiciousCommand"
VULNERABILITY, CONTROL = "CVE-2026-12345", "ECS.5"


def runs(id_: str, service: str, type_: str = BINARY, side: str = "fargate") -> dict[str, Any]:
    """Return GuardDuty's HIGH finding of what ran in a task (GetFindings)."""
    task = {
        "arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/sandbox-{side}/{id_}",
        "group": f"service:{service}",
        "launchType": side.upper(),
        "tags": [
            {"key": "Stack", "value": f"sandbox-{service}-{side}"},
            {"key": "Service", "value": service},
            {"key": "Side", "value": side},
        ],
    }
    cluster = {
        "arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/sandbox-{side}",
        "name": f"sandbox-{side}",
        "taskDetails": task,
    }
    resource = {"resourceType": "ECSCluster", "ecsClusterDetails": cluster}
    return {"id": id_, "type": type_, "severity": 8, "title": id_, "resource": resource}


def scans(id_: str, repository: str) -> dict[str, Any]:
    """Return Inspector's HIGH finding in the images of a repository (ListFindings)."""
    image = {"repositoryName": repository, "imageHash": "sha256:1"}
    arn = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{repository}/sha256:1"
    resource = {"type": "AWS_ECR_CONTAINER_IMAGE", "id": arn}
    return {
        "id": id_,
        "title": id_,
        "severity": "HIGH",
        "packageVulnerabilityDetails": {"vulnerabilityId": VULNERABILITY},
        "resources": [{**resource, "details": {"awsEcrContainerImage": image}}],
    }


def fails(title: str, stack: str) -> Mapping[str, Any]:
    """Return Security Hub's HIGH finding of a control that fails (BatchImportFindings)."""
    return {
        "SchemaVersion": "2018-10-08",
        "Id": title,
        "ProductArn": f"arn:aws:securityhub:{REGION}::product/aws/securityhub",
        "ProductName": "Security Hub",
        "GeneratorId": f"security-control/{CONTROL}",
        "AwsAccountId": ACCOUNT,
        "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"],
        "CreatedAt": SINCE,
        "UpdatedAt": SINCE,
        "Severity": {"Label": "HIGH"},
        "Title": title,
        "Description": title,
        "Resources": [{"Type": "AwsEcsTaskDefinition", "Id": title, "Tags": {"Stack": stack}}],
        "Compliance": {"Status": "FAILED", "SecurityControlId": CONTROL},
    }
