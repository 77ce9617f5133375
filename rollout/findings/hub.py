"""Reads the findings of Security Hub CSPM, of its own controls and of other tools.

Source: AWS, Security Hub API reference, `GetFindings`; user guide, "AWS Security Finding Format
(ASFF)".
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pay.watching.ways import INSPECTOR_STATUS
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
    severity,
)

ACTIONS = ("securityhub:GetFindings",)

_TOOLS = {"guardduty": Tool.GUARDDUTY, "inspector": Tool.INSPECTOR}
"""The end of a product's ARN -> the tool; every other product is the hub's."""

_WORKFLOWS = {
    "NEW": FindingState.OPEN,
    "NOTIFIED": FindingState.OPEN,
    "RESOLVED": FindingState.RESOLVED,
    "SUPPRESSED": FindingState.SUPPRESSED,
}
_PASSES = ("PASSED", "NOT_AVAILABLE")
"""The statuses of a control that says nothing against us (ASFF, `Compliance`)."""


def read(words: Words, client: Client, since: datetime) -> Iterator[SecurityFinding | UnreadTool]:
    """Yield every open finding about an environment, and those of any state that were updated after
    `since`. Also yield each that cannot be understood.

    Raises botocore's ClientError when AWS does not answer.
    """
    hub = client("securityhub")
    account = [_equals(words.environment.account_id)]
    region = [_equals(words.environment.region)]
    open_ = {
        "WorkflowStatus": [_equals("NEW"), _equals("NOTIFIED")],
        "RecordState": [_equals("ACTIVE")],
    }
    end = since + timedelta(days=36_500)
    changed = {"UpdatedAt": [{"Start": since.isoformat(), "End": end.isoformat()}]}
    for asked in (open_, changed):
        filters = {"AwsAccountId": account, "Region": region, **asked}
        documents = items(hub, "get_findings", "Findings", Filters=filters)
        understand = partial(_understood, words)
        yield from each_understood(Tool.SECURITY_HUB, documents, "Id", understand)


def _equals(value: str) -> Mapping[str, str]:
    return {"Comparison": "EQUALS", "Value": value}


def _understood(words: Words, document: Document) -> SecurityFinding | None:
    product = needed(document, "ProductArn").rpartition("/")[2]
    tool = _TOOLS.get(product, Tool.SECURITY_HUB)
    try:
        places = tuple(dict.fromkeys(_places(words, needed(document, "Resources"))))
    except Elsewhere:
        return None
    resource = needed(document, "Resources")[0]
    vulnerability: Document = next(iter(document.get("Vulnerabilities") or ()), {})
    state, note = _state(document), (document.get("Note") or {}).get("Text")
    title = needed(document, "Title")
    company = document.get("ProductName") or product
    first = "FirstObservedAt" if document.get("FirstObservedAt") else "CreatedAt"
    last = "LastObservedAt" if document.get("LastObservedAt") else "UpdatedAt"
    own = "suppressed by a filter of Inspector" if _is_filtered(document) else None
    return SecurityFinding(
        tool=tool,
        key=_key(tool, needed(document, "Id")),
        kind=vulnerability.get("Id") or _kind(tool, document),
        title=title if tool is not Tool.SECURITY_HUB else f"{company}: {title}",
        severity=severity(needed(document, "Severity", "Label")),
        state=state,
        first_seen=moment(document, first),
        last_seen=moment(document, last),
        count=_count(document),
        places=places,
        resource=f"{needed(resource, 'Type')} {needed(resource, 'Id')}",
        is_weakness=bool(vulnerability or document.get("Compliance")),
        has_fix=vulnerability.get("FixAvailable", "YES") != "NO",
        published=_published(vulnerability),
        repository=_repository(resource),
        because=own or note or "suppressed in Security Hub"
        if state is FindingState.SUPPRESSED
        else None,
    )


def _key(tool: Tool, identifier: str) -> str:
    """Return the identifier that the tool itself has. GuardDuty's is the end of its ARN."""
    return identifier.rpartition("/")[2] if tool is Tool.GUARDDUTY else identifier


def _kind(tool: Tool, document: Document) -> str:
    control = (document.get("Compliance") or {}).get("SecurityControlId")
    types = document.get("Types") or ()
    if tool is Tool.GUARDDUTY and types:
        # GuardDuty's `Purpose:Resource/Family`, with the hub's separator for its own slash.
        return str(types[0]).rpartition("/")[2].replace("-", "/", 1)
    return str(control or document.get("GeneratorId") or needed(document, "Title"))


def _state(document: Document) -> FindingState:
    workflow = (document.get("Workflow") or {}).get("Status", "NEW")
    if workflow not in _WORKFLOWS:
        raise UnknownFormat(f"its Workflow.Status is {workflow!r}")
    state = FindingState.SUPPRESSED if _is_filtered(document) else _WORKFLOWS[workflow]
    passes = (document.get("Compliance") or {}).get("Status") in _PASSES
    is_over = passes or document.get("RecordState") == "ARCHIVED"
    return FindingState.RESOLVED if is_over and state is FindingState.OPEN else state


def _is_filtered(document: Document) -> bool:
    """Return whether Inspector suppresses it. Security Hub gets it all the same, with a workflow
    that is NEW (Inspector user guide, "Suppressing Amazon Inspector findings").
    """
    return (document.get("ProductFields") or {}).get(INSPECTOR_STATUS) == "SUPPRESSED"


def _count(document: Document) -> int | None:
    count = (document.get("ProductFields") or {}).get("aws/guardduty/service/count")
    return int(count) if count else None


def _published(vulnerability: Document) -> Any:
    vendor = vulnerability.get("Vendor") or {}
    return moment(vendor, "VendorCreatedAt").date() if vendor.get("VendorCreatedAt") else None


def _places(words: Words, resources: Any) -> Iterator[FindingPlace]:
    """Yield what each resource is to us. Raises Elsewhere."""
    for resource in resources:
        kind, details = needed(resource, "Type"), resource.get("Details") or {}
        task, service = details.get("AwsEcsTask") or {}, details.get("AwsEcsService") or {}
        if task.get("Group"):
            cluster = task.get("ClusterArn") or _cluster(needed(resource, "Id"))
            yield words.of_task(cluster, task["Group"])
        elif service.get("ServiceName") or service.get("Name"):
            name = service.get("ServiceName") or service["Name"]
            cluster, launch_type = service.get("Cluster") or "", service.get("LaunchType")
            yield words.of_task(cluster, f"service:{name}", launch_type)
        elif place := words.of_tags(resource.get("Tags") or {}):
            yield place
        elif kind == "AwsEcsTaskDefinition":
            family = needed(resource, "Id").rpartition("/")[2].partition(":")[0]
            yield words.of_family(family)
        elif repository := _repository(resource):
            yield from words.of_repository(repository)


def _cluster(task: str) -> str:
    """Return the cluster in the ARN of a task: `...:task/<cluster>/<id>`."""
    parts = task.rpartition(":")[2].split("/")
    return parts[1] if len(parts) == 3 else ""


def _repository(resource: Document) -> str | None:
    """Return the repository of an image: `...:repository/<name>/sha256:<digest>`; None: it is
    something else.
    """
    if needed(resource, "Type") != "AwsEcrContainerImage":
        return None
    details = (resource.get("Details") or {}).get("AwsEcrContainerImage") or {}
    _, _, path = str(needed(resource, "Id")).partition(":repository/")
    return str(details.get("RepositoryName") or path.rpartition("/")[0])
