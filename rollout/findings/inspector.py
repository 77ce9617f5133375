"""Reads Amazon Inspector's findings, with where each image runs (AWS: Inspector API reference,
`ListFindings` and `GetClustersForImage`).
"""

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from botocore.exceptions import ClientError

from rollout.aws.clients import Client, items
from rollout.findings.finding import FindingPlace, FindingState, SecurityFinding, Tool
from rollout.findings.places import Elsewhere, Words
from rollout.findings.unknown import (
    Document,
    UnknownFormat,
    UnreadTool,
    each_understood,
    moment,
    needed,
    not_ours,
    severity,
)

ACTIONS = ("inspector2:ListFindings", "inspector2:GetClustersForImage")

_STATES = {
    "ACTIVE": FindingState.OPEN,
    "SUPPRESSED": FindingState.SUPPRESSED,
    "CLOSED": FindingState.RESOLVED,
}


def read(words: Words, client: Client) -> Iterator[SecurityFinding | UnreadTool]:
    """Yield every finding about an environment, and each that cannot be understood.

    Raises botocore's ClientError when AWS does not answer.
    """
    inspector = client("inspector2")
    account = [{"comparison": "EQUALS", "value": words.environment.account_id}]
    documents = items(
        inspector, "list_findings", "findings", filterCriteria={"awsAccountId": account}
    )

    unknown: dict[UnreadTool, None] = {}

    @cache
    def clusters(image: str) -> tuple[Document, ...] | None:
        asked = {"resourceId": image}
        try:
            return tuple(items(inspector, "get_clusters_for_image", "cluster", filter=asked))
        except ClientError as error:
            unknown[not_ours(Tool.INSPECTOR, error)] = None
            return None

    understand = partial(_understood, words, clusters)
    yield from each_understood(Tool.INSPECTOR, documents, "findingArn", understand)
    yield from unknown


def _understood(words: Words, clusters: Any, document: Document) -> SecurityFinding | None:
    status = needed(document, "status")
    if status not in _STATES:
        raise UnknownFormat(f"its status is {status!r}")
    resource = needed(document, "resources")[0]
    image = (resource.get("details") or {}).get("awsEcrContainerImage")
    details = document.get("packageVulnerabilityDetails") or {}
    kind = details.get("vulnerabilityId") or needed(document, "type")
    try:
        own = words.of_tags(resource.get("tags") or {})
        clusters_of_image = clusters(needed(resource, "id")) if image else None
        running = tuple(dict.fromkeys(_running(words, clusters_of_image or ())))
    except Elsewhere:
        return None
    places = running or ((own,) if own else ())
    if image and not places:
        places = words.of_repository(needed(image, "repositoryName"))
    return SecurityFinding(
        tool=Tool.INSPECTOR,
        key=needed(document, "findingArn"),
        kind=kind,
        title=document.get("title") or document.get("description") or kind,
        severity=severity(needed(document, "severity")),
        state=_STATES[status],
        first_seen=moment(document, "firstObservedAt"),
        last_seen=moment(document, "lastObservedAt"),
        places=places,
        resource=f"{needed(resource, 'type')} {needed(resource, 'id')}",
        has_fix=document.get("fixAvailable", "YES") != "NO",
        published=day(details.get("vendorCreatedAt")),
        repository=image.get("repositoryName") if image else None,
        runs=bool(running) or clusters_of_image is None,
        because="suppressed by a filter of Inspector" if status == "SUPPRESSED" else None,
    )


def day(value: Any) -> date | None:
    return value.date() if isinstance(value, datetime) else None


def _running(words: Words, clusters: tuple[Document, ...]) -> Iterator[FindingPlace]:
    """Yield where an image runs in this environment.

    Raises Elsewhere for one that runs in other environments of the account only.
    """
    here, elsewhere = False, False
    for cluster in clusters:
        for each in needed(cluster, "clusterDetails"):
            ecs = (each.get("clusterMetadata") or {}).get("awsEcsMetadataDetails") or {}
            if not each.get("runningUnitCount", 1) or not ecs.get("detailsGroup"):
                continue
            try:
                place = words.of_task(needed(cluster, "clusterArn"), ecs["detailsGroup"])
            except Elsewhere:
                elsewhere = True
            else:
                here = True
                yield place
    if elsewhere and not here:
        raise Elsewhere
