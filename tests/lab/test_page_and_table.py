"""The page and the table show the clients' requests, also for a walk with faults."""

import io
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
import typer
from rich.console import Console

from lab import __main__ as program
from lab.look import Look
from lab.page import write_page
from lab.table import table
from lab.walk import Walk
from lab.workshop import Workshop
from pay.model import Side, Stage
from pay.model.judging.part import Verdict
from sandbox.server.process import SandboxError
from tests.lab.judgements import judgement
from tests.lab.stories import SERVICE, Story
from tests.support.browser import DESKTOP, PHONE, look

SECONDS = 60
REQUESTS = 400


async def deploy_nothing(stack: str) -> None:
    """Nothing is deployed here."""


@pytest.fixture
def story() -> Story:
    return Story().then(None, -1, fargate=None)


@pytest.fixture
def walk(story: Story, tmp_path: Path) -> Walk:
    """A minute at `legacy`, all of it answered by EC2; half of the requests asked DNS."""
    workshop = Workshop(tmp_path, "sandbox", {})
    workshop.place(SERVICE, Stage.LEGACY)
    whole = Walk(workshop, story.traffic, deploy_nothing, print)
    whole.began = whole.stays[0].began = time.time() - SECONDS
    for number in range(REQUESTS):
        story.request(whole.began + number / 100, Side.EC2, is_drawn=number % 2 == 0)
    whole.stays[0].is_measured = True
    return whole


def page_of(walk: Walk, path: Path, problem: str = "") -> str:
    walk.finish()
    write_page(path / "lab.html", [walk], problem)
    return (path / "lab.html").read_text()


def table_of(walk: Walk) -> str:
    walk.finish()
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(table(walk))
    return console.export_text()


def test_the_page_of_a_right_walk_says_so(walk: Walk, tmp_path: Path) -> None:
    page = page_of(walk, tmp_path)
    assert "No request failed" in page
    assert 'class="error" x1="15"' in page
    assert page.count('class="error"') == 1
    assert "<li>0" not in page


def test_the_page_shows_a_finding_where_it_happened_and_in_words(
    story: Story, walk: Walk, tmp_path: Path
) -> None:
    story.request(walk.began + SECONDS / 2, None, "ClientError: <refused>", is_drawn=False)
    page = page_of(walk, tmp_path)
    assert "1 finding." in page
    assert "No request failed" not in page
    assert page.count("a request failed: JVM: ClientError: &lt;refused&gt;") == 2
    assert 'class="error" x1="' in page
    assert page.count('class="error"') == 2


def test_the_page_shows_a_wrong_share(story: Story, walk: Walk, tmp_path: Path) -> None:
    story.request(walk.began + 5, Side.FARGATE)
    page = page_of(walk, tmp_path)
    assert '<td class="bad">wrong</td>' in page
    assert "Fargate answered 1 of 201 draws" in page


@pytest.fixture
def judged(walk: Walk) -> Walk:
    """The same, with a look that waits, a FAIL and a PASS."""
    looks = [
        (10, Verdict.NOT_ENOUGH_DATA, "few requests", "waits"),
        (20, Verdict.FAIL, "40 of 800 on <Fargate>", "refused, and back"),
        (40, Verdict.PASS, "0 of 800 on Fargate", "promoted to half"),
    ]
    walk.looks += [
        Look(walk.began + seconds, judgement(verdict, Stage.QUARTER, reason), outcome)
        for seconds, verdict, reason, outcome in looks
    ]
    return walk


def test_the_page_shows_each_verdict_on_the_timeline_and_what_made_it(
    judged: Walk, tmp_path: Path
) -> None:
    page = page_of(judged, tmp_path)
    for verdict, reason, outcome, when in (
        ("FAIL", "40 of 800 on &lt;Fargate&gt;", "refused, and back", "0:20"),
        ("PASS", "0 of 800 on Fargate", "promoted to half", "0:40"),
    ):
        assert f'">{verdict}<title>quarter: {verdict}, {outcome}' in page
        assert f"<li>errors: {verdict}, {reason}</li>" in page
        assert f'<th scope="row" role="rowheader">{when}</th>' in page
    assert page.count("few requests") == 0
    assert page.count('r="2.5"><title>quarter: NOT ENOUGH DATA, waits') == 1


def test_a_walk_without_a_judge_shows_no_verdicts(walk: Walk, tmp_path: Path) -> None:
    page = page_of(walk, tmp_path)
    assert "<h3>Verdicts</h3>" not in page
    assert "judge" not in table_of(walk)


def test_the_table_names_the_verdict_that_ended_a_stay(judged: Walk) -> None:
    [row] = [line for line in table_of(judged).splitlines() if "legacy" in line]
    assert "PASS" in row


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(PHONE, True), (DESKTOP, False)])
def test_everybody_can_read_the_page(
    width: int, dark: bool, judged: Walk, tools: Mapping[str, str], tmp_path: Path
) -> None:
    page_of(judged, tmp_path)
    seen = look(tmp_path / "lab.html", tools, width=width, dark=dark)
    assert seen.violations == []
    assert (seen.overflows, seen.requests, seen.errors) == (False, [], [])


def test_the_page_of_a_lab_that_ended_early_says_why(walk: Walk, tmp_path: Path) -> None:
    assert "<pre>terraform failed: &lt;no&gt;</pre>" in page_of(
        walk, tmp_path, "terraform failed: <no>"
    )


def test_a_share_is_of_what_answered_not_of_what_dns_said(story: Story, walk: Walk) -> None:
    story.request(walk.began + 5, Side.EC2, led_to=Side.FARGATE)
    walk.finish()
    assert walk.stays[0].fargate_draws == 0
    story.request(walk.began + 6, Side.FARGATE, led_to=Side.EC2)
    walk.finish()
    assert walk.stays[0].fargate_draws == 1


def test_the_table_counts_draws_and_requests_apart(walk: Walk) -> None:
    [row] = [line.split() for line in table_of(walk).splitlines() if "legacy" in line]
    assert f"{REQUESTS} requests, 0 failed" in table_of(walk)
    assert row[1] == "legacy"
    assert str(REQUESTS // 2) in row
    assert str(REQUESTS) in row
    assert "ok" in row


def test_the_table_shows_a_wrong_share(story: Story, walk: Walk) -> None:
    story.request(walk.began + 5, Side.FARGATE)
    assert "wrong share" in table_of(walk)


def test_a_lab_that_fails_writes_its_page_all_the_same(
    walk: Walk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fail(console: Console, walks: list[Walk], *_: object) -> None:
        walks.append(walk)
        raise SandboxError("the deploy of sandbox-connector-traffic failed")

    monkeypatch.setattr(program, "_walk", fail)
    with pytest.raises(typer.Exit) as exit_:
        program.main(pace=100, page=tmp_path / "lab.html")
    assert exit_.value.exit_code == 1
    assert "the deploy of sandbox-connector-traffic failed" in (tmp_path / "lab.html").read_text()
    assert "the deploy of sandbox-connector-traffic failed" in capsys.readouterr().out


def test_a_lab_that_fails_before_its_first_walk_has_no_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise SandboxError("the sandbox does not start")

    monkeypatch.setattr(program, "_walk", fail)
    with pytest.raises(typer.Exit):
        program.main(page=tmp_path / "lab.html")
    assert not (tmp_path / "lab.html").exists()
