"""Findings beside what the team did: stage, last move, deadline, time spent."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pay.model.watching.accounts import Road
from rollout.findings.answer_record import FindingVerdict, answer_to
from rollout.findings.finding import FindingState
from rollout.findings.listing import FindingLine, lines
from rollout.findings.read import Answers
from rollout.findings.report import as_data, folded, headline, mistakes
from tests.support.checkout import Checkout
from tests.support.found import NOW, cluster, in_hub, runtime, vulnerability

Ask = Callable[..., Answers]
LONG = timedelta(days=40)


@pytest.fixture
def listed(ask: Ask, checkout: Checkout) -> Callable[..., tuple[FindingLine, ...]]:
    """List what tools answer, with connector at canary for 12 minutes before the finding."""
    checkout.put("test-12", "connector", "canary", ago=timedelta(minutes=72), now=NOW)

    def run(
        road: Road = Road.DIRECT, *, answers: Any = (), **tools: Any
    ) -> tuple[FindingLine, ...]:
        found = ask(road, **tools).findings
        standings = checkout.standings(NOW)
        return lines(found, answers, standings, "test-12", NOW - timedelta(days=7))

    return run


def test_says_how_long_after_a_move_it_was_first_seen(listed: Any) -> None:
    (line,) = listed(guardduty=[runtime()])
    assert line.since_the_move == "12 min after canary"
    assert [stage.value for _, stage in line.stages] == ["canary"]


def test_one_of_this_moment_is_not_of_tomorrow(listed: Any) -> None:
    """AWS's clock may be ahead of this machine's."""
    (line,) = listed(guardduty=[runtime(first=NOW + timedelta(seconds=1), last=NOW)])
    assert line.age == timedelta()
    assert as_data("test-12", [line], (), ())["findings"][0]["age_days"] == 0


def test_a_high_finding_is_late_after_a_month(listed: Any) -> None:
    late, soon = runtime("1", first=NOW - LONG), runtime("2", first=NOW - timedelta(days=20))
    found = listed(guardduty=[soon, late])
    assert [(line.finding.key, line.is_late) for line in found] == [("1", True), ("2", False)]
    (mistake,) = mistakes("test-12", found, ())
    assert "connector on fargate: had to be resolved by 2026-11-17" in mistake.reason
    assert "10.4.3" in mistake.reason


def test_a_vulnerability_is_late_a_month_after_its_publication(listed: Any) -> None:
    old = vulnerability(published=NOW - LONG)
    (line,) = listed(inspector=[old], clusters=[cluster()])
    assert line.is_late
    assert "6.3.3" in line.rule


@pytest.mark.parametrize(
    "harmless",
    [
        {"severity": "MEDIUM"},
        {"fixAvailable": "NO"},
        {"status": "SUPPRESSED"},
        {"status": "CLOSED"},
    ],
    ids=str,
)
def test_other_vulnerabilities_are_not_late(listed: Any, harmless: Any) -> None:
    old = vulnerability(published=NOW - LONG, **harmless)
    (line,) = listed(inspector=[old], clusters=[cluster()])
    assert not line.is_late


def test_what_the_team_closed_is_resolved_and_its_time_is_counted(listed: Any, ask: Ask) -> None:
    (found,) = ask(guardduty=[runtime()]).findings
    answers = [answer_to(found, NOW, verdict=FindingVerdict.FALSE, minutes=25)]
    (line,) = listed(guardduty=[runtime()], answers=answers)
    assert (line.finding.state, line.minutes) == (FindingState.RESOLVED, 25)
    data = as_data("test-12", (line,), (), ())
    assert (data["minutes"], data["findings"][0]["verdict"]) == (25, "false")


def test_suppressed_ones_are_folded_with_their_reason(listed: Any) -> None:
    why = "A deploy tool. Owner: security lead."
    noted = [in_hub(id_=f"d/{n}", workflow="SUPPRESSED", note=why) for n in range(3)]
    found = listed(Road.HUB, hub=noted)
    assert folded(found) == {why: 3}
    assert headline(found, ()) == "0 open, 3 suppressed, 0 resolved; 0 late"


def test_what_was_over_long_ago_is_left_out_and_what_is_open_never(listed: Any) -> None:
    last = NOW - timedelta(days=8)
    old = runtime("1", first=NOW - LONG, last=last)
    over = runtime("2", first=NOW - LONG, last=last, archived=True)
    assert [line.finding.key for line in listed(guardduty=[old, over])] == ["1"]
