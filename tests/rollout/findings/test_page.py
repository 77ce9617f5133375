"""The page of findings: what it says, and that everybody can read it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from rollout.findings.answer_record import FindingVerdict, answer_to
from rollout.findings.listing import lines
from rollout.findings.page import as_page
from rollout.findings.read import Answers
from tests.support.browser import READERS, read_as
from tests.support.checkout import Checkout
from tests.support.found import NOW, cluster, runtime, vulnerability


@pytest.fixture
def page(ask: Callable[..., Answers], checkout: Checkout) -> str:
    """Return a page with a finding in every state, and two that could not be read."""
    checkout.put("test-12", "connector", "canary", ago=timedelta(minutes=72), now=NOW)
    answers = ask(
        guardduty=[
            runtime(),
            runtime("2", first=NOW - timedelta(days=40)),
            runtime("3", group="service:<b>stranger", severity=5),
            runtime("4", archived=True),
            runtime("5", group="service:ledger"),
            {"Id": "6"},
        ],
        inspector=[vulnerability()],
        clusters=[cluster()],
        refuses={"describe_images": "AccessDeniedException"},
    )
    (over,) = (each for each in answers.findings if each.key == "5")
    closed = answer_to(over, NOW, verdict=FindingVerdict.FALSE, minutes=25)
    since = NOW - timedelta(days=7)
    listed = lines(answers.findings, [closed], checkout.standings(NOW), "test-12", since)
    return as_page("test-12", listed, answers.unread, answers.left_out)


def test_says_what_is_late_not_read_suppressed_and_resolved(page: str) -> None:
    for text in (
        "4 open, 1 suppressed, 1 resolved; 1 late; 2 not read.",
        "late, 2026-11-17",
        "canary; 12 min after canary",
        "not ours to see",
        "&lt;b&gt;stranger (not in the catalogue)",
        "(false, 25 min)",
    ):
        assert text in page


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS, ids=" ".join)
def test_everybody_can_read_it_and_it_needs_nothing_else(
    reader: Mapping[str, Any], page: str, tools: Mapping[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "findings.html"
    file.write_text(page)
    read_as(reader, file, tools)
