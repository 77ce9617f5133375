"""The findings of a scan in an image that runs, with the last day for each.

PCI DSS v4.0.1, 6.3.3: patches for critical and high vulnerabilities are installed within one month
of release. Amazon Inspector names no day of the fix. The day on which the vendor published the
vulnerability is the earliest possible one. The deadline counts from there.
"""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from botocore.exceptions import ClientError

SEVERITIES = ("CRITICAL", "HIGH")
"""As Amazon Inspector ranks what the requirement speaks of."""

SCANNED = "ACTIVE"
"""The status of an image that Amazon Inspector scans again whenever a vulnerability is new. With
every other, such as PENDING, UNSUPPORTED_IMAGE or SCAN_ELIGIBILITY_EXPIRED, an answer without
findings says nothing. COMPLETE is that of a basic scan, which happened once. Sources: ECR API
reference, `ImageScanStatus`; ECR user guide, "Scan images for OS vulnerabilities".
"""


@dataclass(frozen=True)
class Vulnerability:
    """One finding in one image."""

    id: str
    severity: str
    packages: str
    """Names and versions, with those that mend it."""
    published: date | None
    """None: the vendor names no day."""
    has_fix: bool
    arn: str | None
    """Amazon Inspector's own, by which its other answers name the same finding."""
    seen: tuple[datetime, datetime] | None
    """First and last; None if the scan names no time."""

    @property
    def deadline(self) -> date | None:
        """Return the last day on which it may still run; None if there is nothing to install."""
        return a_month_after(self.published) if self.has_fix and self.published else None

    def is_late(self, today: date) -> bool:
        return self.deadline is not None and today > self.deadline


def a_month_after(day: date) -> date:
    """Return the same day of the next month, or its last day if it is shorter."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def vulnerabilities(ecr: Any, repository: str, digest: str) -> tuple[Vulnerability, ...] | None:
    """Return the critical and high findings of the image of one architecture. None without a scan,
    or with one that has ended.

    Raises botocore's ClientError when AWS does not answer.
    """
    pages = ecr.get_paginator("describe_image_scan_findings").paginate(
        repositoryName=repository, imageId={"imageDigest": digest}
    )
    try:
        read_pages = list(pages)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ScanNotFoundException":
            return None
        raise
    if any(page.get("imageScanStatus", {}).get("status") != SCANNED for page in read_pages):
        return None
    return tuple(each for page in read_pages for each in _in_page(page))


def _in_page(page: Mapping[str, Any]) -> Iterator[Vulnerability]:
    for each in page.get("imageScanFindings", {}).get("enhancedFindings", ()):
        if each.get("severity") in SEVERITIES and each.get("status", "ACTIVE") == "ACTIVE":
            details = each.get("packageVulnerabilityDetails", {})
            yield Vulnerability(
                id=details.get("vulnerabilityId") or each.get("title", "without a name"),
                severity=each["severity"],
                packages=", ".join(map(_package, details.get("vulnerablePackages", ()))),
                published=_day(details.get("vendorCreatedAt") or each.get("firstObservedAt")),
                has_fix=each.get("fixAvailable", "YES") != "NO",
                arn=each.get("findingArn"),
                seen=_seen(each),
            )


def _package(package: Mapping[str, Any]) -> str:
    fixed = package.get("fixedInVersion")
    installed = f"{package.get('name')} {package.get('version', '')}".strip()
    return f"{installed} (fixed in {fixed})" if fixed else installed


def _seen(finding: Mapping[str, Any]) -> tuple[datetime, datetime] | None:
    first, last = finding.get("firstObservedAt"), finding.get("lastObservedAt")
    return (first, last or first) if first else None


def _day(moment: Any) -> date | None:
    return moment.date() if isinstance(moment, datetime) else None
