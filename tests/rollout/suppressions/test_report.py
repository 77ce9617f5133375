"""What a report says of suppressions that ended, were removed, or cover nothing."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pay.model.watching.suppressions import SuppressionTool
from rollout.suppressions.covered import CoveredFindings, Hit
from rollout.suppressions.report import as_data, hints, mistakes
from tests.support.suppressions import suppression

TODAY = date(2026, 11, 27)
LAST = TODAY + timedelta(days=30)
RULE = suppression(expires=LAST)


def hit(days_ago: int, tool: SuppressionTool = SuppressionTool.SECURITY_HUB) -> Hit:
    seen = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC) - timedelta(days=days_ago)
    return Hit(tool, "finding-1", "product", seen)


@pytest.mark.parametrize(
    ("hits", "is_named"), [((), True), ((hit(91),), True), ((hit(89),), False)]
)
def test_one_that_covered_nothing_for_90_days_is_named(
    hits: tuple[Hit, ...], is_named: bool
) -> None:
    found = list(hints([CoveredFindings(RULE.name, RULE, hits, TODAY)]))
    assert any("covered nothing in 90 days" in each for each in found) is is_named


def test_one_that_is_no_longer_in_the_file_leaves_what_it_covered() -> None:
    left = CoveredFindings(RULE.name, None, (hit(1),), TODAY)
    [finding] = mistakes([left])
    assert finding.gate == "reopen"
    assert f"{RULE.name}, which is no longer in the file: 1 findings" in finding.reason
    [row] = as_data([], [left], TODAY)
    assert (row["name"], row["holds"], row["to_reopen"]) == (RULE.name, False, ["finding-1"])


def test_one_that_ended_is_a_mistake_and_what_it_left_another() -> None:
    after = LAST + timedelta(days=1)
    gates = [each.gate for each in mistakes([CoveredFindings(RULE.name, RULE, (hit(1),), after)])]
    assert gates == ["expires", "reopen"]
    by_inspector = CoveredFindings(RULE.name, RULE, (hit(1, SuppressionTool.INSPECTOR),), after)
    assert [each.gate for each in mistakes([by_inspector])] == ["expires"]


def test_one_that_holds_shows_what_it_covers_with_role_and_reason() -> None:
    holds = CoveredFindings(RULE.name, RULE, (hit(1),), LAST)
    [row] = as_data([RULE], [holds], LAST)
    assert (row["owner"], row["reason"], row["holds"]) == (RULE.owner, RULE.reason, True)
    assert (row["findings"], row["to_reopen"]) == (["finding-1"], [])
    assert not list(mistakes([holds]))
