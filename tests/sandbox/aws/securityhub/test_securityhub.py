"""Rules of Security Hub that suppress findings, and findings that a person changes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.server.process import Server
from tests.sandbox.aws.arriving_findings import arrive, in_hub, runtime

pytestmark = pytest.mark.slow


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
