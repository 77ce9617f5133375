"""Reads GuardDuty's findings (AWS: GuardDuty API reference, `ListFindings` and `GetFindings`)."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from rollout.aws.clients import Client, items
from rollout.findings.finding import (
    FindingPlace,
    FindingSeverity,
    FindingState,
    SecurityFinding,
    Tool,
)
from rollout.findings.places import Elsewhere, Words
from rollout.findings.unknown import Document, UnreadTool, each_understood, moment, needed

ACTIONS = ("guardduty:ListDetectors", "guardduty:ListFindings", "guardduty:GetFindings")

IDS_A_CALL = 50
"""The most ids of one `GetFindings`."""

_LEVELS = (
    (9.0, FindingSeverity.CRITICAL),
    (7.0, FindingSeverity.HIGH),
    (4.0, FindingSeverity.MEDIUM),
    (1.0, FindingSeverity.LOW),
)
"""From this number on (AWS: GuardDuty user guide, "Findings severity levels")."""

OFF = UnreadTool(
    Tool.GUARDDUTY,
    "no detector: GuardDuty is off here",
    "ask the owners of the account to enable it",
)


def read(words: Words, client: Client) -> Iterator[SecurityFinding | UnreadTool]:
    """Yield every finding about an environment, and each that cannot be understood.

    Raises botocore's ClientError when AWS does not answer.
    """
    guardduty = client("guardduty")
    detectors = list(items(guardduty, "list_detectors", "DetectorIds"))
    if not detectors:
        yield OFF
    for detector in detectors:
        ids = list(items(guardduty, "list_findings", "FindingIds", DetectorId=detector))
        for first in range(0, len(ids), IDS_A_CALL):
            some = ids[first : first + IDS_A_CALL]
            answer = guardduty.get_findings(DetectorId=detector, FindingIds=some)
            understand = partial(_understood, words)
            yield from each_understood(Tool.GUARDDUTY, answer["Findings"], "Id", understand)


def level(number: Any) -> FindingSeverity:
    """Return the words for GuardDuty's number."""
    return next(
        (word for least, word in _LEVELS if float(number) >= least), FindingSeverity.INFORMATIONAL
    )


def _understood(words: Words, document: Document) -> SecurityFinding | None:
    service = needed(document, "Service")
    resource = needed(document, "Resource")
    try:
        places = tuple(_places(words, resource))
    except Elsewhere:
        return None
    is_archived = service.get("Archived", False)
    seen_first = ("Service", "EventFirstSeen") if service.get("EventFirstSeen") else ("CreatedAt",)
    seen_last = ("Service", "EventLastSeen") if service.get("EventLastSeen") else ("UpdatedAt",)
    return SecurityFinding(
        tool=Tool.GUARDDUTY,
        key=needed(document, "Id"),
        kind=needed(document, "Type"),
        title=needed(document, "Title"),
        severity=level(needed(document, "Severity")),
        state=FindingState.SUPPRESSED if is_archived else FindingState.OPEN,
        first_seen=moment(document, *seen_first),
        last_seen=moment(document, *seen_last),
        count=service.get("Count"),
        places=places,
        resource=_resource(resource),
        is_weakness=False,
        because="archived in GuardDuty" if is_archived else None,
    )


def _places(words: Words, resource: Document) -> Iterator[FindingPlace]:
    """Return the places of a finding. Raises Elsewhere."""
    cluster = resource.get("EcsClusterDetails") or {}
    task = cluster.get("TaskDetails") or {}
    if group := task.get("Group"):
        yield words.of_task(cluster.get("Name") or "", group, task.get("LaunchType"))
        return
    if cluster.get("Name"):
        words.of_task(cluster["Name"], "")  # a cluster of another environment
    host = resource.get("InstanceDetails") or {}
    for tags in (task.get("Tags"), cluster.get("Tags"), host.get("Tags")):
        if place := words.of_tags({each.get("Key"): each.get("Value") for each in tags or ()}):
            yield place
            return


def _resource(resource: Document) -> str:
    """Return what GuardDuty names, for a finding that is not about a service."""
    cluster = (resource.get("EcsClusterDetails") or {}).get("Name")
    host = (resource.get("InstanceDetails") or {}).get("InstanceId")
    key = (resource.get("AccessKeyDetails") or {}).get("UserName")
    named = cluster or host or key
    kind = resource.get("ResourceType") or "resource"
    return f"{kind} {named}" if named else str(kind)
