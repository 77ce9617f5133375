"""Why a finding is suppressed, where its tool does not say it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pay.model.watching.accounts import Road
from pay.model.watching.suppressions import Suppression
from rollout.findings.finding import FindingState
from rollout.findings.read import Answers
from tests.support.found import NOW, RUNTIME, cluster, runtime, vulnerability

Ask = Callable[..., Answers]


def suppression(**more: Any) -> Suppression:
    return Suppression.model_validate(
        {
            "tool": "guardduty",
            "finding": RUNTIME,
            "environment": "test-12",
            "service": "connector",
            "severity": "high",
            "reason": "The deploy tool starts it at each release.",
            "owner": "security lead",
            "expires": NOW.date() + timedelta(days=30),
            "evidence": ["1"],
            **more,
        }
    )


def test_an_archived_finding_has_the_reason_and_the_role_of_its_entry(ask: Ask) -> None:
    (found,) = ask(guardduty=[runtime(archived=True)], suppressions=[suppression()]).findings
    assert found.because == (
        "The deploy tool starts it at each release. Accepted by: security lead. Until: 2026-12-26."
    )


@pytest.mark.parametrize(
    "other",
    [{"service": "ledger"}, {"side": "ec2"}, {"environment": "test-perf-1"}, {"severity": "low"}],
    ids=str,
)
def test_an_entry_about_something_else_says_nothing(ask: Ask, other: Any) -> None:
    entry = suppression(**other)
    (found,) = ask(guardduty=[runtime(archived=True)], suppressions=[entry]).findings
    assert found.because == "archived in GuardDuty"


def test_an_open_finding_stays_open_whatever_the_file_says(ask: Ask) -> None:
    """The tool's filter suppresses: an entry that was not deployed hides nothing."""
    (found,) = ask(guardduty=[runtime()], suppressions=[suppression()]).findings
    assert found.state is FindingState.OPEN


def test_inspector_has_the_reason_too(ask: Ask) -> None:
    entry = suppression(tool="inspector", finding="CVE-2026-1111")
    details = {"vulnerabilityId": "CVE-2026-1111"}
    weak = vulnerability(
        status="SUPPRESSED", packageVulnerabilityDetails={**details, "source": "N"}
    )
    (found,) = ask(inspector=[weak], clusters=[cluster()], suppressions=[entry]).findings
    assert found.because is not None
    assert "Accepted by: security lead." in found.because


@pytest.mark.parametrize("volume", [True, False])
def test_what_guardduty_archives_never_reaches_the_hub_and_is_counted(
    ask: Ask, volume: bool
) -> None:
    noisy = "Discovery:Runtime/SuspiciousCommand"
    entry = suppression(finding=noisy, volume=volume)
    archived, open_ = {**runtime("1", archived=True), "Type": noisy}, runtime("2")
    found = ask(Road.HUB, guardduty=[archived, open_], suppressions=[entry]).findings
    assert [(each.key, each.because) for each in found] == [("1", entry.note)] * volume
