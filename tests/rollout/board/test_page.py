"""The board as a page: what it says, that it needs nothing else, and that everybody can read it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Stage
from pay.model.judging.part import Part, Verdict
from pay.model.problem import InvalidInput
from pay.model.stage.parts import PartName
from rollout.board.page import as_page
from rollout.measure.judgement import Judgement
from rollout.moves.journal import append, verdicts_path
from rollout.moves.verdicts import read_verdicts
from tests.conftest import ROOT
from tests.support.browser import DESKTOP, NARROWEST, look
from tests.support.checkout import Checkout, Pay

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def judgement(service: str, verdict: Verdict, reason: str, *, ago: timedelta) -> Judgement:
    return Judgement(
        environment="test-12",
        service=service,
        stage=Stage.CANARY,
        weights="95/5",
        since=NOW - timedelta(days=2),
        start=NOW - timedelta(days=1),
        end=NOW - ago,
        parts={PartName.ERRORS: Part(verdict=verdict, reason=reason)},
        verdict=verdict,
    )


def record(checkout: Checkout, *judgements: Judgement) -> None:
    for each in judgements:
        append(verdicts_path(checkout.folder, each.environment, each.service), each.line())


@pytest.fixture
def moved(checkout: Checkout) -> Checkout:
    """Some services have moved, and some were judged."""
    checkout.put("test-12", "connector", "canary", now=NOW, ago=timedelta(days=2))
    checkout.put("test-12", "ledger", "canary", now=NOW, ago=timedelta(days=3))
    third = [name for name in CATALOGUE if name not in ("connector", "ledger")][-1]
    checkout.put("test-12", third, "retired", now=NOW)
    checkout.set("staging-2", 'frozen = "budget <day>"')
    few, enough = "few requests: 0 of 330 on Fargate", "0 of 3,600 on Fargate"
    record(
        checkout,
        judgement("connector", Verdict.NOT_ENOUGH_DATA, few, ago=timedelta(hours=5)),
        judgement("connector", Verdict.PASS, enough, ago=timedelta(hours=1)),
        judgement("ledger", Verdict.FAIL, "110 of 8,250 on Fargate", ago=timedelta(hours=2)),
    )
    return checkout


def page(checkout: Checkout) -> str:
    standings = checkout.standings(NOW)
    return as_page(standings, read_verdicts(standings))


def test_says_where_every_service_stands_and_what_it_waits_for(moved: Checkout) -> None:
    text = page(moved)
    assert "connector calls or is called by ledger (canary)" in text
    assert "0 of 3,600 on Fargate; 1 h ago" in text
    assert "110 of 8,250 on Fargate; 2 h ago" in text
    assert "few requests: 0 of 330 on Fargate" in text
    assert "moved legacy → canary, 95/5" in text
    assert '<span class="quiet">EC2 95&nbsp;%, Fargate 5&nbsp;%</span>' in text
    assert "Frozen: budget &lt;day&gt;" in text


def test_a_verdict_of_the_stage_before_says_so(moved: Checkout) -> None:
    assert "before the last move" not in page(moved)
    moved.put("test-12", "connector", "quarter", now=NOW, ago=timedelta(minutes=5))
    assert "before the last move" in page(moved)


def test_a_verdict_of_an_earlier_stay_at_the_stage_says_so(moved: Checkout) -> None:
    moved.put("test-12", "ledger", "ready", now=NOW, ago=timedelta(minutes=9))
    moved.put("test-12", "ledger", "canary", now=NOW, ago=timedelta(minutes=5))
    text = page(moved)
    assert "before the last move" in text
    assert "How to roll back" not in text


def test_says_what_is_missing_for_the_next_move(moved: Checkout) -> None:
    """connector has its PASS, ledger a FAIL, and frontend waits for data."""
    moved.put("test-12", "frontend", "canary", now=NOW, ago=timedelta(days=2))
    few = "few requests: 0 of 330 on Fargate"
    waiting = judgement("frontend", Verdict.NOT_ENOUGH_DATA, few, ago=timedelta(hours=1))
    part = Part(
        verdict=Verdict.NOT_ENOUGH_DATA,
        reason=few,
        needs="94 more Fargate requests without error",
        wait_minutes=120,
    )
    parts = {PartName.DIP: Part(verdict=Verdict.PASS, reason="as before"), PartName.ERRORS: part}
    record(moved, waiting.model_copy(update={"parts": parts}))
    section = page(moved).partition('<h2 id="test-12">')[2].partition("</section>")[0]
    row = r'rowheader">([\w-]+)</th>.*?data-head="waits for">(.*?)</td></tr>'
    cells = dict(re.findall(row, section, re.DOTALL))
    assert "a PASS of the judge" not in cells["connector"]
    assert "a PASS of the judge" in cells["ledger"]
    assert (
        "errors: 94 more Fargate requests without error, about Thu 26 Nov 13:00"
        in (cells["frontend"])
    )


def test_shows_what_made_the_last_verdict_of_any_part(moved: Checkout) -> None:
    """A consumer has no part `errors`, and a PASS with one names its errors first."""
    moved.put("test-12", "webhooks", "ready", now=NOW, ago=timedelta(days=2))
    parts = {PartName.QUEUES: Part(verdict=Verdict.PASS, reason="all of 900 messages worked")}
    judged = judgement("webhooks", Verdict.PASS, "", ago=timedelta(hours=1))
    record(moved, judged.model_copy(update={"stage": Stage.READY, "parts": parts}))
    assert "all of 900 messages worked; 1 h ago" in page(moved)


def test_every_planned_move_of_the_picture_stands_in_the_table(moved: Checkout) -> None:
    text = page(moved)
    assert text.count("<circle") == text.count('<td class="date">') - text.count(
        '<td class="date"></td>'
    )


def test_the_row_of_verdicts_says_each_by_its_height_and_in_words(moved: Checkout) -> None:
    text = page(moved)
    assert "The last 2 verdicts: 1 PASS, 1 NOT ENOUGH DATA" in text
    assert '<rect class="care" x="0" y="10" width="4" height="6"/>' in text
    assert '<rect class="good" x="6" y="0" width="4" height="16"/>' in text


def test_the_link_leads_to_the_page_that_helps_now(moved: Checkout) -> None:
    text = page(moved)
    assert '<a href="docs/tasks/roll-back.md">How to roll back</a>' in text
    assert '<a href="docs/tasks/move-a-service-one-stage.md">How to move it on</a>' in text
    standings = moved.standings(NOW)
    there = as_page(standings, read_verdicts(standings), runbooks="https://example.org/tasks/")
    assert 'href="https://example.org/tasks/roll-back.md"' in there
    pages = set(re.findall(r'href="docs/tasks/([a-z-]+\.md)"', text))
    assert all((ROOT / "docs" / "tasks" / name).is_file() for name in pages)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{}", "environment: found nothing"),
        ("\u2028", "text that is not JSON"),
        (judgement("ledger", Verdict.PASS, "r", ago=timedelta(0)).line(), "a verdict on ledger"),
        (
            judgement("connector", Verdict.PASS, "r", ago=timedelta(0))
            .line()
            .replace('"verdict":"PASS"', '"verdict":"FAIL"', 1),
            "connector.verdicts.jsonl:3",
        ),
    ],
)
def test_a_line_that_is_no_verdict_is_named(line: str, said: str, moved: Checkout) -> None:
    append(verdicts_path(moved.folder, "test-12", "connector"), line)
    with pytest.raises(InvalidInput, match=said) as refused:
        page(moved)
    assert "journal/test-12/connector.verdicts.jsonl:3" in str(refused.value)


def test_the_command_writes_the_page_or_nothing(moved: Checkout, pay: Pay, tmp_path: Path) -> None:
    out = tmp_path / "board.html"
    assert pay("board", "--out", str(out)).exit_code == 0
    assert out.read_text().startswith("<!doctype html>")
    append(verdicts_path(moved.folder, "test-12", "connector"), "{}")
    before = out.read_text()
    assert pay("board", "--out", str(out)).exit_code == 1
    assert out.read_text() == before


@pytest.mark.slow
@pytest.mark.parametrize(
    "reader",
    [
        {"width": DESKTOP, "keyboard": True},
        {"width": NARROWEST, "dark": True},
        {"text_percent": 200},
        {"forced_colours": True, "dark": True},
        {"printed": True, "width": 680},
    ],
    ids=lambda reader: " ".join(reader),
)
def test_everybody_can_read_it_and_it_needs_nothing_else(
    reader: dict[str, Any], moved: Checkout, tools: Mapping[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "board.html"
    file.write_text(page(moved))
    seen = look(file, tools, **reader)
    assert seen.violations == []
    assert (seen.overflows, seen.requests, seen.errors) == (False, [], [])
    assert (seen.keyboard, seen.cut) == ([], [])
    assert bool(seen.unread) is not reader.get("printed", False)
