"""What the answer of a scan says of an image."""

from collections.abc import Mapping
from typing import Any

import pytest

from rollout.images.findings import vulnerabilities

FOUND: Mapping[str, Any] = {
    "severity": "HIGH",
    "packageVulnerabilityDetails": {"vulnerabilityId": "CVE-2026-1"},
}


class Registry:
    """Answers one page of findings."""

    def __init__(self, status: str, *found: Mapping[str, Any]) -> None:
        self._page = {
            "imageScanStatus": {"status": status},
            "imageScanFindings": {"enhancedFindings": list(found)},
        }

    def get_paginator(self, _: str) -> "Registry":
        return self

    def paginate(self, **_: object) -> list[Mapping[str, Any]]:
        return [self._page]


def test_reads_what_a_continuous_scan_finds() -> None:
    [found] = vulnerabilities(Registry("ACTIVE", FOUND), "govukpay/connector", "sha256:a") or ()
    assert (found.id, found.severity) == ("CVE-2026-1", "HIGH")
    assert vulnerabilities(Registry("ACTIVE"), "govukpay/connector", "sha256:a") == ()


@pytest.mark.parametrize(
    "status",
    [
        *("COMPLETE", "FAILED", "FINDINGS_UNAVAILABLE", "IN_PROGRESS", "PENDING"),
        *("SCAN_ELIGIBILITY_EXPIRED", "UNSUPPORTED_IMAGE"),
    ],
)
def test_an_image_that_no_scan_watches_has_not_no_findings(status: str) -> None:
    assert vulnerabilities(Registry(status), "govukpay/connector", "sha256:a") is None
