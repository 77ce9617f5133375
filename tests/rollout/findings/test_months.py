"""What findings took in a month, and the suppressions that follow."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pay.model.watching.suppressions import FILE, read_suppressions
from rollout.findings.answer_record import FindingAnswer, FindingVerdict
from rollout.findings.finding import FindingSeverity, Tool
from rollout.findings.months import answered, hours, last_month, rows
from rollout.findings.proposals import ENOUGH, proposals
from tests.support.found import NOW, RUNTIME

NOVEMBER = date(2026, 11, 1)


USER = {"kind": "UnauthorizedAccess:IAMUser/ConsoleLogin"}
"""No suppression may name it."""


def answer(key: str = "1", at: datetime = NOW, **more: Any) -> FindingAnswer:
    given = {
        "tool": Tool.GUARDDUTY,
        "kind": RUNTIME,
        "severity": FindingSeverity.HIGH,
        "first_seen": NOW - timedelta(hours=2),
        "services": ("connector",),
        "side": "fargate",
        **more,
    }
    return FindingAnswer(at=at, key=key, **given)


def closed(
    key: str = "1", verdict: FindingVerdict = FindingVerdict.FALSE, **more: Any
) -> FindingAnswer:
    return answer(key, **{"verdict": verdict, "minutes": 30, **more})


def test_counts_minutes_false_ones_and_the_time_until_an_answer() -> None:
    begun = answer(at=NOW - timedelta(minutes=90))
    record = {
        "test-12": (
            begun,
            closed(),
            closed("2", FindingVerdict.REAL),
            closed("3", FindingVerdict.DRILL),
        )
    }
    closures = answered(record, NOVEMBER)
    (row,) = rows(closures)
    assert (row.tool, row.service, row.minutes) == (Tool.GUARDDUTY, "connector", 90)
    assert row.false_percent == 50  # a drill is neither
    assert closures[0].until_answer == timedelta(minutes=30)
    assert row.until_answer == timedelta(minutes=90)  # 30, 90, 90
    assert hours(closures) == 1.5


def test_a_month_is_its_own_and_a_service_too() -> None:
    record = {"test-12": (closed(at=NOW - timedelta(days=30)), closed("2", services=("ledger",)))}
    assert [each.closure.key for each in answered(record, NOVEMBER)] == ["2"]
    assert [each.closure.key for each in answered(record, last_month(NOVEMBER))] == ["1"]
    assert answered(record, NOVEMBER, "connector") == ()


def test_proposes_a_suppression_after_three_false_ones(tmp_path: Path) -> None:
    false = tuple(closed(str(number), note="A deploy tool.") for number in range(ENOUGH))
    assert list(proposals({"test-12": false[1:]}, NOW.date())) == []
    (proposal,) = proposals({"test-12": false}, NOW.date())
    file = tmp_path / FILE
    file.write_text(proposal.toml)
    (entry,) = [each.value for each in read_suppressions(file)]
    assert (entry.finding, entry.environment, entry.service, entry.side) == (
        RUNTIME,
        "test-12",
        "connector",
        "fargate",
    )
    assert entry.date_mistake(NOW.date()) is None
    assert entry.reason.endswith("A deploy tool.")


def test_proposes_none_for_what_is_critical_real_or_of_no_service() -> None:
    for more in (
        {"severity": FindingSeverity.CRITICAL},
        {"verdict": FindingVerdict.REAL},
        {"services": ()},
        USER,
    ):
        false = tuple(closed(str(number), **more) for number in range(ENOUGH))
        assert list(proposals({"test-12": false}, NOW.date())) == []
