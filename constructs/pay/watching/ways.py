"""The ways from an event of AWS to a topic, as values: its target and its message.

The fields of events: AWS, GuardDuty user guide, "Processing GuardDuty findings with Amazon
EventBridge". Security Hub user guide, "EventBridge event formats for Security Hub CSPM". Inspector
user guide, "EventBridge schema for Amazon Inspector events". ECR user guide, "Amazon ECR events and
EventBridge".
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pay.model.environment.account import Account
from pay.model.watching.accounts import Level, Road
from pay.watching.messages import Message, message

LONGEST_SECONDS, RETRIES = 3600, 185
"""The time and tries after which an undelivered finding becomes a dead letter: an hour, any number
of tries. By itself it would try for a day before anybody heard of it."""

HIGH, MEDIUM = 7, 4
"""GuardDuty's severities: 7 and more are HIGH or CRITICAL, 4 and more MEDIUM. GuardDuty user guide,
"Severity levels of GuardDuty findings"."""

_BOUNDS: Mapping[Level, list[object]] = {
    Level.PAGE: [">=", HIGH],
    Level.TICKET: [">=", MEDIUM, "<", HIGH],
    Level.WEEKLY: ["<", MEDIUM],
}
_LABELS: Mapping[Level, list[str]] = {
    Level.PAGE: ["CRITICAL", "HIGH"],
    Level.TICKET: ["MEDIUM"],
    Level.WEEKLY: ["LOW"],
}
"""The severities of Security Hub, Inspector and ECR."""

INSPECTOR_STATUS = "aws/inspector/FindingStatus"
"""The field of `ProductFields` in which Security Hub keeps Inspector's own status of a finding."""

_SOME = [{"numeric": [">", 0]}]
_NONE: list[object] = [{"exists": False}, 0]


@dataclass(frozen=True)
class Route:
    """One rule of EventBridge with its target."""

    name: str
    """Unique in the account: its address and the end of its name."""
    level: Level
    about: str
    """Its subject, in words."""
    pattern: Mapping[str, Any]
    message: Message
    gets_calls_that_read: bool = False
    """It needs events of calls that change nothing, which rules get only if they ask."""

    @property
    def event_pattern(self) -> str:
        """Return the pattern as AWS keeps it."""
        return json.dumps(self.pattern, sort_keys=True)

    @property
    def state(self) -> str:
        """Return the state of the rule."""
        reads = "_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
        return f"ENABLED{reads if self.gets_calls_that_read else ''}"


def routes(account: Account) -> tuple[Route, ...]:
    """Return the ways of an account; none if nobody watches it. Findings of GuardDuty and Inspector
    take the account's road. Findings that take no part in Security Hub are always sent directly.
    """
    if account.watching is None:
        return ()
    ways = [*_of_every_level(account), _runs_unwatched(account)]
    if account.watching.decoys:
        ways.append(_decoys(account, account.watching.decoys))
    return tuple(ways)


def _of_every_level(account: Account) -> Iterator[Route]:
    is_hub = account.watching is not None and account.watching.road is Road.HUB
    for level in Level:
        if is_hub:
            yield _hub(account, level)
        else:
            yield _guardduty(account, level)
            yield _inspector(account, level)
        yield _basic_scan(account, level)


def _guardduty(account: Account, level: Level) -> Route:
    """Return the way of GuardDuty's findings. An account that administers others also gets their
    findings, which they send themselves.
    """
    task = "$.detail.resource.ecsClusterDetails.taskDetails"
    return Route(
        name=f"guardduty-{level}",
        level=level,
        about="what GuardDuty finds in tasks, instances, credentials and traffic",
        pattern={
            "source": ["aws.guardduty"],
            "detail-type": ["GuardDuty Finding"],
            "detail": {
                "accountId": [account.account_id],
                "severity": [{"numeric": _BOUNDS[level]}],
            },
        },
        message=message(
            account,
            level,
            "<title> (<type>, severity <severity>, <count> times since <since>)",
            "Where: <resource>; service: <group>; side: <side>; cluster: <cluster>",
            "$.detail.id",
            {
                "title": "$.detail.title",
                "type": "$.detail.type",
                "severity": "$.detail.severity",
                "count": "$.detail.service.count",
                "since": "$.detail.service.eventFirstSeen",
                "group": f"{task}.group",
                "side": f"{task}.launchType",
                "cluster": "$.detail.resource.ecsClusterDetails.name",
                "resource": "$.detail.resource.resourceType",
            },
        ),
    )


def _hub(account: Account, level: Level) -> Route:
    """Return the way of Security Hub's events, with one finding each. Those that somebody has seen
    are no longer NEW. A finding that a filter of Inspector suppresses arrives as NEW, too. It says
    so in a field that findings of other products do not have. Inspector user guide, "Suppressing
    Amazon Inspector findings".
    """
    finding, resource = "$.detail.findings[0]", "$.detail.findings[0].Resources[0]"
    return Route(
        name=f"hub-{level}",
        level=level,
        about="what Security Hub CSPM collects: its own checks, GuardDuty, Inspector",
        pattern={
            "source": ["aws.securityhub"],
            "detail-type": ["Security Hub Findings - Imported"],
            "detail": {
                "findings": {
                    "AwsAccountId": [account.account_id],
                    "ProductFields": {
                        INSPECTOR_STATUS: [{"exists": False}, {"anything-but": "SUPPRESSED"}]
                    },
                    "RecordState": ["ACTIVE"],
                    "Severity": {"Label": _LABELS[level]},
                    "Workflow": {"Status": ["NEW"]},
                }
            },
        },
        message=message(
            account,
            level,
            "<title> (<product>, <type>, severity <severity>, since <since>)",
            "Where: <resource>; service: <service>; side: <side>",
            f"{finding}.Id",
            {
                "title": f"{finding}.Title",
                "product": f"{finding}.ProductName",
                "type": f"{finding}.Types[0]",
                "severity": f"{finding}.Severity.Label",
                "since": f"{finding}.CreatedAt",  # always there
                "service": f"{resource}.Tags.Service",
                "side": f"{resource}.Tags.Side",
                "resource": f"{resource}.Id",
            },
        ),
    )


def _inspector(account: Account, level: Level) -> Route:
    image = "$.detail.resources[0].details.awsEcrContainerImage"
    return Route(
        name=f"inspector-{level}",
        level=level,
        about="vulnerabilities that Inspector finds in images and instances",
        pattern={
            "source": ["aws.inspector2"],
            "detail-type": ["Inspector2 Finding"],
            "detail": {
                "awsAccountId": [account.account_id],
                "severity": _LABELS[level],
                "status": ["ACTIVE"],
            },
        },
        message=message(
            account,
            level,
            "<title> (Inspector, severity <severity>, since <since>; fix available: <fix>)",
            "Where: <repository> <tags>; <resource>",
            "$.detail.findingArn",
            {
                "title": "$.detail.title",
                "severity": "$.detail.severity",
                "since": "$.detail.firstObservedAt",
                "fix": "$.detail.fixAvailable",
                "repository": f"{image}.repositoryName",
                "tags": f"{image}.imageTags",
                "resource": "$.detail.resources[0].id",
            },
        ),
    )


def _basic_scan(account: Account, level: Level) -> Route:
    """Return the way of the event that only a basic scan sends, once an image. The worst finding
    decides its level.
    """
    higher = [label for each in Level for label in _LABELS[each]]
    own = _LABELS[level]
    worse = higher[: higher.index(own[0])]
    at_least_one: Mapping[str, Any] = (
        {"$or": [{label: _SOME} for label in own]} if len(own) > 1 else {own[0]: _SOME}
    )
    counts = "$.detail.finding-severity-counts"
    return Route(
        name=f"ecr-{level}",
        level=level,
        about="vulnerabilities that a basic scan of ECR finds in an image",
        pattern={
            "source": ["aws.ecr"],
            "detail-type": ["ECR Image Scan"],
            "detail": {
                "finding-severity-counts": {**at_least_one, **dict.fromkeys(worse, _NONE)},
                "scan-status": ["COMPLETE"],
            },
        },
        message=message(
            account,
            level,
            "a scan found CRITICAL: <critical>; HIGH: <high>; MEDIUM: <medium>; LOW: <low>",
            "Where: <repository> <tags>",
            "$.detail.image-digest",
            {
                "critical": f"{counts}.CRITICAL",
                "high": f"{counts}.HIGH",
                "medium": f"{counts}.MEDIUM",
                "low": f"{counts}.LOW",
                "repository": "$.detail.repository-name",
                "tags": "$.detail.image-tags",
            },
        ),
    )


def _runs_unwatched(account: Account) -> Route:
    """Tell that GuardDuty no longer sees what runs (GuardDuty user guide, "Coverage for Amazon ECS
    clusters").
    """
    cluster = "$.detail.resourceDetails.ecsClusterDetails"
    return Route(
        name="runs-unwatched",
        level=Level.TICKET,
        about="clusters whose tasks run without GuardDuty's agent",
        pattern={
            "source": ["aws.guardduty"],
            "detail-type": ["GuardDuty Runtime Protection Unhealthy"],
            "detail": {"resourceAccountId": [account.account_id]},
        },
        message=message(
            account,
            Level.TICKET,
            "tasks of cluster <cluster> run unwatched: GuardDuty's agent is <status>",
            "Why: <issue> <issues>",
            "$.id",
            {
                "cluster": f"{cluster}.clusterName",
                "status": "$.detail.currentStatus",
                "issue": "$.detail.issue",
                "issues": f"{cluster}.fargateDetails.issues",
            },
        ),
    )


def _decoys(account: Account, secrets: tuple[str, ...]) -> Route:
    """Return the way of calls that read a decoy. A caller names a secret by its name, or by its ARN
    with or without what AWS adds to it. A batch is recorded as one call for each secret (Secrets
    Manager user guide, "CloudTrail events").
    """
    arns = [account.arn("secretsmanager", f"secret:{name}") for name in secrets]
    return Route(
        name="decoys",
        level=Level.PAGE,
        about="whoever reads a secret that nothing reads",
        pattern={
            "source": ["aws.secretsmanager"],
            "detail-type": ["AWS API Call via CloudTrail"],
            "detail": {
                "eventSource": ["secretsmanager.amazonaws.com"],
                "eventName": ["GetSecretValue"],
                "requestParameters": {
                    "secretId": [*secrets, *arns, *({"prefix": f"{arn}-"} for arn in arns)]
                },
            },
        },
        message=message(
            account,
            Level.PAGE,
            "somebody read the secret <decoy>, which nothing reads",
            "Who: <caller> from <address> at <time> (<error>)",
            "$.detail.eventID",
            {
                "decoy": "$.detail.requestParameters.secretId",
                "caller": "$.detail.userIdentity.arn",
                "address": "$.detail.sourceIPAddress",
                "time": "$.detail.eventTime",
                "error": "$.detail.errorCode",
            },
        ),
        gets_calls_that_read=True,
    )
