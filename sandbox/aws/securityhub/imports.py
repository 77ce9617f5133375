"""Findings of GuardDuty and Inspector in the format of Security Hub, where they arrive if it is on.

Sources:
- Security Hub user guide, "AWS Security Finding Format".
- GuardDuty user guide, "Integrating with AWS Security Hub", for the types of findings.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def from_guardduty(finding: Mapping[str, Any]) -> dict[str, Any]:
    purpose = finding["type"].partition(":")[0]
    task = finding["resource"].get("ecsClusterDetails", {}).get("taskDetails", {})
    resource: dict[str, Any] = {"Type": "Other", "Id": finding["accountId"]}
    if task:
        details = {"Group": task["group"], "TaskDefinitionArn": task.get("definitionArn")}
        resource = {
            "Type": "AwsEcsTask",
            "Id": task["arn"],
            "Tags": {each["key"]: each["value"] for each in task.get("tags", ())},
            "Details": {"AwsEcsTask": details},
        }
    return {
        **_common(finding["accountId"], finding["region"], "GuardDuty"),
        "Id": finding["arn"],
        "GeneratorId": finding["arn"].partition("/finding/")[0],
        "Types": [f"TTPs/{purpose}/{finding['type'].replace('/', '-')}"],
        "CreatedAt": finding["createdAt"],
        "UpdatedAt": finding["updatedAt"],
        "Severity": {"Normalized": round(finding["severity"] * 10)},
        "Title": finding["title"],
        "Description": finding["description"],
        "ProductFields": {"aws/guardduty/service/count": str(finding["service"]["count"])},
        "Resources": [{**resource, "Partition": "aws", "Region": finding["region"]}],
    }


def from_inspector(finding: Mapping[str, Any], region: str) -> dict[str, Any]:
    vulnerability = finding["packageVulnerabilityDetails"]["vulnerabilityId"]
    return {
        **_common(finding["awsAccountId"], region, "Inspector"),
        "Id": finding["findingArn"],
        "GeneratorId": "AWSInspector",
        "Types": ["Software and Configuration Checks/Vulnerabilities/CVE"],
        "CreatedAt": _moment(finding["firstObservedAt"]),
        "UpdatedAt": _moment(finding["updatedAt"]),
        "Severity": {"Label": finding["severity"]},
        "Title": finding.get("title", vulnerability),
        "Description": finding.get("description", vulnerability),
        "ProductFields": {"aws/inspector/FindingStatus": finding["status"]},
        "Vulnerabilities": [{"Id": vulnerability}],
        "Resources": [
            {
                "Type": "AwsEcrContainerImage",
                "Id": each["id"],
                "Tags": each.get("tags", {}),
                "Partition": "aws",
                "Region": region,
            }
            for each in finding["resources"]
        ],
    }


def _common(account: str, region: str, product: str) -> dict[str, Any]:
    return {
        "SchemaVersion": "2018-10-08",
        "AwsAccountId": account,
        "Region": region,
        "CompanyName": "Amazon",
        "ProductName": product,
        "ProductArn": f"arn:aws:securityhub:{region}::product/aws/{product.lower()}",
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
