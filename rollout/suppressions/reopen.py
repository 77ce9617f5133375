"""Brings back what a rule of our own stack suppressed, once the suppression has ended."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from pay.model.watching.suppressions import SuppressionTool
from rollout.aws.clients import Client
from rollout.suppressions.covered import CoveredFindings, Hit

AUTHOR = "pay suppressions --reopen"
AT_ONCE = 50
"""Findings of one call (GuardDuty API reference, `UnarchiveFindings`; Security Hub takes 100)."""


def reopen(rows: Iterable[CoveredFindings], client: Client) -> int:
    """Reopen what has ended, and return how many findings it was.

    A stopped run continues where it ended, because what is open again is no longer listed.
    Raises botocore's ClientError.
    """
    hits = sorted((hit for row in rows for hit in row.to_reopen), key=lambda hit: hit.tool)
    for tool, group in groupby(hits, key=lambda hit: hit.tool):
        act, listed = (
            _in_hub if tool is SuppressionTool.SECURITY_HUB else _in_guardduty,
            list(group),
        )
        for start in range(0, len(listed), AT_ONCE):
            act(listed[start : start + AT_ONCE], client)
    return len(hits)


def _in_hub(hits: Sequence[Hit], client: Client) -> None:
    client("securityhub").batch_update_findings(
        FindingIdentifiers=[{"Id": hit.id, "ProductArn": hit.product} for hit in hits],
        Workflow={"Status": "NEW"},
        Note={"Text": "The suppression has ended.", "UpdatedBy": AUTHOR},
    )


def _in_guardduty(hits: Sequence[Hit], client: Client) -> None:
    for detector, group in groupby(hits, key=lambda hit: hit.id.partition("/")[0]):
        ids = [hit.id.partition("/")[2] for hit in group]
        client("guardduty").unarchive_findings(DetectorId=detector, FindingIds=ids)
