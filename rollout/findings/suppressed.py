"""Finds why a finding is suppressed, and by which role, where the tool itself does not say it.

GuardDuty and Inspector name no reason in a finding that their filters cover. ECR's scans know no
suppression at all, so there the file's entry for Inspector holds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from pay.model.watching.suppressions import Suppression, SuppressionTool
from rollout.findings.finding import FindingState, SecurityFinding, Tool

ENTRY_OF: Mapping[Tool, SuppressionTool] = {
    Tool.GUARDDUTY: SuppressionTool.GUARDDUTY,
    Tool.SECURITY_HUB: SuppressionTool.SECURITY_HUB,
    Tool.INSPECTOR: SuppressionTool.INSPECTOR,
    Tool.ECR: SuppressionTool.INSPECTOR,
}
"""Tool -> what an entry of the file calls it."""


def with_reasons(
    findings: Iterable[SecurityFinding],
    own: Sequence[Suppression],
    today: date,
) -> Iterator[SecurityFinding]:
    """Yield each finding, with the note of the environment's entry that covers it."""
    for finding in findings:
        entry = next((each for each in own if covers(each, finding)), None)
        if entry is None:
            yield finding
        elif finding.state is FindingState.SUPPRESSED:
            yield replace(finding, because=entry.note)
        elif finding.tool is Tool.ECR and entry.holds_on(today):
            yield replace(finding, state=FindingState.SUPPRESSED, because=entry.note)
        else:
            yield finding


def covers(entry: Suppression, finding: SecurityFinding) -> bool:
    """Return whether an entry is about a finding. One about another service as well is not covered,
    because there it may be right.
    """
    return (
        entry.tool is ENTRY_OF[finding.tool]
        and entry.finding == finding.kind
        and finding.severity.name in entry.severity.labels
        and finding.services == (entry.service,)
        and all(place.side in (None, *entry.sides) for place in finding.places)
        and (entry.image is None or entry.image in finding.key)
    )
