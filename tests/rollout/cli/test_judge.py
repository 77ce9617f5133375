"""`pay judge --recorded`: verdicts of files, their exit codes, and what is wrong with a file."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.checkout import Pay, PayJson

FAILS = {"what": "latency", "stage": "canary", "block_minutes": 5, "pairs": [[11, 100, 140]]}
PASSES = {"stage": "canary", "share": 0.05, "minutes": [[360, 11, 0, 1, 0]], "burst_rate": 0}
WAITS = PASSES | {"minutes": [[330, 11, 0, 1, 0]]}
ESCALATES = {"stage": "half", "minutes": [[60, 300, 0, 300, 0], [5, 300, 0, 300, 60]]}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "minutes.json"


@pytest.mark.parametrize(
    ("recording", "verdict", "exit_code"),
    [
        (PASSES, "PASS", 0),
        (FAILS, "FAIL", 1),
        (WAITS, "NOT ENOUGH DATA", 3),
        (ESCALATES, "NOT ENOUGH DATA", 4),
        ({"what": "dip", "stage": "half", "blocks": [[2, 400, 1000]]}, "FAIL", 1),
        (PASSES | {"what": "4xx"}, "PASS", 0),
    ],
)
def test_a_verdict_has_its_exit_code(
    recording: dict[str, Any], verdict: str, exit_code: int, file: Path, pay: Pay, pay_json: PayJson
) -> None:
    file.write_text(json.dumps(recording))
    code, told = pay_json("judge", "--recorded", str(file))
    assert (code, told["verdict"]) == (exit_code, verdict)
    assert told["reason"]
    assert {"fail_minute", "escalate", "stage"} <= told.keys()
    shown = pay("judge", "--recorded", str(file), columns=60)
    assert shown.stdout.startswith(f"{verdict} at {recording['stage']}: ")
    assert max(map(len, shown.stdout.splitlines())) <= 60


def test_numbers_stand_beside_the_verdict(file: Path, pay_json: PayJson) -> None:
    file.write_text(json.dumps(FAILS))
    _, told = pay_json("judge", "--recorded", str(file))
    assert told["fail_minute"] == 55
    assert told["e_worse"] == pytest.approx(226.5, abs=0.05)


def test_the_usual_share_of_the_stage_is_taken(file: Path, pay_json: PayJson) -> None:
    told = []
    for share in ({}, {"share": 0.05}):
        file.write_text(json.dumps({"stage": "canary", "minutes": WAITS["minutes"], **share}))
        told.append(pay_json("judge", "--recorded", str(file)))
    assert told[0] == told[1]


ALONE = {"stage": "soak", "minutes": [[120, 0, 0, 100, 0]]}


def test_a_stage_of_one_side_is_judged_by_the_week_before(file: Path, pay_json: PayJson) -> None:
    file.write_text(json.dumps(ALONE))
    code, told = pay_json("judge", "--recorded", str(file))
    assert (code, told["verdict"]) == (3, "NOT ENOUGH DATA")
    assert told["reason"].startswith("too short: both sides answered in 0 of 60 minutes")
    file.write_text(json.dumps(ALONE | {"usual_rate": 0.001, "dispersion": 3.5}))
    code, told = pay_json("judge", "--recorded", str(file))
    assert (code, told["verdict"]) == (0, "PASS")


def test_what_is_missing_stands_in_words_and_numbers(
    file: Path, pay: Pay, pay_json: PayJson
) -> None:
    file.write_text(json.dumps(WAITS))
    shown = pay("judge", "--recorded", str(file), "--explain", columns=100)
    assert "Missing: 24 more Fargate requests without error, in about 24 min." in shown.stdout
    assert "An e-value is the wealth of a bet" in shown.stdout
    _, told = pay_json("judge", "--recorded", str(file))
    assert (told["needs"], told["wait_minutes"]) == ("24 more Fargate requests without error", 24)
    assert told["numbers"]["fargate_requests"] == 330


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "not a JSON object"),
        ("[1]", "not a JSON object"),
        ("[" * 100_000, "more than 100 objects and lists"),
        ('{"stage": "canary", "minutes": [[' + "1" * 5000 + ",1,0,1,0]]}", "minutes"),
        ('{"what": "dips"}', "did you mean dip?"),
        ('{"what": ["dip"]}', "found ['dip']; allowed: errors"),
        ('{"stage": "canry", "minutes": []}', "did you mean canary?"),
        ('{"stage": "canary", "minutes": [[1, 1, 2, 1, 0]]}', "2 errors in 1 requests of EC2"),
        ('{"stage": "canary", "minutes": [[1, 1, 0, 1, -1]]}', "-1"),
        ('{"stage": "canary", "minutes": [[1, 1, 0, true, 0]]}', "minutes"),
        ('{"stage": "legacy", "minutes": [[1,1,0,1,0]]}', "at legacy there is no usual one"),
        ('{"stage": "canary", "share": 1.5, "minutes": []}', "share"),
        ('{"stage": "canary", "share": 0, "minutes": [[1,1,0,1,0]]}', "share"),
        ('{"stage": "canary", "share": 1, "minutes": [[1,1,0,1,0]]}', "at canary both sides"),
        ('{"stage": "canary", "share": NaN, "minutes": [[1,1,0,1,0]]}', "share"),
        ('{"stage": "canary", "minutes": []}', "minutes"),
        ('{"stage": "canary", "minutes": [[1,1,0]]}', "minutes"),
        ('{"stage": "canary", "minutes": [[0,1,0,1,0]]}', "minutes"),
        ('{"stage": "canary", "minutes": [[1,1e400,0,1,0]]}', "minutes"),
        ('{"stage": "canary", "minutes": [[1,10000000000000,0,1,0]]}', "minutes"),
        ('{"stage": "canary", "minutes": [[1,1,0,1,0]], "usual_rate": 0}', "usual_rate"),
        ('{"what": "latency", "stage": "half", "block_minutes": 5, "pairs": []}', "pairs"),
        ('{"what": "latency", "stage": "half", "block_minutes": 5, "pairs": [[1,-1,1]]}', "pairs"),
        ('{"what": "dip", "stage": "half", "blocks": []}', "blocks"),
        ('{"stage": "canary", "minutes": [], "burst_rat": 1}', "burst_rat"),
        ('{"stage": "half", "minutes": [[44640,1,0,1,0],[1,1,0,1,0]]}', "44641 rows"),
        ('{"what": "latency", "stage": "half", "pairs": [[1, 1, 1]]}', "block_minutes"),
        ('{"what": "dip", "stage": "half", "blocks": [[1, NaN, 1]]}', "blocks"),
    ],
)
def test_a_mistake_of_the_file_is_a_message_and_exit_code_2(
    content: str, said: str, file: Path, pay: Pay
) -> None:
    file.write_text(content)
    result = pay("judge", "--recorded", str(file), columns=400)
    assert result.exit_code == 2
    assert said in result.stderr
    assert str(file) in result.stderr


def test_a_wrong_row_is_one_mistake_and_not_also_a_missing_row(
    file: Path, pay_json: PayJson
) -> None:
    file.write_text('{"stage": "canary", "minutes": [[1, 1, 0, 1, -1]]}')
    _, told = pay_json("judge", "--recorded", str(file))
    assert len(told["invalid"]) == 1


@pytest.mark.parametrize(
    "row",
    [
        [44640, 1, 0, 10**12, 10**9],
        [44640, 10**12, 0, 1, 0],
        [44640, 10**12, 10**12, 10**12, 10**12],
        [44640, 1, 1, 10**12, 0],
        [1, 0, 0, 0, 0],
    ],
)
def test_the_largest_and_smallest_counts_have_a_verdict(
    row: list[int], file: Path, pay_json: PayJson
) -> None:
    file.write_text(json.dumps({"stage": "half", "minutes": [row]}))
    code, told = pay_json("judge", "--recorded", str(file))
    assert code in (0, 1, 3, 4)
    assert told["verdict"]


@pytest.mark.parametrize("more", [("--watch",), ("--record",), ("--at", "2026-11-26T10:00Z")])
def test_recorded_minutes_stand_alone(more: tuple[str, ...], file: Path, pay: Pay) -> None:
    file.write_text(json.dumps(PASSES))
    assert pay("judge", "--recorded", str(file), *more).exit_code == 2
    assert pay("judge", "test-12", "--recorded", str(file)).exit_code == 2
    assert pay("judge").exit_code == 2


@pytest.mark.parametrize("at", ["9999-12-31T23:59Z", "0001-01-01T00:00Z", "2017-11-28T23:59Z"])
def test_a_time_without_metrics_is_wrong_use(at: str, pay: Pay) -> None:
    result = pay("judge", "test-12", "--at", at)
    assert result.exit_code == 2
    assert "give a time from 2017-11-29 to now" in " ".join(result.stderr.split())


def test_a_file_that_is_not_there_is_a_message(pay: Pay, tmp_path: Path) -> None:
    result = pay("judge", "--recorded", str(tmp_path / "none.json"))
    assert result.exit_code == 2
    assert "No such file" in result.stderr
