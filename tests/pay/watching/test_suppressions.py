"""Suppressions in AWS: exactly one finding each, until a day, and countable where it can be."""

from datetime import date
from typing import Any

import pytest

from pay.model.watching.suppressions import Suppression
from pay.watching.suppressions import suppressions
from tests.support.suppressions import suppression
from tests.support.synthesised import Synthesised, rendered

ENDS = date(2026, 12, 24)
DIGEST = f"sha256:{'0' * 64}"
IN_HUB = suppression(expires=ENDS)
CONTROL = suppression(
    tool="security-hub", finding="ECS.5", side="fargate", severity="medium", expires=ENDS
)
OF_IMAGE = suppression(tool="inspector", finding="CVE-2026-12345", image=DIGEST, expires=ENDS)
OF_EVERY_IMAGE = suppression(
    tool="inspector", finding="CVE-2026-54321", severity="low", expires=ENDS
)
NOISY = suppression(
    finding="Discovery:Runtime/SuspiciousCommand",
    volume=True,
    severity="medium",
    reason="The tests' shell, which lists files; seen > 100 times a day.",
    expires=ENDS,
)


@pytest.fixture(scope="module")
def stack() -> Synthesised:
    entries = (IN_HUB, CONTROL, OF_IMAGE, OF_EVERY_IMAGE, NOISY)
    return rendered(lambda stack: suppressions(stack, entries, detector_id="detector"))


def one(stack: Synthesised, type: str, entry: Suppression) -> dict[str, Any]:
    """Return what was made of an entry, by the name that both have."""
    found = stack.document["resource"][type].values()
    key = "rule_name" if type == "aws_securityhub_automation_rule" else "name"
    [only] = (each for each in found if each[key] == entry.name)
    return dict(only)


RULE, FILTER = "aws_securityhub_automation_rule", "aws_inspector2_filter"
ARCHIVE = "aws_guardduty_filter"


def test_each_entry_has_one_place_and_only_noise_is_archived(stack: Synthesised) -> None:
    assert {type: len(each) for type, each in stack.document["resource"].items()} == {
        RULE: 2,
        FILTER: 2,
        ARCHIVE: 1,
    }
    assert one(stack, ARCHIVE, NOISY)["action"] == "ARCHIVE"
    assert one(stack, FILTER, OF_IMAGE)["action"] == "SUPPRESS"


@pytest.mark.parametrize(
    ("entry", "sides"), [(IN_HUB, ("ec2", "fargate")), (CONTROL, ("fargate",))]
)
def test_a_rule_of_the_hub_matches_one_finding_on_the_sides_until_its_end(
    stack: Synthesised, entry: Suppression, sides: tuple[str, ...]
) -> None:
    [criteria] = one(stack, RULE, entry)["criteria"]
    assert criteria["product_name"] == [{"comparison": "EQUALS", "value": entry.product}]
    assert criteria["resource_tags"] == [
        {"comparison": "EQUALS", "key": "Stack", "value": f"sandbox-connector-{side}"}
        for side in sides
    ]
    [updated] = criteria["updated_at"]
    assert updated == {"start": "2020-01-01T00:00:00Z", "end": "2026-12-24T23:59:59Z"}


def test_a_rule_names_the_type_of_guardduty_or_the_control_and_never_neither(
    stack: Synthesised,
) -> None:
    [of_type], [of_control] = (one(stack, RULE, each)["criteria"] for each in (IN_HUB, CONTROL))
    assert "compliance_security_control_id" not in of_type
    values = {each["value"] for each in of_type["type"]}
    assert "TTPs/Execution/Execution:Runtime-NewBinaryExecuted" in values
    assert {each["comparison"] for each in of_type["type"]} == {"EQUALS"}
    assert "type" not in of_control
    control = {"comparison": "EQUALS", "value": "ECS.5"}
    assert of_control["compliance_security_control_id"] == [control]


def test_no_severity_above_the_accepted_one_is_covered(stack: Synthesised) -> None:
    def labels(criteria: dict[str, Any], key: str) -> list[str]:
        return [each["value"] for each in criteria[key]]

    [high], [medium] = (one(stack, RULE, each)["criteria"] for each in (IN_HUB, CONTROL))
    [low] = one(stack, FILTER, OF_EVERY_IMAGE)["filter_criteria"]
    assert labels(high, "severity_label") == ["INFORMATIONAL", "LOW", "MEDIUM", "HIGH"]
    assert labels(medium, "severity_label") == ["INFORMATIONAL", "LOW", "MEDIUM"]
    assert labels(low, "severity") == ["INFORMATIONAL", "LOW"]
    criteria = criteria_of_guardduty(stack)
    assert criteria["severity"]["less_than"] == "7"


def test_a_suppressed_finding_stays_in_the_hub_with_its_reason(stack: Synthesised) -> None:
    rule = one(stack, RULE, IN_HUB)
    [action] = rule["actions"]
    assert action["type"] == "FINDING_FIELDS_UPDATE"
    [update] = action["finding_fields_update"]
    assert update["workflow"] == [{"status": "SUPPRESSED"}]
    assert update["note"] == [{"text": IN_HUB.note, "updated_by": IN_HUB.author}]
    assert update.keys() == {"workflow", "note"}
    assert rule["description"] == IN_HUB.note


@pytest.mark.parametrize("entry", [OF_IMAGE, OF_EVERY_IMAGE])
def test_a_filter_of_inspector_names_one_vulnerability_in_one_repository(
    stack: Synthesised, entry: Suppression
) -> None:
    found = one(stack, FILTER, entry)
    [criteria] = found["filter_criteria"]
    equal = {"comparison": "EQUALS"}
    assert criteria["vulnerability_id"] == [{**equal, "value": entry.finding}]
    repository = [{**equal, "value": "govukpay/connector"}]
    assert criteria["ecr_image_repository_name"] == repository
    image = [{**equal, "value": DIGEST}] if entry is OF_IMAGE else None
    assert criteria.get("ecr_image_hash") == image
    assert criteria["updated_at"] == [{"end_inclusive": "2026-12-24T23:59:59Z"}]
    assert found["reason"] == entry.note


def criteria_of_guardduty(stack: Synthesised) -> dict[str, Any]:
    listed = one(stack, ARCHIVE, NOISY)["finding_criteria"]["criterion"]
    assert len({each["field"] for each in listed}) == len(listed)
    return {each["field"]: each for each in listed}


def test_noise_is_archived_of_one_service_only_and_until_the_day_after(
    stack: Synthesised,
) -> None:
    criteria = criteria_of_guardduty(stack)
    cluster = "resource.ecsClusterDetails"
    assert criteria["type"]["equals"] == [NOISY.finding]
    assert criteria[f"{cluster}.name"]["equals"] == ["sandbox-ec2", "sandbox-fargate"]
    assert criteria[f"{cluster}.taskDetails.group"]["equals"] == ["service:connector"]
    assert criteria["updatedAt"]["less_than"] == "2026-12-25T00:00:00Z"
    assert one(stack, ARCHIVE, NOISY)["detector_id"] == "detector"


def test_a_description_has_no_character_that_guardduty_refuses(stack: Synthesised) -> None:
    description = one(stack, ARCHIVE, NOISY)["description"]
    assert not set(description) & set("'>;,")
    assert "shell" in description


def test_an_address_follows_what_is_suppressed_and_no_reason_or_end() -> None:
    later = suppression(expires=date(2027, 1, 31), reason="Another reason, long enough for all.")
    other = suppression(expires=ENDS, side="ec2")
    addresses = [
        rendered(lambda stack, each=each: suppressions(stack, [each], detector_id="d")).addresses  # type: ignore[misc]
        for each in (IN_HUB, later, other)
    ]
    assert addresses[0] == addresses[1] != addresses[2]
