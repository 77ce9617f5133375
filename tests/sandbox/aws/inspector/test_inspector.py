"""Filters of Inspector that suppress findings."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.server.process import Server
from tests.sandbox.aws.arriving_findings import ACCOUNT, REGION, arrive

pytestmark = pytest.mark.slow


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
