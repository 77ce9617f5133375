"""Amazon Inspector: findings in images, and filters that suppress them.

moto 5.2 has no findings, changes no filter, and accepts two of one name. A suppressed finding keeps
its record until it is remedied (Inspector user guide, "Suppressing Amazon Inspector findings"). A
door of the server brings findings (`sandbox/server/finding_doors.py`).
"""

import json
from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.inspector2 import urls
from moto.inspector2.models import FilterResource, Inspector2Backend
from moto.inspector2.responses import Inspector2Response

from sandbox.aws.clock import CLOCK, seconds_of
from sandbox.aws.eventbridge.events import publish
from sandbox.aws.patching import Original, adds, extends, replaces
from sandbox.aws.securityhub.filters import values

MOST_FILTERS = 500
"""Of an account (Inspector user guide, "Quotas for Amazon Inspector")."""
MOST_AT_ONCE = 100
"""Findings of one page (API reference, `ListFindings`)."""

PATHS: Mapping[str, str] = {
    "awsAccountId": "awsAccountId",
    "ecrImageHash": "resources.details.awsEcrContainerImage.imageHash",
    "ecrImageRepositoryName": "resources.details.awsEcrContainerImage.repositoryName",
    "findingArn": "findingArn",
    "findingStatus": "status",
    "findingType": "type",
    "resourceId": "resources.id",
    "resourceTags": "resources.tags",
    "resourceType": "resources.type",
    "severity": "severity",
    "title": "title",
    "vulnerabilityId": "packageVulnerabilityDetails.vulnerabilityId",
}
"""The criteria that the sandbox knows -> their place in a finding; moments are read apart."""
_MOMENTS = frozenset({"firstObservedAt", "lastObservedAt", "updatedAt"})

InspectorFinding = dict[str, Any]


class InspectorRefusal(JsonRESTError):
    """A call that Inspector refuses."""

    code = 400


def arrive(backend: Inspector2Backend, given: Mapping[str, Any]) -> InspectorFinding:
    """Store a finding of a scan, new or seen again; a filter may suppress it."""
    known, now = findings(backend), CLOCK.seconds()
    owner = f"{backend.region_name}:{backend.account_id}"
    arn = f"arn:aws:inspector2:{owner}:finding/{given['id']}"
    finding: InspectorFinding = {
        "awsAccountId": backend.account_id,
        "findingArn": arn,
        "firstObservedAt": known[arn]["firstObservedAt"] if arn in known else now,
        "lastObservedAt": now,
        "status": "ACTIVE",
        "type": "PACKAGE_VULNERABILITY",
        "updatedAt": now,
        **{name: value for name, value in given.items() if name != "id"},
    }
    if finding["status"] == "ACTIVE" and any(
        each.action == "SUPPRESS" and matches(finding, each.filter_criteria)
        for each in backend.filters.values()
    ):
        finding["status"] = "SUPPRESSED"
    known[arn] = finding
    publish(
        backend.account_id, backend.region_name, "aws.inspector2", "Inspector2 Finding", finding
    )
    return finding


def findings(backend: Inspector2Backend) -> dict[str, InspectorFinding]:
    """Return the findings by ARN. moto keeps answers of its own under the same name."""
    by_arn: dict[str, InspectorFinding] = backend.__dict__.setdefault("findings_of_scans", {})
    return by_arn


def matches(finding: InspectorFinding, criteria: Mapping[str, Any] | None) -> bool:
    """Return whether a finding meets every criterion.

    The filters of one criterion are joined by OR, and those that exclude by AND.
    """
    return all(_holds(finding, name, each) for name, each in (criteria or {}).items() if each)


def _holds(finding: InspectorFinding, name: str, filters: list[Mapping[str, Any]]) -> bool:
    if name in _MOMENTS:
        return any(_is_within(finding[name], each) for each in filters)
    actual = list(values(finding, PATHS[name]))
    asked = [each for each in filters if each["comparison"] != "NOT_EQUALS"]
    excluded = [each for each in filters if each["comparison"] == "NOT_EQUALS"]
    return (not asked or any(_has(actual, each) for each in asked)) and not any(
        _has(actual, each) for each in excluded
    )


def _has(actual: list[Any], filter_: Mapping[str, Any]) -> bool:
    wanted = filter_["value"]
    if "key" in filter_:
        return any(tags.get(filter_["key"]) == wanted for tags in actual)
    if filter_["comparison"] == "PREFIX":
        return any(str(each).startswith(wanted) for each in actual)
    return wanted in actual


def _is_within(seconds: float, filter_: Mapping[str, Any]) -> bool:
    start, end = filter_.get("startInclusive"), filter_.get("endInclusive")
    return (start is None or _seconds(start) <= seconds) and (
        end is None or seconds <= _seconds(end)
    )


def _seconds(moment: Any) -> float:
    return float(moment) if isinstance(moment, int | float) else seconds_of(moment)


def _check(criteria: Mapping[str, Any] | None) -> None:
    if not criteria:
        raise InspectorRefusal("ValidationException", "filterCriteria has at least one criterion.")
    if unknown := sorted(set(criteria) - {*PATHS, *_MOMENTS}):
        raise InspectorRefusal(
            "ValidationException", f"The sandbox does not filter by {unknown[0]}."
        )


@extends(Inspector2Response)
def create_filter(self: Inspector2Response, create: Original) -> str:
    filters = self.inspector2_backend.filters
    _check(self._get_param("filterCriteria"))
    if any(each.name == self._get_param("name") for each in filters.values()):
        raise InspectorRefusal("ConflictException", "A filter with this name exists.")
    if len(filters) >= MOST_FILTERS:
        raise InspectorRefusal("ServiceQuotaExceededException", f"At most {MOST_FILTERS} filters.")
    answer: str = create(self)
    return answer


@adds(Inspector2Response)
def update_filter(self: Inspector2Response) -> str:
    arn, asked = self._get_param("filterArn"), self._get_param
    stored = self.inspector2_backend.filters.get(arn)
    if stored is None:
        raise InspectorRefusal("ResourceNotFoundException", "The filter does not exist.")
    if criteria := asked("filterCriteria"):
        _check(criteria)
        stored.filter_criteria = criteria
    for name in ("action", "description", "name", "reason"):
        if (value := asked(name)) is not None:
            setattr(stored, name, value)
    stored.__dict__["updated_at"] = CLOCK.seconds()
    return json.dumps({"arn": arn})


@extends(FilterResource)
def to_json(self: FilterResource, as_json: Original) -> dict[str, Any]:
    answer: dict[str, Any] = as_json(self)
    return {**answer, "updatedAt": self.__dict__.get("updated_at", self.created_at)}


@replaces(Inspector2Response)
def list_findings(self: Inspector2Response) -> str:
    criteria = self._get_param("filterCriteria")
    if criteria:
        _check(criteria)
    size = int(self._get_param("maxResults") or MOST_AT_ONCE)
    token = self._get_param("nextToken") or "0"
    if not 1 <= size <= MOST_AT_ONCE or not token.isdigit():
        raise InspectorRefusal("ValidationException", "maxResults or nextToken is invalid.")
    known = findings(self.inspector2_backend).values()
    matching, end = [each for each in known if matches(each, criteria)], int(token) + size
    more = {"nextToken": str(end)} if end < len(matching) else {}
    return json.dumps({"findings": matching[int(token) : end], **more})


urls.url_paths["{0}/filters/update$"] = Inspector2Response.dispatch
