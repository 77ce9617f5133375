"""Events of findings, as EventBridge has them: documents that botocore's models accept, with the
names that the services use on the wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from botocore.validate import ParamValidator

ACCOUNT, REGION = "555555555555", "eu-west-1"
SINCE = "2026-11-26T14:02:00.000Z"
DIGEST = f"sha256:{'a' * 64}"
_TASK = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/sandbox-fargate/1"


@dataclass(frozen=True)
class Event:
    """An event of AWS, without its envelope."""

    source: str
    detail_type: str
    detail: Mapping[str, Any]

    def body(self) -> dict[str, Any]:
        """What the sandbox's door takes."""
        return {
            "account": ACCOUNT,
            "region": REGION,
            "source": self.source,
            "detail_type": self.detail_type,
            "detail": self.detail,
        }

    def envelope(self) -> dict[str, Any]:
        """What rules and templates see."""
        return {
            "id": "event-1",
            "account": ACCOUNT,
            "region": REGION,
            "source": self.source,
            "detail-type": self.detail_type,
            "detail": self.detail,
        }


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def _wire(service: str, shape: str, document: Mapping[str, Any]) -> Any:
    """The document with its names on the wire; it has to be of the shape."""
    wanted = _model(service).shape_for(shape)
    report = ParamValidator().validate(document, wanted)
    assert not report.has_errors(), report.generate_report()
    return _renamed(wanted, document)


def _renamed(shape: Any, value: Any) -> Any:
    if shape.type_name == "structure":
        return {
            shape.members[name].serialization.get("name", name): _renamed(
                shape.members[name], inner
            )
            for name, inner in value.items()
        }
    if shape.type_name == "list":
        return [_renamed(shape.member, each) for each in value]
    return value


def runtime(
    severity: float, *, account: str = ACCOUNT, id: str = "finding-1", service: str = "connector"
) -> Event:
    """GuardDuty's finding of a program that is not in the image of a service on Fargate."""
    tags = {"Service": service, "Side": "fargate", "Stack": f"sandbox-{service}-fargate"}
    task = {
        "Arn": _TASK,
        "Group": f"service:{service}",
        "LaunchType": "FARGATE",
        "DefinitionArn": _TASK,
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
    }
    document = {
        "AccountId": account,
        "Arn": f"arn:aws:guardduty:{REGION}:{account}:detector/d/finding/{id}",
        "CreatedAt": SINCE,
        "Id": id,
        "Region": REGION,
        "Resource": {
            "ResourceType": "ECSCluster",
            "EcsClusterDetails": {"Name": "sandbox-fargate", "TaskDetails": task},
        },
        "SchemaVersion": "2.0",
        "Service": {"Count": 3, "EventFirstSeen": SINCE, "Archived": False},
        "Severity": severity,
        "Title": "A program that is not in its image ran",
        "Type": "Execution:Runtime/NewBinaryExecuted",
        "UpdatedAt": SINCE,
    }
    return Event("aws.guardduty", "GuardDuty Finding", _wire("guardduty", "Finding", document))


def used_credentials(severity: float) -> Event:
    """GuardDuty's finding about a role, which no service has."""
    document = {
        "CreatedAt": SINCE,
        "UpdatedAt": SINCE,
        "AccountId": ACCOUNT,
        "Arn": f"arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/d/finding/2",
        "Id": "finding-2",
        "Region": REGION,
        "Resource": {"ResourceType": "AccessKey"},
        "SchemaVersion": "2.0",
        "Service": {"Count": 1, "EventFirstSeen": SINCE},
        "Severity": severity,
        "Title": "Credentials were used from elsewhere",
        "Type": "UnauthorizedAccess:IAMUser/ConsoleLogin",
    }
    return Event("aws.guardduty", "GuardDuty Finding", _wire("guardduty", "Finding", document))


def in_hub(
    label: str,
    *,
    workflow: str = "NEW",
    record: str = "ACTIVE",
    fields: Mapping[str, str] | None = None,
) -> Event:
    """The same program, as Security Hub CSPM imports it."""
    task = {
        "Type": "AwsEcsTask",
        "Id": _TASK,
        "Tags": {"Service": "connector", "Side": "fargate"},
    }
    document = {
        "SchemaVersion": "2018-10-08",
        "Id": f"arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/d/finding/finding-1",
        "ProductArn": f"arn:aws:securityhub:{REGION}::product/aws/guardduty",
        "ProductName": "GuardDuty",
        "GeneratorId": f"arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/d",
        "AwsAccountId": ACCOUNT,
        "Types": ["TTPs/Execution/Execution:Runtime-NewBinaryExecuted"],
        "FirstObservedAt": SINCE,
        "CreatedAt": SINCE,
        "UpdatedAt": SINCE,
        "Severity": {"Label": label},
        "Title": "A program that is not in its image ran",
        "Description": "A program that is not in its image ran",
        "Resources": [task],
        "Workflow": {"Status": workflow},
        "RecordState": record,
        **({"ProductFields": fields} if fields else {}),
    }
    finding = _wire("securityhub", "AwsSecurityFinding", document)
    return Event("aws.securityhub", "Security Hub Findings - Imported", {"findings": [finding]})


def vulnerability(severity: str, *, status: str = "ACTIVE") -> Event:
    """Inspector's finding in the image of connector."""
    image = {
        "repositoryName": "govukpay/connector",
        "imageHash": DIGEST,
        "imageTags": ["7-release"],
        "registry": ACCOUNT,
    }
    document = {
        "findingArn": f"arn:aws:inspector2:{REGION}:{ACCOUNT}:finding/1",
        "awsAccountId": ACCOUNT,
        "type": "PACKAGE_VULNERABILITY",
        "title": "CVE-2026-1234 - openssl",
        "description": "A vulnerability",
        "remediation": {"recommendation": {"text": "Upgrade"}},
        "packageVulnerabilityDetails": {"source": "NVD", "vulnerabilityId": "CVE-2026-1234"},
        "severity": severity,
        "status": status,
        "fixAvailable": "YES",
        "firstObservedAt": SINCE,
        "lastObservedAt": SINCE,
        "resources": [
            {
                "type": "AWS_ECR_CONTAINER_IMAGE",
                "id": f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/govukpay/connector/{DIGEST}",
                "details": {"awsEcrContainerImage": image},
            }
        ],
    }
    return Event("aws.inspector2", "Inspector2 Finding", _wire("inspector2", "Finding", document))


def basic_scan(**counts: int) -> Event:
    """ECR's event of a basic scan, which no model has: its counts have one."""
    detail = {
        "scan-status": "COMPLETE",
        "repository-name": "govukpay/docker-nginx-proxy",
        "image-digest": DIGEST,
        "image-tags": ["212-release"],
        "finding-severity-counts": _wire("ecr", "FindingSeverityCounts", counts),
    }
    return Event("aws.ecr", "ECR Image Scan", detail)


def unhealthy() -> Event:
    """GuardDuty's event of a cluster whose tasks run without its agent."""
    cluster = {
        "ClusterName": "sandbox-fargate",
        "FargateDetails": {"Issues": ["The agent could not be pulled"]},
    }
    detail = {
        "resourceAccountId": ACCOUNT,
        "currentStatus": "UNHEALTHY",
        "resourceDetails": {
            "resourceType": "ECS",
            "ecsClusterDetails": _wire("guardduty", "CoverageEcsClusterDetails", cluster),
        },
    }
    return Event("aws.guardduty", "GuardDuty Runtime Protection Unhealthy", detail)


def read_secret(secret: str, event_name: str = "GetSecretValue") -> Event:
    """CloudTrail's event of a call that reads a secret."""
    detail = {
        "eventID": "call-1",
        "eventName": event_name,
        "eventSource": "secretsmanager.amazonaws.com",
        "eventTime": SINCE,
        "readOnly": True,
        "requestParameters": {"secretId": secret},
        "sourceIPAddress": "192.0.2.7",
        "userIdentity": {"arn": f"arn:aws:iam::{ACCOUNT}:role/somebody"},
    }
    return Event("aws.secretsmanager", "AWS API Call via CloudTrail", detail)
