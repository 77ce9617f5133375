"""Until when a finding has to be resolved, and by which rule.

The rules are those of PCI DSS v4.0.1. Critical and high-security vulnerabilities get their patches
within one month of release (6.3.3). Scans confirm that critical and high ones are resolved
(11.3.1). The team's targeted risk analysis says when all others are addressed (11.3.1.1). The
standard names no days for what happened, such as a finding of GuardDuty. Those only have to be
addressed (10.4.3), so the same month holds.
"""

from datetime import date

from rollout.findings.finding import FindingState, SecurityFinding
from rollout.images.findings import a_month_after

RULE_OF_WEAKNESSES = "PCI DSS v4.0.1, 6.3.3 and 11.3.1"
RULE_OF_EVENTS = "PCI DSS v4.0.1, 10.4.3"
RULE_OF_OTHERS = "the team's risk analysis (PCI DSS v4.0.1, 11.3.1.1)"


def deadline(finding: SecurityFinding) -> date | None:
    """Return the last day on which it may be open. None: the standard names no day, nothing can be
    installed, or the image does not run.
    """
    if not finding.severity.is_high or not finding.has_fix or not finding.runs:
        return None
    return a_month_after(finding.published or finding.first_seen.date())


def rule(finding: SecurityFinding) -> str:
    """Return where its deadline comes from."""
    if not finding.severity.is_high:
        return RULE_OF_OTHERS
    return RULE_OF_WEAKNESSES if finding.is_weakness else RULE_OF_EVENTS


def is_late(finding: SecurityFinding, today: date) -> bool:
    """Return whether it is open after its deadline."""
    last = deadline(finding)
    return finding.state is FindingState.OPEN and last is not None and today > last
