"""Asks an account what its suppressions cover. It only reads; `reopen.py` writes."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pay.model import Environment, names
from pay.model.watching.accounts import Administrator, Road
from pay.model.watching.suppressions import Suppression, SuppressionTool
from rollout.aws.clients import Client, items, moment_of

UNUSED_AFTER = timedelta(days=90)
"""One that covered nothing for so long is not needed; GuardDuty keeps its findings as long."""


@dataclass(frozen=True)
class Hit:
    """One finding that is suppressed."""

    tool: SuppressionTool
    """The tool that suppresses it: Security Hub for a rule of the hub, whatever reported it."""
    id: str
    product: str
    """The ARN of the product in Security Hub; empty elsewhere."""
    seen: datetime


@dataclass(frozen=True)
class CoveredFindings:
    """One suppression with what it covers."""

    name: str
    """Its name in AWS."""
    entry: Suppression | None
    """None: it is no longer in the file."""
    hits: tuple[Hit, ...]
    today: date

    @property
    def has_ended(self) -> bool:
        """Return whether findings that it suppressed have to come back."""
        return self.entry is None or not self.entry.holds_on(self.today)

    @property
    def is_unused(self) -> bool:
        """Return whether it has covered nothing for UNUSED_AFTER."""
        since = datetime.combine(self.today, datetime.min.time(), UTC) - UNUSED_AFTER
        return not self.has_ended and not any(each.seen >= since for each in self.hits)

    @property
    def to_reopen(self) -> tuple[Hit, ...]:
        """Return what stays suppressed although it has ended. Rules of the hub and filters of
        GuardDuty change nothing that is there. Inspector reopens by itself.
        """
        kept = self.hits if self.has_ended else ()
        return tuple(hit for hit in kept if hit.tool is not SuppressionTool.INSPECTOR)


def covered(
    environment: Environment, entries: Sequence[Suppression], client: Client, today: date
) -> tuple[CoveredFindings, ...]:
    """Return the environment's suppressions, and those that left findings behind.

    Raises botocore's ClientError, also for a tool that is not on.
    """
    hits: Mapping[str, Collection[Hit]] = _in_hub(environment, client)
    rows = [
        CoveredFindings(each.name, each, (*hits.get(each.name, ()), *_own(each, client)), today)
        for each in entries
    ]
    known = {each.name for each in entries}
    removed = [CoveredFindings(n, None, tuple(h), today) for n, h in hits.items() if n not in known]
    return (*rows, *removed)


def who_suppresses(environment: Environment) -> str | None:
    """Return in words which account has to create the filters of a member account; None if its own
    stack does.
    """
    watching = environment.watching
    if watching is None or watching.administrator is not Administrator.MEMBER:
        return None
    return (
        f"account {environment.account_name} is a member of an organisation: nothing is rendered. "
        "Its administrator for GuardDuty, Inspector and Security Hub has to make these rules"
    )


def _in_hub(environment: Environment, client: Client) -> Mapping[str, list[Hit]]:
    """Return name of a suppression -> what its rule has suppressed in the hub, by the note's
    author.
    """
    hits = defaultdict[str, list[Hit]](list)
    if environment.watching is None or environment.watching.road is not Road.HUB:
        return hits
    author = f"{Suppression.AUTHOR}{environment.name}-"
    filters = {
        "WorkflowStatus": [{"Value": "SUPPRESSED", "Comparison": "EQUALS"}],
        "RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}],
        "NoteUpdatedBy": [{"Value": author, "Comparison": "PREFIX"}],
    }
    for each in items(client("securityhub"), "get_findings", "Findings", Filters=filters):
        name = each["Note"]["UpdatedBy"].removeprefix(Suppression.AUTHOR)
        seen = moment_of(each["UpdatedAt"])
        hits[name].append(Hit(SuppressionTool.SECURITY_HUB, each["Id"], each["ProductArn"], seen))
    return hits


def _own(entry: Suppression, client: Client) -> Iterator[Hit]:
    """Yield what the tool itself suppresses."""
    if entry.volume:
        yield from _archived(entry, client("guardduty"))
    elif entry.tool is SuppressionTool.INSPECTOR:
        yield from _in_inspector(entry, client("inspector2"))


def _archived(entry: Suppression, guardduty: Any) -> Iterator[Hit]:
    cluster = "resource.ecsClusterDetails"
    criterion = {
        "service.archived": {"Equals": ["true"]},
        "type": {"Equals": [entry.finding]},
        f"{cluster}.name": {"Equals": list(entry.clusters)},
        f"{cluster}.taskDetails.group": {"Equals": [f"service:{entry.service}"]},
    }
    for detector in items(guardduty, "list_detectors", "DetectorIds"):
        asked = {"DetectorId": detector, "FindingCriteria": {"Criterion": criterion}}
        ids = list(items(guardduty, "list_findings", "FindingIds", **asked))
        for start in range(0, len(ids), 50):
            some = ids[start : start + 50]
            for each in guardduty.get_findings(DetectorId=detector, FindingIds=some)["Findings"]:
                seen = moment_of(each["UpdatedAt"])
                yield Hit(SuppressionTool.GUARDDUTY, f"{detector}/{each['Id']}", "", seen)


def _in_inspector(entry: Suppression, inspector: Any) -> Iterator[Hit]:
    def equals(*values: str) -> list[dict[str, str]]:
        return [{"comparison": "EQUALS", "value": value} for value in values]

    criteria = {
        "findingStatus": equals("SUPPRESSED"),
        "vulnerabilityId": equals(entry.finding),
        "ecrImageRepositoryName": equals(names.repository(entry.service)),
    }
    if entry.image:
        criteria["ecrImageHash"] = equals(entry.image)
    for each in items(inspector, "list_findings", "findings", filterCriteria=criteria):
        yield Hit(SuppressionTool.INSPECTOR, each["findingArn"], "", each["updatedAt"])
