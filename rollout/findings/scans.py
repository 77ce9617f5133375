"""Reads what ECR's scans find in the images that run: critical and high vulnerabilities."""

from collections.abc import Iterator
from datetime import UTC, datetime

from rollout.aws.clients import Client
from rollout.findings.finding import FindingSeverity, FindingState, SecurityFinding, Tool
from rollout.findings.places import Words
from rollout.findings.unknown import UnreadTool
from rollout.images.findings import Vulnerability
from rollout.images.survey import ACTIONS, ImageLine, Running, survey

__all__ = ["ACTIONS", "read"]


def read(words: Words, client: Client, now: datetime) -> Iterator[SecurityFinding | UnreadTool]:
    """Yield every vulnerability of what runs, and each image that no scan looks at.

    Raises botocore's ClientError when AWS does not answer.
    """
    for line in survey(words.environment, client):
        for running in line.running:
            if running.stored is None:
                continue  # `pay images` reports that there is nothing to scan
            if running.vulnerabilities is None:
                yield UnreadTool(
                    Tool.ECR,
                    f"no scan of {line.image.name} {running.name}, which runs",
                    f"see what to do: pay images {words.environment.name}",
                )
            for each in running.vulnerabilities or ():
                yield _understood(words, line, running, each, now)


def _understood(
    words: Words, line: ImageLine, running: Running, vulnerability: Vulnerability, now: datetime
) -> SecurityFinding:
    published = vulnerability.published
    day = datetime(published.year, published.month, published.day, tzinfo=UTC) if published else now
    first, last = vulnerability.seen or (day, now)
    image = f"{line.image.repository}@{running.stored.digest if running.stored else ''}"
    return SecurityFinding(
        tool=Tool.ECR,
        key=vulnerability.arn or f"{image} {vulnerability.id}",
        kind=vulnerability.id,
        title=f"{vulnerability.id} in {line.image.name} {running.name}: "
        f"{vulnerability.packages or 'no package'}",
        severity=FindingSeverity(vulnerability.severity.lower()),
        state=FindingState.OPEN,
        first_seen=first.astimezone(UTC),
        last_seen=last.astimezone(UTC),
        places=tuple(map(words.of_running, running.where)),
        has_fix=vulnerability.has_fix,
        repository=line.image.repository,
        published=published,
    )
