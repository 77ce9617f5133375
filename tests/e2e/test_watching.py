"""An account that is watched, by the real Terraform against the sandbox: findings reach the topics
of the platform in words, what is suppressed reaches nobody and is counted, and what reaches no
topic rings an alarm.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pay.model import Environment
from pay.model.watching.accounts import Road
from pay.model.watching.suppressions import FILE, Suppression, SuppressionTool, read_suppressions
from policies.engine.suppressions import problems
from rollout.guard.rule import Context
from rollout.guard.verdict import judge
from rollout.plans.read import read_plans
from rollout.suppressions.covered import CoveredFindings, covered
from rollout.suppressions.reopen import reopen
from rollout.suppressions.report import hints, mistakes
from sandbox.control import tick
from tests.support import aws_cli
from tests.support.arrivals import BINARY, CONTROL, NOISY, VULNERABILITY, fails, runs, scans
from tests.support.finding_events import Event, basic_scan, read_secret, runtime, vulnerability
from tests.support.suppressions import suppression
from tests.support.watched_stack import PAGE, TICKET, WATCHING, WEEKLY, Watched, watched_stack

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

LETTERS, ALARM = "sandbox-findings-dead-letter", "sandbox-findings"
TODAY = datetime.now(UTC).date()
LAST = TODAY + timedelta(days=30)


def entry(tool: SuppressionTool, finding: str, **more: Any) -> Suppression:
    return suppression(tool=tool, finding=finding, expires=LAST, **more)


NOISE = entry(SuppressionTool.GUARDDUTY, NOISY, volume=True)
IN_IMAGE = entry(SuppressionTool.INSPECTOR, VULNERABILITY)
RULE = entry(SuppressionTool.GUARDDUTY, BINARY, side="fargate")
FAILS = entry(SuppressionTool.SECURITY_HUB, CONTROL, side="fargate")
BY_HUB = (NOISE, IN_IMAGE, RULE, FAILS)


@pytest.fixture(scope="module")
def watched(
    tools: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Watched]:
    with watched_stack(tmp_path_factory.mktemp("watching"), tools, (NOISE, IN_IMAGE)) as started:
        yield started


def test_a_second_plan_is_empty(watched: Watched) -> None:
    assert watched.planned().counts == (0, 0, 0)


def refused(watched: Watched, environments: Mapping[str, Environment]) -> set[str]:
    """Return the rules of the guard that refuse a real plan of what is written."""
    folder, terraform = watched.folder / WATCHING, watched.terraform
    terraform.run(folder, "plan", "-input=false", "-out=plan.bin")
    path = folder / "plan.json"
    path.write_text(terraform.run(folder, "show", "-json", "plan.bin"))
    plans = read_plans([path], environments)
    return {each.rule for each in judge(Context(plans, environments)).refused}


def test_the_guard_reads_a_real_plan(
    watched: Watched, environments: Mapping[str, Environment]
) -> None:
    written = watched.folder / WATCHING / "cdk.tf"
    text = written.read_text()
    narrow = text.replace('numeric = [">=", 7]', 'numeric = [">=", 7.1]')
    assert narrow != text
    written.write_text(narrow)
    assert refused(watched, environments) == {"tells-findings-as-its-file-says"}
    written.write_text(text)
    assert refused(watched, environments) == set()


@pytest.mark.parametrize(
    ("event", "topic", "words"),
    [
        (runtime(8), PAGE, "service: service:connector; side: FARGATE; cluster: sandbox-fargate"),
        (runtime(7), PAGE, "pay findings close sandbox finding-1"),
        (runtime(5), TICKET, "Execution:Runtime/NewBinaryExecuted, severity 5"),
        (runtime(2), WEEKLY, "First: docs/tasks/answer-a-finding.md"),
        (vulnerability("HIGH"), PAGE, "CVE-2026-1234 - openssl (Inspector"),
        (basic_scan(MEDIUM=2), TICKET, "govukpay/docker-nginx-proxy"),
        (read_secret("sandbox/canary"), PAGE, "somebody read the secret sandbox/canary"),
    ],
)
def test_a_finding_reaches_the_topic_of_its_level_once(
    watched: Watched, event: Event, topic: str, words: str
) -> None:
    watched.tell(event)
    [(reached, text)] = watched.told()
    assert reached == topic
    assert words in text


def alarm_state(watched: Watched) -> str:
    cloudwatch = watched.sandbox.client("cloudwatch")
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
    return str(alarm["StateValue"])


def test_a_topic_that_refuses_eventbridge_rings_the_alarm_on_dead_letters(
    watched: Watched,
) -> None:
    sns = watched.sandbox.client("sns")
    arn = watched.sandbox.environment.arn("sns", TICKET)
    policy = sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]
    narrow = json.loads(policy)
    narrow["Statement"] = [each for each in narrow["Statement"] if each["Sid"] == "SendsAlarms"]
    set_policy = {"TopicArn": arn, "AttributeName": "Policy"}
    sns.set_topic_attributes(**set_policy, AttributeValue=json.dumps(narrow))
    watched.tell(runtime(5))
    assert watched.told() == []
    tick(watched.sandbox.server, 360)
    assert alarm_state(watched) == "ALARM"
    [(topic, rung)] = watched.told()
    assert topic == PAGE
    assert json.loads(rung)["AlarmName"] == ALARM
    [letter] = watched.messages(LETTERS)
    assert letter["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"
    assert json.loads(letter["Body"])["detail"]["id"] == "finding-1"

    sns.set_topic_attributes(**set_policy, AttributeValue=policy)
    watched.tell(runtime(5))
    assert [reached for reached, _ in watched.told()] == [TICKET]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"FindingPublishingFrequency": "SIX_HOURS"}, "repeats findings by SIX_HOURS"),
        (
            {"Features": [{"Name": "RUNTIME_MONITORING", "Status": "DISABLED"}]},
            "has no RUNTIME_MONITORING: tasks run unwatched",
        ),
        ({"Enable": False}, "is DISABLED"),
    ],
)
def test_a_detector_that_sees_less_fails_the_plan(
    watched: Watched, change: dict[str, Any], sentence: str
) -> None:
    guardduty = watched.sandbox.client("guardduty")
    [detector] = guardduty.list_detectors()["DetectorIds"]
    guardduty.update_detector(DetectorId=detector, **change)
    assert sentence in watched.planned().sentence
    guardduty.update_detector(
        DetectorId=detector,
        Enable=True,
        FindingPublishingFrequency="FIFTEEN_MINUTES",
        Features=[{"Name": "RUNTIME_MONITORING", "Status": "ENABLED"}],
    )


def test_a_sample_finding_arrives(watched: Watched, block: str) -> None:
    client = watched.sandbox.client
    [detector] = client("guardduty").list_detectors()["DetectorIds"]
    aws_cli.run_block(block, client, {"DETECTOR": detector})
    [(topic, text)] = watched.told()
    assert topic == TICKET
    assert "[SAMPLE] Execution:Runtime/NewBinaryExecuted" in text


def test_a_paging_service_has_to_confirm(watched: Watched, block: str) -> None:
    here = {"111111111111": watched.environment.account_id, "test-12": "sandbox"}
    [answer] = aws_cli.run_block(block, watched.sandbox.client, here)
    assert answer["SubscriptionArn"] == "pending confirmation"


def counted(watched: Watched) -> dict[str, list[str]]:
    """Return what `pay suppressions` counts: the name of a suppression, and the ids."""
    rows = watched.pay("suppressions", "sandbox")
    return {row["name"]: sorted(id.rpartition("/")[2] for id in row["findings"]) for row in rows}


def suppressed(watched: Watched) -> set[tuple[str, str]]:
    """Return the titles that `pay findings` shows as suppressed, with the role that did it."""
    rows = watched.pay("findings", "sandbox")["findings"]
    return {(row["title"], row["because"]) for row in rows if row["state"] == "suppressed"}


def test_what_the_file_suppresses_reaches_nobody_and_is_counted(watched: Watched) -> None:
    watched.arrive("guardduty", runs("noise", "connector", NOISY))
    watched.arrive("guardduty", runs("noise elsewhere", "ledger", NOISY))
    watched.arrive("guardduty", runs("other type", "connector"))
    watched.arrive("inspector", scans("in image", "govukpay/connector"))
    watched.arrive("inspector", scans("in other image", "govukpay/ledger"))
    assert watched.paged() == ["in other image", "noise elsewhere", "other type"]
    assert counted(watched) == {NOISE.name: ["noise"], IN_IMAGE.name: ["in image"]}
    assert suppressed(watched) == {("noise", NOISE.note), ("in image", IN_IMAGE.note)}


def test_the_guard_lets_a_road_change_with_what_it_suppresses(
    watched: Watched, environments: Mapping[str, Environment]
) -> None:
    watched.write(Road.HUB, BY_HUB)
    assert watched.planned().counts[0]
    assert refused(watched, {**environments, "sandbox": watched.environment}) == set()


@pytest.fixture(scope="module")
def on_hub(watched: Watched) -> Watched:
    """The same account after its road was changed."""
    watched.write(Road.HUB, BY_HUB)
    watched.apply(WATCHING)
    return watched


def test_a_second_plan_by_the_hub_is_empty(on_hub: Watched) -> None:
    assert on_hub.planned().counts == (0, 0, 0)


def test_the_hub_tells_a_finding_in_words(on_hub: Watched) -> None:
    on_hub.arrive("guardduty", runs("in words", "ledger"))
    [(topic, text)] = on_hub.told()
    assert topic == PAGE
    assert "service: ledger; side: fargate" in text
    assert "pay findings close sandbox arn:aws:guardduty:" in text


def test_only_what_the_file_suppresses_is_kept_from_people_by_the_hub(on_hub: Watched) -> None:
    on_hub.arrive(
        "guardduty",
        runs("own", "connector"),
        runs("other service", "ledger"),
        runs("other side", "connector", side="ec2"),
        runs("other type", "connector", "Execution:Runtime/NewLibraryLoaded"),
        runs("more noise", "connector", NOISY),
    )
    on_hub.arrive(
        "inspector",
        scans("in image again", "govukpay/connector"),
        scans("in another image", "govukpay/ledger"),
    )
    controls = [
        fails("control", "sandbox-connector-fargate"),
        fails("EC2", "sandbox-connector-ec2"),
    ]
    on_hub.sandbox.client("securityhub").batch_import_findings(Findings=controls)
    assert on_hub.paged() == [
        "EC2",
        "in another image",
        "other service",
        "other side",
        "other type",
    ]
    assert counted(on_hub) == {
        NOISE.name: ["more noise", "noise"],
        IN_IMAGE.name: ["in image", "in image again"],
        RULE.name: ["own"],
        FAILS.name: ["control"],
    }
    assert suppressed(on_hub) == {
        ("noise", NOISE.note),
        ("more noise", NOISE.note),
        ("in image", IN_IMAGE.note),
        ("in image again", IN_IMAGE.note),
        ("own", RULE.note),
        ("Security Hub: control", FAILS.note),
    }
    assert not list(hints(on(on_hub, TODAY).values()))


def on(watched: Watched, day: date) -> dict[str, CoveredFindings]:
    """Return what the suppressions cover on a day."""
    rows = covered(watched.environment, BY_HUB, watched.sandbox.client, day)
    return {row.name: row for row in rows}


def test_it_pages_after_its_end_without_a_deploy_and_what_it_covered_comes_back(
    on_hub: Watched,
) -> None:
    after = LAST + timedelta(days=1)
    on_hub.go_to(LAST)
    on_hub.arrive("guardduty", runs("on the last day", "connector"))
    on_hub.go_to(after)
    on_hub.arrive("guardduty", runs("late", "connector"), runs("late noise", "connector", NOISY))
    on_hub.arrive("inspector", scans("late image", "govukpay/connector"))
    assert on_hub.paged() == ["late", "late image", "late noise"]
    written = read_suppressions(on_hub.files / FILE)
    assert [len([*problems(written, day)]) for day in (LAST, after)] == [0, len(BY_HUB)]
    rows = on(on_hub, after)
    wrong = [finding.gate for finding in mistakes(rows.values())]
    assert wrong == ["expires", "reopen", "expires", "expires", "reopen", "expires", "reopen"]
    assert not rows[IN_IMAGE.name].to_reopen
    ended = sum(len(row.hits) for row in rows.values() if row.entry != IN_IMAGE)
    assert reopen(rows.values(), on_hub.sandbox.client) == ended
    assert on_hub.paged() == ["control", "on the last day", "own"]
    assert not any(row.to_reopen for row in on(on_hub, after).values())


def test_a_removed_suppression_leaves_what_it_covered(on_hub: Watched) -> None:
    on_hub.go_to(TODAY)
    on_hub.arrive("guardduty", runs("left", "connector"))
    assert on_hub.paged() == []
    (left,) = covered(on_hub.environment, (), on_hub.sandbox.client, TODAY)
    (finding,) = mistakes([left])
    assert (left.name, finding.gate) == (RULE.name, "reopen")
    (on_hub.files / FILE).write_text("")
    reopened = on_hub.run("suppressions", "sandbox", "--reopen")
    assert (reopened.exit_code, "1 findings reopened." in reopened.stdout) == (0, True)
    assert on_hub.paged() == ["left"]
