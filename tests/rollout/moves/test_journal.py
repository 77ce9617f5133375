"""The journal: what a line says, and that two people's lines merge."""

import json
import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pay.environments.load import load_environments
from pay.model import Environment, Stage
from pay.model.problem import InvalidInput
from pay.model.stage.transitions import promotion
from rollout.moves.journal import append, author, journal_path, move
from tests.support import git_settings
from tests.support.checkout import COMMITTED, Checkout, Pay, PayJson, read_journals

LINE = (
    '{"at":"2026-11-16T09:00:00Z","direction":"forward","from":"legacy","to":"dark",'
    '"weights":"simple","by":"release-engineer"}'
)
REACHED = ("--evidence", "pay reach: all are open")

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def git(folder: Path, *arguments: str) -> str:
    settings = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    run = subprocess.run(
        ["git", *settings, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_a_line_is_plain_json_without_empty_keys(checkout: Checkout, pay: Pay) -> None:
    pay("promote", "test-12", "ledger", *REACHED)
    path = checkout.folder / "journal" / "test-12" / "ledger.jsonl"
    (line,) = path.read_text().splitlines()
    told = json.loads(line)
    assert list(told) == ["at", "direction", "from", "to", "weights", "by", "evidence"]
    assert told["at"].endswith("Z")
    assert "." not in told["at"]


def test_who_is_the_address_that_git_knows(
    checkout: Checkout, pay: Pay, monkeypatch: pytest.MonkeyPatch
) -> None:
    git_settings.forget(monkeypatch)
    git(checkout.folder, "init", "-q")
    git(checkout.folder, "config", "user.email", "release-engineer@example.com")
    pay("promote", "test-12", "ledger", *REACHED)
    assert checkout.moves("test-12", "ledger")[0].by == "release-engineer@example.com"


@pytest.mark.parametrize("unknown", [KeyError("getpwuid(): uid not found: 10001"), OSError()])
def test_who_is_the_number_of_a_user_without_a_name(
    unknown: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def getuser() -> str:
        raise unknown

    git_settings.forget(monkeypatch)
    monkeypatch.setattr("getpass.getuser", getuser)
    assert author(tmp_path) == f"uid {os.getuid()}"


def test_two_people_who_promote_different_services_merge_without_a_conflict(
    checkout: Checkout, pay: Pay
) -> None:
    folder = checkout.folder
    pay("promote", "test-12", "cardid", *REACHED)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "start")
    # Neighbours in the file too: the lines of two services that follow each other.
    for branch, service in (("one", "publicapi"), ("two", "publicauth")):
        git(folder, "switch", "-q", "-c", branch, "main")
        assert pay("promote", "test-12", service, *REACHED).exit_code == 0
        assert pay("promote", "staging-2", "cardid", "--to", "soak").exit_code == 1
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", service)
    git(folder, "merge", "-q", "--no-edit", "one")
    assert checkout.stage("test-12", "publicapi") is Stage.DARK
    assert checkout.stage("test-12", "publicauth") is Stage.DARK
    moved = {service for _, service in read_journals(folder)}
    assert moved == {"cardid", "publicapi", "publicauth"}


def test_two_people_who_move_the_same_service_get_a_conflict(checkout: Checkout, pay: Pay) -> None:
    folder = checkout.folder
    checkout.put("test-12", "cardid", "half")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "start")
    moves = (
        ("one", ("promote", "test-12", "cardid", "--evidence", "errors 0")),
        ("two", ("rollback", "test-12", "cardid")),
    )
    for branch, command in moves:
        git(folder, "switch", "-q", "-c", branch, "main")
        assert pay(*command).exit_code == 0
        git(folder, "commit", "-q", "-a", "-m", branch)
    merge = subprocess.run(["git", "merge", "one"], cwd=folder, capture_output=True, check=False)
    assert merge.returncode != 0


def test_a_line_is_added_after_a_file_without_a_last_newline(tmp_path: Path) -> None:
    path = tmp_path / "journal" / "test-12" / "ledger.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(LINE)
    append(path, read_journals(tmp_path)["test-12", "ledger"][0].line())
    assert path.read_text() == f"{LINE}\n{LINE}\n"


@settings(max_examples=40)
@given(st.lists(st.text(), min_size=1, max_size=3), st.text(st.characters(exclude_categories=())))
def test_reads_every_text_that_it_writes(
    environments: Mapping[str, Environment], reasons: list[str], evidence: str
) -> None:
    ladder = environments["test-12"].ladder
    edge = promotion(ladder, Stage.CANARY)
    assert edge
    with TemporaryDirectory() as folder:
        path = journal_path(Path(folder), "test-12", "ledger")
        entries = [
            move(ladder, edge, at=NOW, by=reason, evidence=evidence, because=reason)
            for reason in reasons
        ]
        for entry in entries:
            append(path, entry.line())
        assert read_journals(Path(folder))["test-12", "ledger"] == tuple(entries)


def test_bytes_that_are_not_utf_8_become_replacement_characters() -> None:
    evidence = os.fsdecode(b"p99 \xff ms")
    ladder = load_environments(COMMITTED)["test-12"].ladder
    edge = promotion(ladder, Stage.CANARY)
    assert edge
    assert move(ladder, edge, at=NOW, by="x", evidence=evidence).evidence == "p99 \ufffd ms"


def test_refuses_a_time_in_the_future_but_not_another_machines_clock(tmp_path: Path) -> None:
    path = journal_path(tmp_path, "test-12", "ledger")
    path.parent.mkdir(parents=True)
    path.write_text(f"\n{LINE}\n\n")
    at = datetime(2026, 11, 16, 9, tzinfo=UTC)
    assert read_journals(tmp_path, now=at - timedelta(minutes=9))
    with pytest.raises(InvalidInput) as caught:
        read_journals(tmp_path, now=at - timedelta(minutes=11))
    (problem,) = caught.value.problems
    assert str(problem).startswith("journal/test-12/ledger.jsonl:2: at: found 2026-11-16T09:00")
    assert "in the future" in problem.found


@pytest.mark.parametrize(
    ("place", "kind", "fix"),
    [
        ("test-12/ledgr", "a service", "did you mean ledger?"),
        ("test-122/ledger", "an environment", "did you mean test-12?"),
    ],
)
def test_refuses_the_journal_of_what_does_not_exist(
    place: str, kind: str, fix: str, checkout: Checkout
) -> None:
    path = checkout.folder / "journal" / f"{place}.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(f"{LINE}\n")
    (checkout.folder / "journal" / "test-12").mkdir(exist_ok=True)
    (checkout.folder / "journal" / "test-12" / ".#ledger.jsonl").write_text("an editor's")
    with pytest.raises(InvalidInput) as caught:
        checkout.standings(NOW)
    (problem,) = caught.value.problems
    assert problem.where == f"journal/{place}.jsonl"
    assert problem.found == f"the journal of {kind} without a file"
    assert problem.fix == fix


A_TIME = "allowed: a time in UTC, for example 2026-11-02T09:00:00Z"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "found text that is not JSON, '{'"),
        ('"\\xff"', "found text that is not JSON"),
        (f"[{'9' * 5000}]", "characters)"),
        ("[" * 3000, "found text that is not JSON"),
        ("[1]", "found [1]; allowed: a table"),
        (LINE.replace("dark", "\x1b[2Jdark"), "found text that is not JSON"),
        (LINE.replace("dark", "darkish"), "to: found 'darkish'; allowed: legacy, dark, "),
        (LINE.replace("dark", "darkish"), "did you mean dark?; correct the line"),
        (
            LINE.replace('"to":"dark",', ""),
            "to: found nothing; allowed: The stage that was reached",
        ),
        (LINE.replace("00Z", "00"), f"at: found '2026-11-16T09:00:00'; {A_TIME}"),
        (LINE.replace("09:00:00Z", "9 am"), A_TIME),
        (LINE.replace("2026-11-16", "2026-11-31"), A_TIME),
        (LINE.replace("00Z", "00+01:00"), "write it in UTC"),
        (LINE.replace('"by"', '"who"'), "by: found nothing"),
        (LINE.replace('"by"', '"bye"'), "bye: found an unknown key; allowed: at, direction, from"),
        (LINE.replace("}", ',"extra":1}'), "extra: found an unknown key"),
        (LINE.replace("}", f',"{"x" * 5000}":1}}'), f"{'x' * 200}... (5000 characters): found"),
    ],
)
def test_refuses_a_line_that_is_no_move_and_names_file_and_line(
    line: str, problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "journal" / "test-12" / "ledger.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(f"{LINE}\n{line}\n")
    with pytest.raises(InvalidInput) as caught:
        read_journals(tmp_path)
    assert str(caught.value).startswith("journal/test-12/ledger.jsonl:2:")
    assert problem in str(caught.value)


def test_shows_who_moved_what_and_why(checkout: Checkout, pay: Pay) -> None:
    checkout.put("test-12", "ledger", "soak")
    pay("rollback", "test-12", "ledger", "--because", "timeouts [since] noon")
    pay("promote", "test-12", "cardid", *REACHED)
    shown = pay("journal", "test-12", "ledger").stdout
    assert "soak -> ready  100/0" in shown
    assert "timeouts [since] noon" in shown
    assert "cardid" not in shown
    assert "cardid" in pay("journal").stdout


def test_shows_the_moves_as_json_the_oldest_first(checkout: Checkout, pay_json: PayJson) -> None:
    checkout.put("test-12", "ledger", "soak")
    pay_json("promote", "test-12", "cardid", *REACHED)
    code, told = pay_json("journal")
    assert code == 0
    assert [(m["service"], m["from"], m["to"]) for m in told] == [
        ("ledger", "legacy", "soak"),
        ("cardid", "legacy", "dark"),
    ]


def test_the_committed_journals_lead_from_legacy_to_the_present_stages() -> None:
    environments = load_environments(COMMITTED)
    journals = read_journals(COMMITTED)
    for place, moves in journals.items():
        stages = [Stage.LEGACY, *(move.after for move in moves)]
        assert [move.before for move in moves] == stages[:-1], place
    for name, environment in environments.items():
        for service, deployment in environment.services.items():
            moves = journals.get((name, service), ())
            told = moves[-1].after if moves else Stage.LEGACY
            assert deployment.stage is told, f"journal the move of {service} in {name}"


def test_a_text_of_the_journal_moves_no_cursor(
    checkout: Checkout, pay: Pay, pay_json: PayJson
) -> None:
    checkout.put("test-12", "ledger", "soak")
    pay("rollback", "test-12", "ledger", "--because", "fine\x1b[2J\u202e\x9b1m")
    assert r"fine\u001b[2J\u202e\u009b1m" in pay("journal", "test-12", "ledger").stdout
    _, shown = pay_json("journal", "test-12", "ledger")
    assert shown[-1]["because"] == "fine\x1b[2J\u202e\x9b1m"
    assert "\x9b" not in pay("journal", "test-12", "ledger", "--json").stdout
