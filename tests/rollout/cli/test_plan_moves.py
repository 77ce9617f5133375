"""`pay plan-moves`: as a table, as Markdown with a chart, as a calendar."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from pay.catalogue import CATALOGUE
from pay.model import Stage
from tests.support.checkout import Checkout, Pay, PayJson

START = ("--start", "2030-01-07")


def test_the_table_has_every_service_that_still_moves(checkout: Checkout, pay: Pay) -> None:
    checkout.put("test-12", "toolbox", "retired")
    shown = pay("plan-moves", "test-12", *START, columns=80).stdout
    assert "Wave 1" in shown
    assert "connector CDE" in shown
    assert "toolbox" not in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_the_calendar_has_an_event_for_every_move(
    tmp_path: Path, checkout: Checkout, pay_json: PayJson
) -> None:
    file = tmp_path / "moves.ics"
    code, told = pay_json("plan-moves", "test-12", *START, "--ics", str(file))
    assert code == 0
    events = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    planned = {
        (f"test-12: {m['service']} {m['from']} -> {m['to']} ({m['weights']})", m["earliest"])
        for wave in told["waves"]
        for m in wave["moves"]
    }
    found = {(str(event["summary"]), event.decoded("dtstart")) for event in events}
    assert {(title, datetime.fromisoformat(at)) for title, at in planned} == found
    assert (
        len({str(event["uid"]) for event in events})
        == len(events)
        == len(CATALOGUE) * (len(Stage) - 1)
    )


def test_a_newer_calendar_moves_the_events_of_an_older_one(tmp_path: Path, pay: Pay) -> None:
    uids = []
    for number, day in enumerate(("2030-01-07", "2030-02-04")):
        file = tmp_path / f"{number}.ics"
        pay("plan-moves", "test-12", "--start", day, "--ics", str(file))
        events = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
        uids.append({str(event["uid"]) for event in events})
    assert uids[0] == uids[1]


def test_the_markdown_has_a_chart_and_every_move(pay: Pay) -> None:
    text = pay("plan-moves", "test-12", *START, "--markdown", "-").stdout
    chart = text.split("```mermaid\n")[1].split("```")[0].splitlines()
    assert chart[0] == "gantt"
    bars = [line for line in chart if re.search(r" :\d{4}-", line)]
    assert len(bars) == len(CATALOGUE) * 3
    for bar in bars:
        begin, end = re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d", bar)
        assert begin < end
    assert sum(":milestone" in line for line in chart) == len(CATALOGUE)
    assert text.count("| soak -> detached |") == len(CATALOGUE)


def test_says_that_an_environment_is_frozen(checkout: Checkout, pay: Pay) -> None:
    checkout.set("test-12", 'frozen = "budget day"')
    assert "frozen: budget day" in pay("plan-moves", "test-12").stdout
    assert "**Frozen**: budget day" in pay("plan-moves", "test-12", "--markdown", "-").stdout


def test_says_when_every_service_has_moved(checkout: Checkout, pay: Pay) -> None:
    for service in checkout.standings(datetime.now().astimezone()).catalogue:
        checkout.put("test-12", service, "retired")
    assert "Every service has moved." in pay("plan-moves", "test-12").stdout
    assert "Every service has moved." in pay("plan-moves", "test-12", "--markdown", "-").stdout


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, pay: Pay) -> None:
    result = pay("plan-moves", "test-12", "--ics", str(tmp_path / "no" / "moves.ics"))
    assert result.exit_code == 2
    assert "is not a folder; create it" in " ".join(result.stderr.split())


def test_wrong_use_is_exit_code_2(pay: Pay) -> None:
    assert pay("plan-moves", "nowhere").exit_code == 2
    assert pay("plan-moves", "test-12", "--start", "tomorrow").exit_code == 2
    for day in ("9999-12-31", "0001-01-01"):
        refused = pay("plan-moves", "test-12", "--start", day)
        assert refused.exit_code == 2
        assert f"found {day}" in " ".join(refused.stderr.replace("│", "").split())


@pytest.mark.parametrize(
    "options",
    [
        ("--json", "--markdown", "-"),
        ("--json", "--ics", "-"),
        ("--markdown", "-", "--ics", "-"),
        ("--json", "--markdown", "-", "--ics", "-"),
    ],
)
def test_two_documents_on_one_output_are_wrong_use(options: tuple[str, ...], pay: Pay) -> None:
    result = pay("plan-moves", "test-12", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "only one of them can be printed" in result.stderr


def test_what_goes_to_a_file_does_not_keep_the_rest_from_being_printed(
    tmp_path: Path, pay: Pay
) -> None:
    file = tmp_path / "moves.ics"
    result = pay("plan-moves", "test-12", "--ics", str(file), "--markdown", "-")
    assert result.exit_code == 0
    assert "```mermaid" in result.stdout
    assert file.read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_a_phase_that_has_begun_is_drawn_from_the_start_of_the_plan(
    checkout: Checkout, pay: Pay
) -> None:
    checkout.put("test-12", "ledger", "soak", ago=timedelta(days=1))
    checkout.put("test-12", "cardid", "detached")
    text = pay("plan-moves", "test-12", "--markdown", "-").stdout
    (soak,) = re.findall(r"ledger soak :(\S+ \S+), (\S+ \S+)", text)
    assert soak[0] < soak[1]
    assert "cardid soak" not in text
    assert "cardid retired :milestone" in text
