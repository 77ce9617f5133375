"""Filters of GuardDuty that archive findings."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.server.process import Server
from tests.sandbox.aws.arriving_findings import ACCOUNT, REGION, TYPE, arrive, in_hub, runtime

pytestmark = pytest.mark.slow


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


def test_guardduty_makes_samples_of_named_types_only(
    client: Callable[[str], Any], detector: str, unique: str
) -> None:
    guardduty = client("guardduty")
    kind = f"Execution:Runtime/{unique}"
    guardduty.create_sample_findings(DetectorId=detector, FindingTypes=[kind])
    criteria = {"Criterion": {"type": {"Equals": [kind]}}}
    ids = guardduty.list_findings(DetectorId=detector, FindingCriteria=criteria)["FindingIds"]
    (sample,) = guardduty.get_findings(DetectorId=detector, FindingIds=ids)["Findings"]
    assert (sample["Title"], sample["Severity"]) == (f"[SAMPLE] {kind}", 5)
    with pytest.raises(ClientError, match=r"samples only of the types in findingTypes\.$"):
        guardduty.create_sample_findings(DetectorId=detector)
