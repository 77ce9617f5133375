"""Suppressions in AWS: each ends by itself, and leaves findings countable where it can."""

import re
from collections.abc import Iterable

from constructs import Construct

from imports.aws.guardduty_filter import (
    GuarddutyFilter,
    GuarddutyFilterFindingCriteria,
    GuarddutyFilterFindingCriteriaCriterion,
)
from imports.aws.inspector2_filter import (
    Inspector2Filter,
    Inspector2FilterFilterCriteria,
    Inspector2FilterFilterCriteriaEcrImageHash,
    Inspector2FilterFilterCriteriaEcrImageRepositoryName,
    Inspector2FilterFilterCriteriaSeverity,
    Inspector2FilterFilterCriteriaUpdatedAt,
    Inspector2FilterFilterCriteriaVulnerabilityId,
)
from imports.aws.securityhub_automation_rule import (
    SecurityhubAutomationRule,
    SecurityhubAutomationRuleActions,
    SecurityhubAutomationRuleActionsFindingFieldsUpdate,
    SecurityhubAutomationRuleActionsFindingFieldsUpdateNote,
    SecurityhubAutomationRuleActionsFindingFieldsUpdateWorkflow,
    SecurityhubAutomationRuleCriteria,
    SecurityhubAutomationRuleCriteriaComplianceSecurityControlId,
    SecurityhubAutomationRuleCriteriaProductName,
    SecurityhubAutomationRuleCriteriaResourceTags,
    SecurityhubAutomationRuleCriteriaSeverityLabel,
    SecurityhubAutomationRuleCriteriaType,
    SecurityhubAutomationRuleCriteriaUpdatedAt,
)
from pay.model import names
from pay.model.watching.suppressions import Suppression, SuppressionTool

RULE_ORDER = 100
"""Behind rules that others may have made; the order among ours does not matter, as none overlap."""


def suppressions(scope: Construct, entries: Iterable[Suppression], *, detector_id: str) -> None:
    """Render what an account suppresses on the day of synthesis."""
    for each in entries:
        if each.tool is SuppressionTool.INSPECTOR:
            _inspector_filter(scope, each)
        elif each.volume:
            _archives(scope, each, detector_id)
        else:
            _hub_rule(scope, each)


def _hub_rule(scope: Construct, entry: Suppression) -> None:
    """Set the workflow to SUPPRESSED with a note. The finding stays in every list of the hub.

    The stack's id is the one tag that names environment, service and side. Filters of several tags
    are joined by OR (Security Hub API reference, `MapFilter`).
    """
    criteria = SecurityhubAutomationRuleCriteria(
        product_name=[
            SecurityhubAutomationRuleCriteriaProductName(comparison="EQUALS", value=entry.product)
        ],
        resource_tags=[
            SecurityhubAutomationRuleCriteriaResourceTags(
                comparison="EQUALS", key="Stack", value=stack
            )
            for stack in entry.stacks
        ],
        severity_label=[
            SecurityhubAutomationRuleCriteriaSeverityLabel(comparison="EQUALS", value=label)
            for label in entry.severity.labels
        ],
        updated_at=[
            SecurityhubAutomationRuleCriteriaUpdatedAt(start=entry.FIRST_MOMENT, end=entry.end)
        ],
        type=[
            SecurityhubAutomationRuleCriteriaType(comparison="EQUALS", value=name)
            for name in entry.types_in_hub
        ]
        or None,
        compliance_security_control_id=[
            SecurityhubAutomationRuleCriteriaComplianceSecurityControlId(
                comparison="EQUALS", value=entry.finding
            )
        ]
        if entry.tool is SuppressionTool.SECURITY_HUB
        else None,
    )
    SecurityhubAutomationRule(
        scope,
        _id("hub", entry),
        rule_name=entry.name,
        rule_order=RULE_ORDER,
        description=entry.note,
        criteria=[criteria],
        actions=[
            SecurityhubAutomationRuleActions(
                type="FINDING_FIELDS_UPDATE",
                finding_fields_update=[
                    SecurityhubAutomationRuleActionsFindingFieldsUpdate(
                        workflow=[
                            SecurityhubAutomationRuleActionsFindingFieldsUpdateWorkflow(
                                status="SUPPRESSED"
                            )
                        ],
                        note=[
                            SecurityhubAutomationRuleActionsFindingFieldsUpdateNote(
                                text=entry.note, updated_by=entry.author
                            )
                        ],
                    )
                ],
            )
        ],
    )


def _inspector_filter(scope: Construct, entry: Suppression) -> None:
    """Suppress one vulnerability in one repository, for every environment that pulls from it."""
    image = Inspector2FilterFilterCriteriaEcrImageHash(comparison="EQUALS", value=entry.image or "")
    Inspector2Filter(
        scope,
        _id("inspector", entry),
        name=entry.name,
        action="SUPPRESS",
        reason=entry.note,
        filter_criteria=[
            Inspector2FilterFilterCriteria(
                vulnerability_id=[
                    Inspector2FilterFilterCriteriaVulnerabilityId(
                        comparison="EQUALS", value=entry.finding
                    )
                ],
                ecr_image_repository_name=[
                    Inspector2FilterFilterCriteriaEcrImageRepositoryName(
                        comparison="EQUALS", value=names.repository(entry.service)
                    )
                ],
                ecr_image_hash=[image] if entry.image else None,
                severity=[
                    Inspector2FilterFilterCriteriaSeverity(comparison="EQUALS", value=label)
                    for label in entry.severity.labels
                ],
                updated_at=[Inspector2FilterFilterCriteriaUpdatedAt(end_inclusive=entry.end)],
            )
        ],
    )


def _archives(scope: Construct, entry: Suppression, detector: str) -> None:
    """Archive a noisy finding as it arrives, so GuardDuty sends it to nobody."""

    def criterion(field: str, *values: str) -> GuarddutyFilterFindingCriteriaCriterion:
        return GuarddutyFilterFindingCriteriaCriterion(field=field, equal_to=list(values))

    cluster = "resource.ecsClusterDetails"
    GuarddutyFilter(
        scope,
        _id("guardduty", entry),
        name=entry.name,
        detector_id=detector,
        action="ARCHIVE",
        rank=1,
        # Other characters are refused (GuardDuty API reference, `CreateFilter`, description).
        description=re.sub(r"[^A-Za-z0-9 .:_(){}\[\]/-]", " ", entry.note),
        finding_criteria=GuarddutyFilterFindingCriteria(
            criterion=[
                criterion("type", entry.finding),
                criterion(f"{cluster}.name", *entry.clusters),
                criterion(f"{cluster}.taskDetails.group", f"service:{entry.service}"),
                GuarddutyFilterFindingCriteriaCriterion(
                    field="severity", less_than=str(entry.severity.below)
                ),
                GuarddutyFilterFindingCriteriaCriterion(field="updatedAt", less_than=entry.after),
            ]
        ),
    )


def _id(tool: str, entry: Suppression) -> str:
    """Return an id that changes only with what is suppressed, so its address is kept."""
    return re.sub(r"[^a-zA-Z0-9_-]", "-", f"{tool}_suppression_{entry.name}")
