"""The page of a load test: what it says, and that everybody can read it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pay.model.environment.load import Scenario
from rollout.load.page import as_page
from rollout.load.results import LimitCheck
from rollout.load.seen import Activity, SeenLoad
from tests.support.browser import DESKTOP, NARROWEST, look

SCENARIO = Scenario(per_second=2.5, minutes=30, max_p95_ms=2000, max_failed_percent=0.5)
CHECKS = (
    LimitCheck("runner", "p95_ms", 2000, 2400),
    LimitCheck("runner", "failed_percent", 0.5, 12.5),
    LimitCheck("ledger on ec2", "failed_percent", 0.5, 0),
)
SEEN = (
    SeenLoad("ledger on ec2", False, 1200, 150, 1900, 1, 100.0),
    SeenLoad("ledger on fargate", False, 60, 0, None, None, None),
    SeenLoad("egress on ec2", False, 0, 0, None, 3, None),
)
OUT = Activity(
    datetime(2027, 3, 22, 12, 5, tzinfo=UTC), "ledger on fargate", "Setting desired count to 4."
)


def page(*activities: Activity) -> str:
    title = "pay-by-card in test-perf-1"
    return as_page(title, SCENARIO, "thresholds missed", CHECKS, SEEN, activities)


def test_says_which_limit_was_missed_and_why() -> None:
    text = page(OUT)
    assert '<span class="state bad">thresholds missed</span>' in text
    assert text.count('<span class="state bad">missed</span>') == 2
    assert '<td role="cell" data-head="CPU, %">100</td>' in text
    assert "Mon 22 Mar 2027 12:05, ledger on fargate: Setting desired count to 4." in text
    assert "egress" not in text  # no request reached it
    assert 'href="report.html"' in text
    assert "<script" not in text


def test_says_that_nothing_scaled() -> None:
    assert "No side changed its tasks." in page()


@pytest.mark.slow
@pytest.mark.parametrize(
    "reader", [{"width": DESKTOP, "keyboard": True}, {"width": NARROWEST}], ids=str
)
def test_everybody_can_read_it(
    reader: dict[str, int], tmp_path: Path, tools: Mapping[str, str]
) -> None:
    file = tmp_path / "verdict.html"
    file.write_text(page(OUT))
    seen = look(file, tools, **reader)  # type: ignore[arg-type]
    assert (seen.violations, seen.errors, seen.requests, seen.keyboard) == ([], [], [], [])
    assert not seen.overflows
