"""GuardDuty: findings, and filters that archive them when they arrive.

moto 5.2 has no findings, lists no filters, and forgets their tags. An archived finding reaches
neither EventBridge nor Security Hub. Source: GuardDuty user guide, "Suppression rules in
GuardDuty".

A door of the server brings findings (`sandbox/server/finding_doors.py`).
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from moto.guardduty import urls
from moto.guardduty.exceptions import FilterNotFoundException
from moto.guardduty.models import Detector, Filter, GuardDutyBackend
from moto.guardduty.responses import GuardDutyResponse

from sandbox.aws.clock import CLOCK, seconds_of
from sandbox.aws.eventbridge.events import publish
from sandbox.aws.guardduty.refusals import BadRequest
from sandbox.aws.patching import Original, adds, extends, replaces
from sandbox.aws.securityhub.filters import values

MOST_FILTERS = 100
"""Of a detector (GuardDuty user guide, "Amazon GuardDuty quotas")."""
MOST_AT_ONCE = 50
"""Findings of one call (API reference, `GetFindings` and `ListFindings`)."""
_NAME = re.compile(r"[a-zA-Z0-9_.-]{3,64}")
"""API reference, `CreateFilter`."""
_ALIASES = {
    "eq": "equals",
    "neq": "notEquals",
    "gt": "greaterThan",
    "gte": "greaterThanOrEqual",
    "lt": "lessThan",
    "lte": "lessThanOrEqual",
}
"""The old names of the comparisons (API reference, `Condition`)."""
_MOMENTS = frozenset({"createdAt", "updatedAt"})
"""Compared in milliseconds since the epoch (API reference, `FindingCriteria`)."""

GuardDutyFinding = dict[str, Any]


def arrive(
    backend: GuardDutyBackend, detector: Detector, given: Mapping[str, Any]
) -> GuardDutyFinding:
    """Store a finding, new or with a higher count; a filter may archive it."""
    now = CLOCK.moment().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    stored, service = findings(detector), given.get("service", {})
    before = stored.get(given["id"])
    finding: GuardDutyFinding = {
        "accountId": backend.account_id,
        "arn": f"{_arn(backend, detector)}/finding/{given['id']}",
        "createdAt": before["createdAt"] if before else now,
        "partition": "aws",
        "region": backend.region_name,
        "schemaVersion": "2.0",
        "title": given["type"],
        "description": given["type"],
        "updatedAt": now,
        **given,
        "service": {
            "archived": False,
            "count": before["service"]["count"] + 1 if before else 1,
            "detectorId": detector.id,
            "eventFirstSeen": before["service"]["eventFirstSeen"] if before else now,
            "eventLastSeen": now,
            "serviceName": "guardduty",
            **service,
        },
    }
    finding["service"]["archived"] = _is_archived(detector, finding)
    stored[finding["id"]] = finding
    if not finding["service"]["archived"]:
        publish(
            backend.account_id, backend.region_name, "aws.guardduty", "GuardDuty Finding", finding
        )
    return finding


def findings(detector: Detector) -> dict[str, GuardDutyFinding]:
    """Return the findings by id."""
    by_id: dict[str, GuardDutyFinding] = detector.__dict__.setdefault("findings", {})
    return by_id


def _arn(backend: GuardDutyBackend, detector: Detector) -> str:
    owner = f"{backend.region_name}:{backend.account_id}"
    return f"arn:aws:guardduty:{owner}:detector/{detector.id}"


def _is_archived(detector: Detector, finding: GuardDutyFinding) -> bool:
    return any(
        each.action == "ARCHIVE" and matches(finding, each.finding_criteria)
        for each in detector.filters.values()
    )


def matches(finding: GuardDutyFinding, criteria: Mapping[str, Any] | None) -> bool:
    """Return whether a finding meets every criterion; the values of one are joined by OR."""
    return all(
        _holds(path, list(values(finding, path)), {_ALIASES.get(k, k): v for k, v in each.items()})
        for path, each in ((criteria or {}).get("criterion") or {}).items()
    )


def _holds(path: str, actual: list[Any], asked: Mapping[str, Any]) -> bool:
    texts = [str(each).lower() if isinstance(each, bool) else str(each) for each in actual]
    numbers = [seconds_of(each) * 1000 if path in _MOMENTS else each for each in actual]
    checks: Mapping[str, Any] = {
        "equals": lambda wanted: any(each in wanted for each in texts),
        "notEquals": lambda wanted: not any(each in wanted for each in texts),
        "greaterThan": lambda least: any(each > least for each in numbers),
        "greaterThanOrEqual": lambda least: any(each >= least for each in numbers),
        "lessThan": lambda most: any(each < most for each in numbers),
        "lessThanOrEqual": lambda most: any(each <= most for each in numbers),
    }
    return all(checks[name](wanted) for name, wanted in asked.items() if wanted is not None)


def _detector(response: GuardDutyResponse) -> Detector:
    return response.guardduty_backend.get_detector(response.path.split("/")[2])


def _check(name: str, rank: int, criteria: Mapping[str, Any]) -> None:
    """Raise what AWS refuses (API reference, `CreateFilter`)."""
    if not _NAME.fullmatch(name):
        raise BadRequest("the input name has invalid value")
    if not 1 <= rank <= 100:
        raise BadRequest("the input rank has invalid value")
    if not (criteria or {}).get("criterion"):
        raise BadRequest("the required parameter findingCriteria is invalid")


@extends(GuardDutyResponse)
def create_filter(self: GuardDutyResponse, create: Original) -> str:
    detector, asked = _detector(self), self._get_param
    name = asked("name")
    _check(name, asked("rank") or 1, asked("findingCriteria"))
    if name in detector.filters:
        raise BadRequest("a filter with the given name already exists")
    if len(detector.filters) >= MOST_FILTERS:
        raise BadRequest("the maximum number of filters was reached")
    answer: str = create(self)
    stored = detector.filters[name]
    stored.action = stored.action or "NOOP"
    stored.__dict__["tags"] = dict(asked("tags") or {})
    return answer


@extends(GuardDutyResponse)
def update_filter(self: GuardDutyResponse, update: Original) -> str:
    stored = _detector(self).get_filter(unquote(self.path.split("/")[-1]))
    asked = self._get_param
    _check(stored.name, asked("rank") or 1, asked("findingCriteria") or stored.finding_criteria)
    answer: str = update(self)
    return answer


@extends(Filter)
def to_json(self: Filter, as_json: Original) -> dict[str, Any]:
    answer: dict[str, Any] = as_json(self)
    return {**answer, "tags": self.__dict__.get("tags", {})}


@adds(GuardDutyResponse)
def list_filters(self: GuardDutyResponse) -> str:
    names, more = _page(self, list(_detector(self).filters))
    return json.dumps({"filterNames": names, **more})


@replaces(GuardDutyBackend)
def delete_filter(self: GuardDutyBackend, detector_id: str, filter_name: str) -> None:
    if self.get_detector(detector_id).filters.pop(filter_name, None) is None:
        raise FilterNotFoundException


@adds(GuardDutyResponse)
def list_findings(self: GuardDutyResponse) -> str:
    criteria, order = self._get_param("findingCriteria"), self._get_param("sortCriteria") or {}
    matching = [each for each in findings(_detector(self)).values() if matches(each, criteria)]
    if name := order.get("attributeName"):
        matching.sort(
            key=lambda each: [str(value) for value in values(each, name)],
            reverse=order.get("orderBy") == "DESC",
        )
    ids, more = _page(self, [each["id"] for each in matching])
    return json.dumps({"findingIds": ids, **more})


def _page(response: GuardDutyResponse, listed: list[str]) -> tuple[list[str], dict[str, str]]:
    size = int(response._get_param("maxResults") or MOST_AT_ONCE)
    token = response._get_param("nextToken") or "0"
    if not 1 <= size <= MOST_AT_ONCE or not token.isdigit():
        raise BadRequest("the input maxResults or nextToken has invalid value")
    end = int(token) + size
    return listed[int(token) : end], {"nextToken": str(end)} if end < len(listed) else {}


@adds(GuardDutyResponse)
def get_findings(self: GuardDutyResponse) -> str:
    return json.dumps({"findings": _chosen(self)})


def _chosen(response: GuardDutyResponse) -> list[GuardDutyFinding]:
    ids, known = response._get_param("findingIds"), findings(_detector(response))
    if len(ids) > MOST_AT_ONCE or any(each not in known for each in ids):
        raise BadRequest("the input findingIds has invalid value")
    return [known[each] for each in ids]


@adds(GuardDutyResponse)
def create_sample_findings(self: GuardDutyResponse) -> str:
    """Let a sample of each named type arrive. Without names AWS makes one of every type, which the
    sandbox does not know. Source: GuardDuty user guide, "Sample findings".
    """
    if not (types := self._get_param("findingTypes")):
        raise BadRequest("the sandbox makes samples only of the types in findingTypes")
    sample = {
        "severity": 5,
        "resource": {"resourceType": "Instance", "instanceDetails": {"instanceId": "i-99999999"}},
    }
    for type_ in types:
        given = {"id": uuid4().hex, "type": type_, "title": f"[SAMPLE] {type_}", **sample}
        arrive(self.guardduty_backend, _detector(self), given)
    return "{}"


@adds(GuardDutyResponse)
def archive_findings(self: GuardDutyResponse) -> str:
    return _set_archived(_chosen(self), True)


@adds(GuardDutyResponse)
def unarchive_findings(self: GuardDutyResponse) -> str:
    return _set_archived(_chosen(self), False)


def _set_archived(chosen: Iterable[GuardDutyFinding], archived: bool) -> str:
    for each in chosen:
        each["service"]["archived"] = archived
    return "{}"


def _tagged(response: GuardDutyResponse) -> dict[str, str]:
    """Return the tags of a detector or of a filter, by the ARN of the call."""
    parts = unquote(response.path.split("/tags/")[-1]).split("/")
    detector = response.guardduty_backend.get_detector(parts[1])
    if len(parts) < 4:
        return detector.tags
    tags: dict[str, str] = detector.get_filter(parts[3]).__dict__.setdefault("tags", {})
    return tags


@adds(GuardDutyResponse)
def list_tags_for_resource(self: GuardDutyResponse) -> str:
    return json.dumps({"tags": _tagged(self)})


@adds(GuardDutyResponse)
def tag_resource(self: GuardDutyResponse) -> str:
    _tagged(self).update(self._get_param("tags"))
    return "{}"


@adds(GuardDutyResponse)
def untag_resource(self: GuardDutyResponse) -> str:
    for key in self.querystring.get("tagKeys", ()):
        _tagged(self).pop(key, None)
    return "{}"


for _path in ("", "/create", "/get", "/archive", "/unarchive"):
    urls.url_paths[f"{{0}}/detector/(?P<detector_id>[^/]+)/findings{_path}$"] = (
        GuardDutyResponse.dispatch
    )
urls.url_paths["{0}/tags/(?P<resource_arn>.+)$"] = GuardDutyResponse.dispatch
