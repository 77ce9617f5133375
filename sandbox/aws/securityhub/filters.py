"""Filters of Security Hub, as they match findings in lists and in automation rules.

Fields are joined by AND. Inside a field, filters that ask for a value are joined by OR. Filters
that exclude a value are joined by AND. This also holds for tags with different keys.

Source: Security Hub API reference, `AwsSecurityFindingFilters`, `StringFilter`, `MapFilter` and
`DateFilter`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sandbox.aws.clock import CLOCK, seconds_of

HubFinding = Mapping[str, Any]
Filter = Mapping[str, Any]

PATHS: Mapping[str, str] = {
    "AwsAccountId": "AwsAccountId",
    "CompanyName": "CompanyName",
    "ComplianceSecurityControlId": "Compliance.SecurityControlId",
    "ComplianceStatus": "Compliance.Status",
    "CreatedAt": "CreatedAt",
    "Description": "Description",
    "FirstObservedAt": "FirstObservedAt",
    "GeneratorId": "GeneratorId",
    "Id": "Id",
    "LastObservedAt": "LastObservedAt",
    "NoteText": "Note.Text",
    "NoteUpdatedAt": "Note.UpdatedAt",
    "NoteUpdatedBy": "Note.UpdatedBy",
    "ProductArn": "ProductArn",
    "ProductName": "ProductName",
    "RecordState": "RecordState",
    "Region": "Region",
    "ResourceId": "Resources.Id",
    "ResourceRegion": "Resources.Region",
    "ResourceTags": "Resources.Tags",
    "ResourceType": "Resources.Type",
    "SeverityLabel": "Severity.Label",
    "Title": "Title",
    "Type": "Types",
    "UpdatedAt": "UpdatedAt",
    "UserDefinedFields": "UserDefinedFields",
    "VerificationState": "VerificationState",
    "WorkflowStatus": "Workflow.Status",
}
"""The fields that the sandbox filters by -> their place in a finding."""

_ASKS: Mapping[str, Callable[[str, str], bool]] = {
    "EQUALS": lambda actual, wanted: actual == wanted,
    "PREFIX": lambda actual, wanted: actual.startswith(wanted),
    "CONTAINS": lambda actual, wanted: wanted in actual,
}
_EXCLUDES: Mapping[str, Callable[[str, str], bool]] = {
    "NOT_EQUALS": _ASKS["EQUALS"],
    "PREFIX_NOT_EQUALS": _ASKS["PREFIX"],
    "NOT_CONTAINS": _ASKS["CONTAINS"],
}
COMPARISONS = frozenset({*_ASKS, *_EXCLUDES})


def matches(finding: HubFinding, filters: Mapping[str, Sequence[Filter]]) -> bool:
    """Return whether a finding matches every field of `filters`."""
    return all(
        _matches_field(list(values(finding, PATHS[name])), each)
        for name, each in filters.items()
        if each
    )


def values(finding: Any, path: str) -> Iterator[Any]:
    """Yield what stands at a dotted path; a list is each of its items."""
    if isinstance(finding, list):
        for each in finding:
            yield from values(each, path)
    elif not path:
        if finding is not None:
            yield finding
    elif isinstance(finding, Mapping):
        name, _, rest = path.partition(".")
        yield from values(finding.get(name), rest)


def _matches_field(actual: Sequence[Any], filters: Sequence[Filter]) -> bool:
    dates = [each for each in filters if "Comparison" not in each]
    if dates:
        return any(_is_within(moment, each) for moment in actual for each in dates)
    asked = [each for each in filters if each["Comparison"] in _ASKS]
    excluded = [each for each in filters if each["Comparison"] in _EXCLUDES]
    return (not asked or any(_has(actual, each, _ASKS) for each in asked)) and not any(
        _has(actual, each, _EXCLUDES) for each in excluded
    )


def _has(
    actual: Iterable[Any], filter_: Filter, comparisons: Mapping[str, Callable[[str, str], bool]]
) -> bool:
    compare, wanted = comparisons[filter_["Comparison"]], filter_["Value"]
    if "Key" in filter_:
        actual = (tags[filter_["Key"]] for tags in actual if filter_["Key"] in tags)
    return any(compare(str(each), wanted) for each in actual)


def _is_within(moment: str, filter_: Filter) -> bool:
    seconds = seconds_of(moment)
    if within := filter_.get("DateRange"):
        return seconds >= CLOCK.seconds() - timedelta(days=within["Value"]).total_seconds()
    start, end = filter_.get("Start"), filter_.get("End")
    return (not start or seconds_of(start) <= seconds) and (not end or seconds <= seconds_of(end))
