"""Security Hub (CSPM): findings with filters and pages, automation rules, updates of a person.

moto 5.2 answers every finding to GetFindings, whatever the filters ask for. It has neither
automation rules nor BatchUpdateFindings.

Automation rules change new findings and those that their provider updates. They never change what a
person changes with BatchUpdateFindings. Source: Security Hub user guide, "Automation rules".
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from moto.moto_api._internal import mock_random
from moto.securityhub import urls
from moto.securityhub.exceptions import SecurityHubClientError
from moto.securityhub.models import Finding, SecurityHubBackend
from moto.securityhub.responses import SecurityHubResponse

from sandbox.aws.clock import CLOCK, seconds_of
from sandbox.aws.eventbridge.events import publish
from sandbox.aws.patching import adds, replaces
from sandbox.aws.securityhub.filters import COMPARISONS, PATHS, matches, values
from sandbox.aws.securityhub.settings import hub_of

MOST_RULES = 100
"""Of one administrator or account (Security Hub user guide, "Security Hub CSPM quotas")."""
MOST_AT_ONCE = 100
"""Findings or rules of one call (API reference)."""
_BY_PEOPLE = ("Note", "UserDefinedFields", "VerificationState", "Workflow")
"""The fields that a provider cannot set (Security Hub user guide, "BatchImportFindings for finding
providers")."""
_LABELS = ((90, "CRITICAL"), (70, "HIGH"), (40, "MEDIUM"), (1, "LOW"), (0, "INFORMATIONAL"))
"""The least normalised severity of each label (API reference, `Severity`)."""

AutomationRule = dict[str, Any]


def _refused(kind: str, message: str) -> SecurityHubClientError:
    return SecurityHubClientError(kind, message)


def _rules(backend: SecurityHubBackend) -> dict[str, AutomationRule]:
    """Return the automation rules by ARN, as they were made."""
    rules: dict[str, AutomationRule] = backend.__dict__.setdefault("automation_rules", {})
    return rules


def _body(response: SecurityHubResponse) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(response.body or "{}")
    return body


def arrive(backend: SecurityHubBackend, given: Mapping[str, Any]) -> None:
    """Store a finding of a provider: new, or an update of one with the same product and id."""
    known = _known(backend, given["ProductArn"], given["Id"])
    if known and seconds_of(given["UpdatedAt"]) <= seconds_of(known.data["UpdatedAt"]):
        return  # an update must be later than what is there (user guide, ibid.)
    finding = {name: value for name, value in given.items() if name not in _BY_PEOPLE}
    finding["Severity"] = _labelled(given.get("Severity") or {})
    finding["Region"] = backend.region_name  # set by the hub (user guide, "ASFF", `Region`)
    if known:
        known.data.update(finding)
    else:
        start = {"RecordState": "ACTIVE", "Workflow": {"Status": "NEW"}}
        known = Finding(given["Id"], {**start, **finding})
        backend.findings.append(known)
    _apply_rules(backend, known.data)
    _publish(backend, known.data)


def _publish(backend: SecurityHubBackend, finding: Mapping[str, Any]) -> None:
    """Publish a finding as an event of its own (Security Hub user guide, "EventBridge event
    types").
    """
    publish(
        backend.account_id,
        backend.region_name,
        "aws.securityhub",
        "Security Hub Findings - Imported",
        {"findings": [finding]},
    )


def _known(backend: SecurityHubBackend, product: str, id_: str) -> Finding | None:
    wanted = (product, id_)
    return next(
        (each for each in backend.findings if (each.data["ProductArn"], each.id) == wanted), None
    )


def _labelled(severity: Mapping[str, Any]) -> dict[str, Any]:
    number = severity.get("Normalized", 0)
    return {"Label": next(label for least, label in _LABELS if number >= least), **severity}


def _apply_rules(backend: SecurityHubBackend, finding: dict[str, Any]) -> None:
    for rule in sorted(_rules(backend).values(), key=lambda each: int(each["RuleOrder"])):
        if rule["RuleStatus"] == "ENABLED" and matches(finding, rule["Criteria"]):
            for action in rule["Actions"]:
                _update(finding, action["FindingFieldsUpdate"])
            if rule["IsTerminal"]:
                return


def _update(finding: dict[str, Any], update: Mapping[str, Any]) -> None:
    now = CLOCK.moment().isoformat()
    for name, value in update.items():
        finding[name] = {**value, "UpdatedAt": now} if name == "Note" else value


@replaces(SecurityHubResponse)
def batch_import_findings(self: SecurityHubResponse) -> str:
    backend, findings = hub_of(self), _body(self)["Findings"]
    if not 1 <= len(findings) <= MOST_AT_ONCE:
        raise _refused("InvalidInputException", f"Findings has 1 to {MOST_AT_ONCE} members.")
    failed = []
    for each in findings:
        if each["AwsAccountId"] != backend.account_id:
            what = "The account of the finding is not that of the call."
            failed.append({"Id": each["Id"], "ErrorCode": "InvalidInput", "ErrorMessage": what})
            continue
        if not each["Resources"] or not each.get("Severity"):
            what = "Finding does not adhere to Amazon Finding Format: Severity and Resources"
            failed.append({"Id": each["Id"], "ErrorCode": "InvalidInput", "ErrorMessage": what})
            continue
        arrive(backend, each)
    counts = {"FailedCount": len(failed), "SuccessCount": len(findings) - len(failed)}
    return json.dumps({**counts, "FailedFindings": failed})


@replaces(SecurityHubResponse)
def get_findings(self: SecurityHubResponse) -> str:
    backend, asked = hub_of(self), _body(self)
    filters = asked.get("Filters") or {}
    _check_filters(filters, in_rule=False)
    size = int(asked.get("MaxResults") or MOST_AT_ONCE)
    if not 1 <= size <= MOST_AT_ONCE:
        raise _refused("InvalidInputException", f"MaxResults is 1 to {MOST_AT_ONCE}.")
    matching = [each.data for each in backend.findings if matches(each.data, filters)]
    for criterion in reversed(asked.get("SortCriteria") or []):
        path = PATHS.get(criterion["Field"], criterion["Field"])
        matching.sort(
            key=lambda each: [str(value) for value in values(each, path)],
            reverse=criterion["SortOrder"] == "desc",
        )
    start = _start(asked.get("NextToken"))
    more = {"NextToken": str(start + size)} if len(matching) > start + size else {}
    return json.dumps({"Findings": matching[start : start + size], **more})


def _start(token: str | None) -> int:
    if token and not token.isdigit():
        raise _refused("InvalidInputException", f"Invalid parameter 'NextToken': {token}")
    return int(token or 0)


@adds(SecurityHubResponse)
def batch_update_findings(self: SecurityHubResponse) -> str:
    backend, asked = hub_of(self), _body(self)
    identifiers = asked.pop("FindingIdentifiers")
    if not 1 <= len(identifiers) <= MOST_AT_ONCE:
        raise _refused("InvalidInputException", f"FindingIdentifiers has 1 to {MOST_AT_ONCE}.")
    processed, unprocessed = [], []
    for each in identifiers:
        if finding := _known(backend, each["ProductArn"], each["Id"]):
            _update(finding.data, asked)
            _publish(backend, finding.data)
            processed.append(each)
        else:
            what = {"ErrorCode": "FindingNotFound", "ErrorMessage": "Finding does not exist"}
            unprocessed.append({"FindingIdentifier": each, **what})
    return json.dumps({"ProcessedFindings": processed, "UnprocessedFindings": unprocessed})


@adds(SecurityHubResponse)
def create_automation_rule(self: SecurityHubResponse) -> str:
    backend, asked = hub_of(self), _body(self)
    rules = _rules(backend)
    if len(rules) >= MOST_RULES:
        raise _refused("LimitExceededException", f"An account has at most {MOST_RULES} rules.")
    rule: AutomationRule = {"RuleStatus": "ENABLED", "IsTerminal": False, **asked}
    _check_rule(rule)
    owner = f"{backend.region_name}:{backend.account_id}"
    arn = f"arn:aws:securityhub:{owner}:automation-rule/{mock_random.uuid4()}"
    tags, now = rule.pop("Tags", {}), CLOCK.moment().isoformat()
    rules[arn] = {**rule, "RuleArn": arn, "CreatedAt": now, "UpdatedAt": now}
    _tags(backend)[arn] = dict(tags)
    return json.dumps({"RuleArn": arn})


def _check_rule(rule: AutomationRule) -> None:
    """Raise what AWS refuses (API reference, `CreateAutomationRule`)."""
    if not 1 <= rule["RuleOrder"] <= 1000:
        raise _refused("InvalidInputException", "RuleOrder is 1 to 1000.")
    if len(rule["Actions"]) != 1:
        raise _refused("InvalidInputException", "Actions has exactly 1 member.")
    if not rule["Criteria"]:
        raise _refused("InvalidInputException", "Criteria has at least one field.")
    _check_filters(rule["Criteria"], in_rule=True)


def _check_filters(filters: Mapping[str, Any], *, in_rule: bool) -> None:
    """Refuse unknown names, too many filters and wrong comparisons. CONTAINS of a text is for
    automation rules only (API reference, `StringFilter`).
    """
    for name, each in filters.items():
        if name not in PATHS:
            raise _refused("InvalidInputException", f"The sandbox does not filter by {name}.")
        if len(each) > 20:
            raise _refused("InvalidInputException", f"{name} has at most 20 filters.")
        for one in each:
            comparison = one.get("Comparison", "EQUALS")
            of_text = "Key" not in one and comparison.endswith("CONTAINS")
            if comparison not in COMPARISONS or (of_text and not in_rule):
                raise _refused("InvalidInputException", f"{comparison} is not for {name}.")


def _by_arn(
    backend: SecurityHubBackend, arns: Iterable[str]
) -> tuple[list[AutomationRule], list[dict[str, Any]]]:
    """Return the rules of these ARNs, and an error for each other."""
    rules = _rules(backend)
    missing = [
        {"RuleArn": arn, "ErrorCode": 404, "ErrorMessage": "The rule does not exist"}
        for arn in arns
        if arn not in rules
    ]
    return [rules[arn] for arn in arns if arn in rules], missing


@adds(SecurityHubResponse)
def batch_get_automation_rules(self: SecurityHubResponse) -> str:
    rules, missing = _by_arn(hub_of(self), _body(self)["AutomationRulesArns"])
    return json.dumps({"Rules": rules, "UnprocessedAutomationRules": missing})


@adds(SecurityHubResponse)
def list_automation_rules(self: SecurityHubResponse) -> str:
    hidden = {"Criteria", "Actions"}
    rules = [
        {name: value for name, value in rule.items() if name not in hidden}
        for rule in _rules(hub_of(self)).values()
    ]
    return json.dumps({"AutomationRulesMetadata": rules})


@adds(SecurityHubResponse)
def batch_update_automation_rules(self: SecurityHubResponse) -> str:
    backend = hub_of(self)
    items = {each["RuleArn"]: each for each in _body(self)["UpdateAutomationRulesRequestItems"]}
    rules, missing = _by_arn(backend, items)
    for rule in rules:
        changed = {**rule, **items[rule["RuleArn"]]}
        _check_rule(changed)
        rule.update(changed, UpdatedAt=CLOCK.moment().isoformat())
    return _processed(rules, missing)


@adds(SecurityHubResponse)
def batch_delete_automation_rules(self: SecurityHubResponse) -> str:
    backend = hub_of(self)
    rules, missing = _by_arn(backend, _body(self)["AutomationRulesArns"])
    for rule in rules:
        del _rules(backend)[rule["RuleArn"]]
    return _processed(rules, missing)


def _processed(rules: Iterable[AutomationRule], missing: Iterable[Mapping[str, Any]]) -> str:
    arns = [rule["RuleArn"] for rule in rules]
    return json.dumps(
        {"ProcessedAutomationRules": arns, "UnprocessedAutomationRules": list(missing)}
    )


def _tags(backend: SecurityHubBackend) -> dict[str, dict[str, str]]:
    tags: dict[str, dict[str, str]] = backend.__dict__.setdefault("tags_of_rules", {})
    return tags


def _tagged(response: SecurityHubResponse) -> dict[str, str]:
    return _tags(hub_of(response)).setdefault(unquote(response.path.split("/tags/")[-1]), {})


@adds(SecurityHubResponse)
def list_tags_for_resource(self: SecurityHubResponse) -> str:
    return json.dumps({"Tags": _tagged(self)})


@adds(SecurityHubResponse)
def tag_resource(self: SecurityHubResponse) -> str:
    _tagged(self).update(_body(self)["Tags"])
    return "{}"


@adds(SecurityHubResponse)
def untag_resource(self: SecurityHubResponse) -> str:
    for key in self.querystring.get("tagKeys", ()):
        _tagged(self).pop(key, None)
    return "{}"


for _path in (
    *(f"automationrules/{verb}" for verb in ("create", "get", "update", "delete", "list")),
    "findings/batchupdate",
    "tags/(?P<resource_arn>.+)",
):
    urls.url_paths[f"{{0}}/{_path}$"] = SecurityHubResponse.dispatch
