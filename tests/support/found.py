"""Findings as boto3 has them, each checked against botocore's model, and tools that answer them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import botocore.session
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

ACCOUNT, REGION = "333333333333", "eu-west-1"
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
DETECTOR = f"arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/d1"
RUNTIME = "Execution:Runtime/NewBinaryExecuted"
IMAGE = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/govukpay/connector/sha256:{'a' * 64}"
VULNERABILITY = f"arn:aws:inspector2:{REGION}:{ACCOUNT}:finding/{'b' * 32}"

Document = Mapping[str, Any]


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def checked(service: str, shape: str, document: Document) -> Document:
    """Return the document. Raises AssertionError when it is not of the shape."""
    report = ParamValidator().validate(document, _model(service).shape_for(shape))
    assert not report.has_errors(), report.generate_report()
    return document


def text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def runtime(
    id_: str = "1",
    *,
    group: str = "service:connector",
    cluster: str = "test-12-fargate",
    launch_type: str = "FARGATE",
    severity: float = 8.0,
    first: datetime = NOW - timedelta(hours=1),
    last: datetime = NOW - timedelta(minutes=5),
    archived: bool = False,
) -> Document:
    """Return GuardDuty's finding of a program that is not in its image."""
    task = {"Group": group, "LaunchType": launch_type}
    return checked(
        "guardduty",
        "Finding",
        {
            "AccountId": ACCOUNT,
            "Arn": f"{DETECTOR}/finding/{id_}",
            "CreatedAt": text(first),
            "Id": id_,
            "Region": REGION,
            "Resource": {
                "ResourceType": "ECSCluster",
                "EcsClusterDetails": {"Name": cluster, "TaskDetails": task},
            },
            "SchemaVersion": "2.0",
            "Service": {
                "Archived": archived,
                "Count": 3,
                "EventFirstSeen": text(first),
                "EventLastSeen": text(last),
            },
            "Severity": severity,
            "Title": "A new binary was executed",
            "Type": RUNTIME,
            "UpdatedAt": text(last),
        },
    )


def in_hub(
    product: str = "guardduty",
    id_: str = f"{DETECTOR}/finding/1",
    *,
    resource: Document | None = None,
    workflow: str = "NEW",
    note: str | None = None,
    first: datetime = NOW - timedelta(hours=1),
    **more: Any,
) -> Document:
    """Return a finding in the format of Security Hub."""
    task = {
        "Type": "AwsEcsTask",
        "Id": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/test-12-fargate/1",
        "Details": {
            "AwsEcsTask": {
                "ClusterArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/test-12-fargate",
                "Group": "service:connector",
            }
        },
    }
    noted = {"Note": {"Text": note, "UpdatedBy": "pay", "UpdatedAt": text(NOW)}} if note else {}
    return checked(
        "securityhub",
        "AwsSecurityFinding",
        {
            "SchemaVersion": "2018-10-08",
            "Id": id_,
            "ProductArn": f"arn:aws:securityhub:{REGION}::product/aws/{product}",
            "GeneratorId": "generator",
            "AwsAccountId": ACCOUNT,
            "Types": ["TTPs/Execution/Execution:Runtime-NewBinaryExecuted"],
            "CreatedAt": text(first),
            "UpdatedAt": text(NOW),
            "Severity": {"Label": "HIGH"},
            "Title": "A new binary was executed",
            "Description": "A new binary was executed",
            "Resources": [resource or task],
            "Workflow": {"Status": workflow},
            "RecordState": "ACTIVE",
            **noted,
            **more,
        },
    )


def vulnerability(
    arn: str = VULNERABILITY, *, published: datetime = NOW - timedelta(days=3), **more: Any
) -> Document:
    """Return Inspector's finding in connector's image."""
    return checked(
        "inspector2",
        "Finding",
        {
            "findingArn": arn,
            "awsAccountId": ACCOUNT,
            "type": "PACKAGE_VULNERABILITY",
            "description": "an overflow",
            "title": "CVE-2026-1 - openssl",
            "remediation": {},
            "severity": "HIGH",
            "firstObservedAt": NOW - timedelta(days=2),
            "lastObservedAt": NOW - timedelta(hours=1),
            "status": "ACTIVE",
            "fixAvailable": "YES",
            "packageVulnerabilityDetails": {
                "vulnerabilityId": "CVE-2026-1",
                "source": "NVD",
                "vendorCreatedAt": published,
            },
            "resources": [
                {
                    "type": "AWS_ECR_CONTAINER_IMAGE",
                    "id": IMAGE,
                    "details": {
                        "awsEcrContainerImage": {
                            "repositoryName": "govukpay/connector",
                            "imageHash": f"sha256:{'a' * 64}",
                            "registry": ACCOUNT,
                        }
                    },
                }
            ],
            **more,
        },
    )


def cluster(name: str = "test-12-fargate", group: str = "service:connector") -> Document:
    """Return where an image runs, as GetClustersForImage has it."""
    metadata = {"detailsGroup": group, "taskDefinitionArn": "arn:aws:ecs:task-definition/x:1"}
    return checked(
        "inspector2",
        "ClusterInformation",
        {
            "clusterArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{name}",
            "clusterDetails": [
                {
                    "lastInUse": NOW,
                    "runningUnitCount": 2,
                    "clusterMetadata": {"awsEcsMetadataDetails": metadata},
                }
            ],
        },
    )


@dataclass
class Tools:
    """The tools of an account: what each operation answers, or refuses with an error's code."""

    guardduty: Sequence[Document] = ()
    hub: Sequence[Document] = ()
    inspector: Sequence[Document] = ()
    clusters: Sequence[Document] = ()
    refuses: Mapping[str, str] = field(default_factory=dict)
    """Operation -> the code of the error."""
    has_detector: bool = True

    def __call__(self, _: str) -> "Tools":
        return self

    def get_paginator(self, operation: str) -> "_Pages":
        return _Pages(self, operation)

    def get_findings(self, **_: Any) -> Document:
        self.refuse("get_findings")
        return {"Findings": list(self.guardduty)}

    def describe_services(self, **_: Any) -> Document:
        return {"services": []}

    def describe_task_definition(self, **_: Any) -> Document:
        raise ClientError({"Error": {"Code": "ClientException"}}, "DescribeTaskDefinition")

    def refuse(self, operation: str) -> None:
        """Raises botocore's ClientError where the operation is refused."""
        if code := self.refuses.get(operation):
            name = "".join(map(str.title, operation.split("_")))
            raise ClientError({"Error": {"Code": code, "Message": "not for this role"}}, name)


@dataclass
class _Pages:
    tools: Tools
    operation: str

    def paginate(self, **_: Any) -> Iterator[Document]:
        self.tools.refuse(self.operation)
        detectors = ["d1"] if self.tools.has_detector else []
        yield {
            "list_detectors": {"DetectorIds": detectors},
            "list_findings": {
                "FindingIds": [each["Id"] for each in self.tools.guardduty],
                "findings": list(self.tools.inspector),
            },
            "get_findings": {"Findings": list(self.tools.hub)},
            "get_clusters_for_image": {"cluster": list(self.tools.clusters)},
            "describe_images": {"imageDetails": []},
        }[self.operation]
