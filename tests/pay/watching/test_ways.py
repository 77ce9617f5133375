"""What an account tells of each event: to which level, and in which words."""

from collections.abc import Mapping

import pytest

from pay.model import Environment
from pay.model.environment.account import Account, accounts
from pay.model.watching.accounts import Level, Road, Topics
from pay.watching.messages import Message
from pay.watching.ways import INSPECTOR_STATUS, Route, routes
from sandbox.aws.eventbridge import event_inputs, event_patterns
from tests.support.finding_events import (
    ACCOUNT,
    DIGEST,
    SINCE,
    Event,
    basic_scan,
    in_hub,
    read_secret,
    runtime,
    unhealthy,
    used_credentials,
    vulnerability,
)

RULE = f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/r"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:sandbox/canary"


def account(environments: Mapping[str, Environment], road: Road) -> Account:
    environment = environments["sandbox"]
    assert environment.watching
    watching = environment.watching.model_copy(update={"road": road})
    [here] = accounts([environment.model_copy(update={"watching": watching})])
    return here


def told(here: Account, event: Event) -> list[tuple[Route, str]]:
    """Each route that the event takes, and what a person reads."""
    envelope = event.envelope()
    return [
        (route, event_inputs.rendered(target(route.message), envelope, RULE))
        for route in routes(here)
        if event_patterns.matches(route.pattern, envelope)
    ]


def target(message: Message) -> dict[str, object]:
    transformer = {"InputPathsMap": message.paths, "InputTemplate": message.template}
    return {"Id": "1", "InputTransformer": transformer}


PAGE, TICKET, WEEKLY = Level

LEVELS = [
    *((Road.DIRECT, runtime(severity), PAGE) for severity in (7, 8, 9.5)),
    *((Road.DIRECT, runtime(severity), TICKET) for severity in (4, 6.9)),
    *((Road.DIRECT, runtime(severity), WEEKLY) for severity in (1, 3.9)),
    (Road.DIRECT, vulnerability("CRITICAL"), PAGE),
    (Road.DIRECT, vulnerability("HIGH"), PAGE),
    (Road.DIRECT, vulnerability("MEDIUM"), TICKET),
    (Road.DIRECT, vulnerability("LOW"), WEEKLY),
    (Road.HUB, in_hub("CRITICAL"), PAGE),
    (Road.HUB, in_hub("HIGH"), PAGE),
    (Road.HUB, in_hub("MEDIUM"), TICKET),
    (Road.HUB, in_hub("LOW"), WEEKLY),
    (Road.HUB, in_hub("HIGH", fields={"aws/guardduty/service/count": "3"}), PAGE),
    (Road.HUB, in_hub("HIGH", fields={INSPECTOR_STATUS: "ACTIVE"}), PAGE),
    *(
        (road, event, level)
        for road in Road
        for event, level in (
            (basic_scan(HIGH=1, LOW=4), PAGE),
            (basic_scan(CRITICAL=2, HIGH=1), PAGE),
            (basic_scan(MEDIUM=3, LOW=4), TICKET),
            (basic_scan(HIGH=0, LOW=4), WEEKLY),
            (unhealthy(), TICKET),
            (read_secret("sandbox/canary"), PAGE),
            (read_secret(SECRET), PAGE),
            (read_secret(f"{SECRET}-a1b2c3"), PAGE),
        )
    ),
]


@pytest.mark.parametrize(("road", "event", "level"), LEVELS)
def test_each_finding_is_told_once_at_its_level(
    environments: Mapping[str, Environment], road: Road, event: Event, level: Level
) -> None:
    assert [route.level for route, _ in told(account(environments, road), event)] == [level]


@pytest.mark.parametrize(
    ("road", "event"),
    [
        # The other road: GuardDuty and Inspector send each finding to Security Hub, too.
        (Road.HUB, runtime(8)),
        (Road.HUB, vulnerability("HIGH")),
        (Road.DIRECT, in_hub("HIGH")),
        # An account that administers others gets what they find.
        (Road.DIRECT, runtime(8, account="666666666666")),
        (Road.HUB, in_hub("HIGH", workflow="NOTIFIED")),
        (Road.HUB, in_hub("HIGH", workflow="SUPPRESSED")),
        (Road.HUB, in_hub("HIGH", record="ARCHIVED")),
        (Road.HUB, in_hub("HIGH", fields={INSPECTOR_STATUS: "SUPPRESSED"})),
        (Road.HUB, in_hub("INFORMATIONAL")),
        (Road.DIRECT, vulnerability("HIGH", status="CLOSED")),
        (Road.DIRECT, vulnerability("HIGH", status="SUPPRESSED")),
        (Road.DIRECT, basic_scan(INFORMATIONAL=9)),
        (Road.DIRECT, basic_scan()),
        (Road.DIRECT, read_secret("sandbox/connector")),
        (Road.DIRECT, read_secret("sandbox/canary", "DescribeSecret")),
    ],
)
def test_nothing_else_is_told(
    environments: Mapping[str, Environment], road: Road, event: Event
) -> None:
    assert told(account(environments, road), event) == []


CLOSE = "--verdict real|false|drill --minutes N --note TEXT"


@pytest.mark.parametrize(
    ("road", "event", "what", "where", "id"),
    [
        (
            Road.DIRECT,
            runtime(8),
            "HIGH in sandbox: A program that is not in its image ran "
            f"(Execution:Runtime/NewBinaryExecuted, severity 8, 3 times since {SINCE})",
            "Where: ECSCluster; service: service:connector; side: FARGATE; "
            "cluster: sandbox-fargate",
            "finding-1",
        ),
        (
            Road.DIRECT,
            used_credentials(5),
            "MEDIUM in sandbox: Credentials were used from elsewhere "
            f"(UnauthorizedAccess:IAMUser/ConsoleLogin, severity 5, 1 times since {SINCE})",
            "Where: AccessKey; service: ; side: ; cluster: ",
            "finding-2",
        ),
        (
            Road.HUB,
            in_hub("CRITICAL"),
            "HIGH in sandbox: A program that is not in its image ran (GuardDuty, "
            "TTPs/Execution/Execution:Runtime-NewBinaryExecuted, severity CRITICAL, "
            f"since {SINCE})",
            f"Where: arn:aws:ecs:eu-west-1:{ACCOUNT}:task/sandbox-fargate/1; service: connector; "
            "side: fargate",
            f"arn:aws:guardduty:eu-west-1:{ACCOUNT}:detector/d/finding/finding-1",
        ),
        (
            Road.DIRECT,
            vulnerability("MEDIUM"),
            "MEDIUM in sandbox: CVE-2026-1234 - openssl (Inspector, severity MEDIUM, "
            f"since {SINCE}; fix available: YES)",
            r"Where: govukpay/connector [\"7-release\"]; "
            f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/govukpay/connector/{DIGEST}",
            f"arn:aws:inspector2:eu-west-1:{ACCOUNT}:finding/1",
        ),
        (
            Road.DIRECT,
            basic_scan(HIGH=1, LOW=4),
            "HIGH in sandbox: a scan found CRITICAL: ; HIGH: 1; MEDIUM: ; LOW: 4",
            r"Where: govukpay/docker-nginx-proxy [\"212-release\"]",
            DIGEST,
        ),
        (
            Road.HUB,
            unhealthy(),
            "MEDIUM in sandbox: tasks of cluster sandbox-fargate run unwatched: "
            "GuardDuty's agent is UNHEALTHY",
            r"Why:  [\"The agent could not be pulled\"]",
            "event-1",
        ),
        (
            Road.HUB,
            read_secret("sandbox/canary"),
            "HIGH in sandbox: somebody read the secret sandbox/canary, which nothing reads",
            f"Who: arn:aws:iam::{ACCOUNT}:role/somebody from 192.0.2.7 at {SINCE} ()",
            "call-1",
        ),
    ],
)
def test_each_finding_is_told_in_the_words_that_a_person_needs(
    environments: Mapping[str, Environment],
    road: Road,
    event: Event,
    what: str,
    where: str,
    id: str,
) -> None:
    [(_, text)] = told(account(environments, road), event)
    assert [line.strip('"') for line in text.split("\n")] == [
        what,
        where,
        "First: docs/tasks/answer-a-finding.md",
        f"Then: pay findings close sandbox {id} {CLOSE}",
    ]


def test_an_account_of_several_environments_leaves_the_name_to_the_person(
    environments: Mapping[str, Environment],
) -> None:
    here = account(environments, Road.DIRECT)
    both = here.model_copy(update={"environments": ("test-12", "test-perf-1")})
    [(_, text)] = told(both, runtime(8))
    assert "pay findings close ENVIRONMENT finding-1" in text


def test_nobody_hears_of_an_account_that_nobody_watches(
    environments: Mapping[str, Environment],
) -> None:
    [here] = accounts([environments["sandbox"].model_copy(update={"watching": None})])
    assert routes(here) == ()


@pytest.mark.parametrize("road", Road)
def test_every_rule_is_one_that_eventbridge_takes(
    environments: Mapping[str, Environment], road: Road
) -> None:
    """A pattern has at most 2,048 characters (AWS: EventBridge quotas)."""
    found = routes(account(environments, road))
    assert len({route.name for route in found}) == len(found)
    for route in found:
        assert not list(event_patterns.problems(route.event_pattern))
        assert not list(event_inputs.problems(target(route.message)))
        assert len(route.event_pattern) <= 2048


def test_a_field_that_a_line_names_has_a_path() -> None:
    with pytest.raises(ValueError, match="found type in the lines or in the paths"):
        Message(("<type>",), {})
    with pytest.raises(ValueError, match="found type in the lines or in the paths"):
        Message((), {"type": "$.detail.type"})


def test_a_topic_may_have_several_levels() -> None:
    topics = Topics(page="people", ticket="people", weekly="list")
    assert topics.names() == ("people", "list")
    assert topics.of(Level.TICKET) == "people"
