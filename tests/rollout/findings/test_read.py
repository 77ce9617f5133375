"""What each tool finds, in the catalogue's words, each finding once."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from pay.model import Side
from pay.model.watching.accounts import Road
from pay.watching.ways import INSPECTOR_STATUS
from rollout.findings.deadlines import deadline
from rollout.findings.finding import FindingPlace, FindingSeverity, FindingState, Tool
from rollout.findings.read import LEFT_OUT, Answers
from rollout.findings.report import as_data
from tests.support.found import (
    IMAGE,
    NOW,
    VULNERABILITY,
    cluster,
    in_hub,
    runtime,
    vulnerability,
)

Ask = Callable[..., Answers]

CONNECTOR = (FindingPlace("connector", Side.FARGATE),)
CONTROL = {
    "Type": "AwsEcsTaskDefinition",
    "Id": "arn:aws:ecs:eu-west-1:333333333333:task-definition/test-12_ledger:7",
}


def test_tells_guardduty_in_the_words_of_the_catalogue(ask: Ask) -> None:
    (found,) = ask(guardduty=[runtime()]).findings
    assert (found.tool, found.places, found.severity) == (
        Tool.GUARDDUTY,
        CONNECTOR,
        FindingSeverity.HIGH,
    )
    assert (found.state, found.count, found.where) == (FindingState.OPEN, 3, "connector on fargate")
    assert found.first_seen == NOW - timedelta(hours=1)


@pytest.mark.parametrize(
    ("number", "severity"),
    [
        (0.5, "informational"),
        (3.9, "low"),
        (4, "medium"),
        (6.9, "medium"),
        (7, "high"),
        (9, "critical"),
    ],
)
def test_ranks_as_guardduty_does(ask: Ask, number: float, severity: str) -> None:
    (found,) = ask(guardduty=[runtime(severity=number)]).findings
    assert found.severity == severity


def test_leaves_out_another_environment_of_the_account(ask: Ask) -> None:
    elsewhere = runtime("2", cluster="test-perf-1-fargate")
    assert ask(guardduty=[elsewhere]).findings == ()


def test_keeps_what_the_catalogue_does_not_have(ask: Ask) -> None:
    stranger, whole = runtime("1", group="service:stranger"), runtime("2", group="family:job")
    found = {each.key: each.where for each in ask(guardduty=[stranger, whole]).findings}
    assert found == {
        "1": "stranger (not in the catalogue) on fargate",
        "2": "job (not in the catalogue) on fargate",
    }


def test_names_the_resource_of_a_finding_without_a_place(ask: Ask) -> None:
    document = {**runtime(), "Resource": {"ResourceType": "AccessKey"}}
    (found,) = ask(guardduty=[document]).findings
    assert found.where == "AccessKey (not in the catalogue)"


def test_knows_tasks_that_are_no_services(ask: Ask) -> None:
    migration = runtime(group="family:test-12_connector-migration", cluster="test-12-fargate")
    (found,) = ask(guardduty=[migration]).findings
    assert found.services == ("connector",)


def test_says_where_an_image_runs(ask: Ask) -> None:
    (found,) = ask(inspector=[vulnerability()], clusters=[cluster()]).findings
    assert (found.tool, found.places, found.kind) == (Tool.INSPECTOR, CONNECTOR, "CVE-2026-1")
    assert deadline(found) == date(2026, 12, 23)


def test_an_image_that_does_not_run_has_no_deadline(ask: Ask) -> None:
    (found,) = ask(inspector=[vulnerability()]).findings
    assert (found.services, found.runs, deadline(found)) == (("connector",), False, None)


def test_an_image_of_which_nobody_knows_where_it_runs_keeps_its_deadline(ask: Ask) -> None:
    refuses = {"get_clusters_for_image": "AccessDeniedException"}
    answers = ask(inspector=[vulnerability()], refuses=refuses)
    (found,), (unread,) = answers.findings, answers.unread
    assert deadline(found) == date(2026, 12, 23)
    assert "not ours to see" in unread.reason
    assert "GetClustersForImage" in unread.reason


def test_an_image_that_runs_elsewhere_only_is_left_out(ask: Ask) -> None:
    elsewhere = [cluster("test-perf-1-fargate")]
    assert ask(inspector=[vulnerability()], clusters=elsewhere).findings == ()


@pytest.mark.parametrize(
    ("status", "state"),
    [("ACTIVE", "open"), ("SUPPRESSED", "suppressed"), ("CLOSED", "resolved")],
)
def test_knows_the_states_of_inspector(ask: Ask, status: str, state: str) -> None:
    (found,) = ask(inspector=[vulnerability(status=status)]).findings
    assert found.state == state


def test_the_hub_tells_what_every_tool_found_once(ask: Ask) -> None:
    image = {"Type": "AwsEcrContainerImage", "Id": IMAGE}
    image["Details"] = {"AwsEcrContainerImage": {"RepositoryName": "govukpay/connector"}}  # type: ignore[assignment]
    weak = in_hub(
        "inspector", VULNERABILITY, resource=image, Vulnerabilities=[{"Id": "CVE-2026-1"}]
    )
    control = in_hub("securityhub", "control/1", resource=CONTROL, Compliance={"Status": "FAILED"})
    answers = ask(
        Road.HUB, hub=[in_hub(), weak, control], guardduty=[runtime()], inspector=[vulnerability()]
    )
    found = {each.tool: each for each in answers.findings}
    assert len(answers.findings) == len(found) == 3
    assert found[Tool.GUARDDUTY].key == "1"  # as the direct road has it
    assert found[Tool.GUARDDUTY].places == CONNECTOR
    assert found[Tool.INSPECTOR].kind == "CVE-2026-1"
    assert found[Tool.SECURITY_HUB].places == (FindingPlace("ledger", Side.EC2),)


def test_a_suppressed_finding_of_the_hub_says_why(ask: Ask) -> None:
    noted = in_hub(workflow="SUPPRESSED", note="A deploy tool. Owner: security lead.")
    (found,) = ask(Road.HUB, hub=[noted]).findings
    assert found.state is FindingState.SUPPRESSED
    assert found.because == "A deploy tool. Owner: security lead."


def test_what_inspector_suppresses_is_suppressed_although_the_hub_has_it_as_new(ask: Ask) -> None:
    fields = {INSPECTOR_STATUS: "SUPPRESSED"}
    (found,) = ask(
        Road.HUB, hub=[in_hub("inspector", VULNERABILITY, ProductFields=fields)]
    ).findings
    assert found.state is FindingState.SUPPRESSED
    assert found.because == "suppressed by a filter of Inspector"


@pytest.mark.parametrize(("road", "says"), [(Road.DIRECT, [LEFT_OUT]), (Road.HUB, [])])
def test_what_a_road_does_not_ask_about_is_named(ask: Ask, road: Road, says: list[str]) -> None:
    answers = ask(road)
    assert as_data("test-12", (), answers.unread, answers.left_out)["left_out"] == says


@pytest.mark.parametrize(
    "more",
    [{"RecordState": "ARCHIVED"}, {"Compliance": {"Status": "PASSED"}}, {"workflow": "RESOLVED"}],
    ids=str,
)
def test_what_is_over_in_the_hub_is_resolved(ask: Ask, more: Any) -> None:
    (found,) = ask(Road.HUB, hub=[in_hub(**more)]).findings
    assert found.state is FindingState.RESOLVED


def test_a_resource_with_our_tags_has_a_place(ask: Ask) -> None:
    bucket = {"Type": "AwsS3Bucket", "Id": "b", "Tags": {"Service": "ledger", "Side": "ec2"}}
    (found,) = ask(Road.HUB, hub=[in_hub("macie", "m", resource=bucket)]).findings
    assert found.places == (FindingPlace("ledger", Side.EC2),)
    other = {**bucket, "Tags": {"Environment": "test-perf-1"}}
    assert ask(Road.HUB, hub=[in_hub("macie", "m", resource=other)]).findings == ()


@pytest.mark.parametrize(
    ("road", "operation", "tool"),
    [
        (Road.DIRECT, "list_detectors", Tool.GUARDDUTY),
        (Road.DIRECT, "list_findings", Tool.GUARDDUTY),
        (Road.DIRECT, "list_findings", Tool.INSPECTOR),
        (Road.HUB, "get_findings", Tool.SECURITY_HUB),
        (Road.HUB, "describe_images", Tool.ECR),
    ],
)
def test_what_is_denied_is_not_ours_to_see(
    ask: Ask, road: Road, operation: str, tool: Tool
) -> None:
    answers = ask(road, refuses={operation: "AccessDeniedException"})
    said = [each for each in answers.unread if each.tool is tool]
    assert [each.reason.partition(":")[0] for each in said] == ["not ours to see"]


def test_a_tool_that_is_off_is_named(ask: Ask) -> None:
    (unread,) = ask(has_detector=False).unread
    assert (unread.tool, unread.reason) == (Tool.GUARDDUTY, "no detector: GuardDuty is off here")
    (unread,) = ask(Road.HUB, refuses={"get_findings": "InvalidAccessException"}).unread
    assert "not ours" not in unread.reason


@pytest.mark.parametrize(
    ("tool", "spoil", "says"),
    [
        ("guardduty", {"Severity": None}, "it has no Severity"),
        ("guardduty", {"Resource": "a text"}, "another form"),
        (
            "guardduty",
            {"Service": {"EventFirstSeen": "soon", "EventLastSeen": "late"}},
            "not a time",
        ),
        ("hub", {"Severity": {"Label": "SEVERE"}}, "its severity is 'SEVERE'"),
        ("hub", {"Workflow": {"Status": "LATER"}}, "its Workflow.Status is 'LATER'"),
        ("hub", {"Resources": []}, "another form"),
        ("inspector", {"status": "ASLEEP"}, "its status is 'ASLEEP'"),
        ("inspector", {"resources": None}, "it has no resources"),
    ],
)
def test_an_unknown_format_is_one_message_and_hides_nothing_else(
    ask: Ask, tool: str, spoil: dict[str, Any], says: str
) -> None:
    good, bad = {
        "guardduty": (runtime("1"), runtime("2")),
        "hub": (in_hub(), in_hub(id_=f"{IMAGE}/2")),
        "inspector": (vulnerability(), vulnerability(f"{VULNERABILITY}2")),
    }[tool]
    road = Road.HUB if tool == "hub" else Road.DIRECT
    answers = ask(road, **{tool: [{**bad, **spoil}, good]})
    assert len(answers.findings) == 1
    (unread,) = answers.unread
    assert "has an unknown format" in unread.reason
    assert says in unread.reason
