"""The record of answers: what a line may hold, and what it says about a finding."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from pay.model.problem import InvalidInput
from rollout.findings.answer_record import (
    FindingAnswer,
    FindingVerdict,
    acknowledgement,
    answer_to,
    append_answer,
    closure,
    read_answers,
)
from rollout.findings.close import acknowledge, close
from rollout.findings.finding import SecurityFinding
from rollout.findings.read import Answers
from rollout.terminal.refusal import Refused
from tests.support.found import NOW, runtime

Ask = Callable[..., Answers]


@pytest.fixture
def found(ask: Ask) -> SecurityFinding:
    """Return a finding that was last seen five minutes ago."""
    (finding,) = ask(guardduty=[runtime()]).findings
    return finding


def closed(found: SecurityFinding, at: datetime = NOW, **more: Any) -> FindingAnswer:
    return answer_to(found, at, **{"verdict": FindingVerdict.REAL, "minutes": 25, **more})


@pytest.mark.parametrize(
    "note",
    [
        "password: Hunter2Secret9",
        "called with AKIAIOSFODNN7EXAMPL2",
        "asked jane@example.org",
        "it came from 10.1.2.3",
        "it came from 2001:db8:0:0::1",
    ],
)
def test_refuses_a_note_with_a_secret_or_an_address_and_does_not_repeat_it(
    found: SecurityFinding, note: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        closed(found, note=note)
    assert note.split()[-1] not in str(refused.value.errors()[0]["msg"])


@pytest.mark.parametrize(
    "note",
    [
        "The deploy tool at 12:30, release 1.2.3 of nginx.",
        "The password was rotated: see the vault",
        "a scan by Execution::Runtime at 10:15:20",
    ],
)
def test_takes_a_note_without(found: SecurityFinding, note: str) -> None:
    assert closed(found, note=note).note == note


def test_a_closure_ends_a_finding_until_it_is_seen_again(ask: Ask, found: SecurityFinding) -> None:
    answer = closed(found)
    assert closure(found, [answer]) == answer
    (again,) = ask(guardduty=[runtime(last=NOW + timedelta(minutes=1))]).findings
    assert closure(again, [answer]) is None


def test_an_acknowledgement_lasts_until_the_closure(found: SecurityFinding) -> None:
    first = answer_to(found, NOW - timedelta(minutes=40))
    second = answer_to(found, NOW - timedelta(minutes=10))
    assert acknowledgement(found.key, [first, second]) == first
    assert acknowledgement(found.key, [first, closed(found)]) is None


def test_the_time_is_from_acknowledgement_to_closure(
    tmp_path: Path, found: SecurityFinding
) -> None:
    began, was_there = acknowledge(tmp_path, "test-12", found, [], NOW - timedelta(minutes=40))
    assert not was_there
    assert acknowledge(tmp_path, "test-12", found, [began], NOW) == (began, True)
    given: dict[str, Any] = {"verdict": FindingVerdict.FALSE, "minutes": None, "note": None}
    answer, _ = close(tmp_path, "test-12", began, [began], NOW, **given)
    assert (answer.minutes, answer.services, answer.side) == (40, ("connector",), "fargate")
    read = read_answers(tmp_path, ["test-12"], NOW)["test-12"]
    assert read == (began, answer)
    assert (tmp_path / "findings" / "test-12" / "connector.jsonl").is_file()


def test_a_closure_twice_is_one_line(tmp_path: Path, found: SecurityFinding) -> None:
    given: dict[str, Any] = {"verdict": FindingVerdict.REAL, "minutes": 5, "note": None}
    answer, _ = close(tmp_path, "test-12", found, [], NOW, **given)
    assert close(tmp_path, "test-12", found, [answer], NOW, **given) == (answer, True)
    with pytest.raises(Refused) as refused:
        close(
            tmp_path, "test-12", found, [answer], NOW, **{**given, "verdict": FindingVerdict.FALSE}
        )
    assert "closed" in refused.value.findings[0].reason
    assert len(read_answers(tmp_path, ["test-12"], NOW)["test-12"]) == 1


def test_refuses_a_closure_whose_time_nobody_knows(tmp_path: Path, found: SecurityFinding) -> None:
    given: dict[str, Any] = {"verdict": FindingVerdict.REAL, "minutes": None, "note": None}
    with pytest.raises(Refused) as refused:
        close(tmp_path, "test-12", found, [], NOW, **given)
    assert refused.value.findings[0].fix == "say how long it took: --minutes N"
    assert not (tmp_path / "findings").exists()


def test_names_every_line_that_is_not_an_answer(tmp_path: Path, found: SecurityFinding) -> None:
    path = append_answer(tmp_path, "test-12", closed(found))
    with path.open("a") as file:
        file.write('{"at": "2026-11-26T12:00:0')  # a kill in the middle of a line
    append_answer(tmp_path, "test-12", closed(found, NOW + timedelta(days=9)))
    with pytest.raises(InvalidInput) as refused:
        read_answers(tmp_path, ["test-12"], NOW)
    assert [each.line for each in refused.value.problems] == [2, 3]
    assert "in the future" in refused.value.problems[1].found
