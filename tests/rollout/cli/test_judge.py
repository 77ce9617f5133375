"""`pay judge --recorded`: verdicts of files, their exit codes, and what is wrong with a file."""

import json
import re
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


@pytest.mark.parametrize("recording", [PASSES, FAILS, WAITS, ESCALATES])
def test_every_verdict_ends_with_0_where_a_pipeline_asks_for_it(
    recording: dict[str, Any], file: Path, pay: Pay
) -> None:
    file.write_text(json.dumps(recording))
    assert pay("judge", "--recorded", str(file), "--exit-zero").exit_code == 0


def test_what_has_no_verdict_ends_with_2_always(file: Path, pay: Pay) -> None:
    file.write_text("{}")
    assert pay("judge", "--recorded", str(file), "--exit-zero").exit_code == 2


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
    ("row", "ratio"),
    [([0, 100], 1e5), ([0, 0], 1), ([1e-300, 1e12], 1e15), ([100, 0], 1e-5), ([80, 120], 1.5)],
)
def test_a_ratio_of_response_times_is_a_number_of_json(
    row: list[float], ratio: float, file: Path, pay_json: PayJson
) -> None:
    times = {"stage": "half", "what": "latency", "block_minutes": 5, "pairs": [[12, *row]]}
    file.write_text(json.dumps(times))
    _, told = pay_json("judge", "--recorded", str(file))
    assert told["numbers"]["ratio"] == pytest.approx(ratio)


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


ROW = '{"stage": "canary", "minutes": [%s]}'
ERRORS = "[[60, 950, 1, 50, 0]]"
WRONG: dict[str, bytes] = {
    "nothing": b"",
    "spaces": b" \n\t ",
    "null": b"null",
    "a number": b"7",
    "a text": b'"PASS"',
    "an empty object": b"{}",
    "an empty list": b"[]",
    "half a document": b'{"stage": "canary", "minutes": [[1,1,0',
    "two documents": b'{"stage": "canary", "minutes": [[1,1,0,1,0]]}{}',
    "a key twice": b'{"stage": "canary", "stage": "half", "minutes": [[1,1,0,1,0]]}',
    "a comment": b'// made by hand\n{"stage": "canary", "minutes": [[1,1,0,1,0]]}',
    "latin-1": '{"stage": "canary", "minutes": [[1,1,0,1,0]], "note": "\xe9"}'.encode("latin-1"),
    "utf-16": '{"stage": "canary", "minutes": [[1,1,0,1,0]]}'.encode("utf-16"),
    "a byte order mark": '\ufeff{"stage": "canary", "minutes": [[1,1,0,1,0]]}'.encode(),
    "nul bytes": b"\0" * 64,
    "deep lists": b'{"stage": "canary", "minutes": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "deep objects": b'{"a":' * 3000 + b"1" + b"}" * 3000,
    "no stage": b'{"minutes": [[1,1,0,1,0]]}',
    "no minutes": b'{"stage": "canary"}',
    "minutes null": b'{"stage": "canary", "minutes": null}',
    "minutes an object": b'{"stage": "canary", "minutes": {"1": [1,1,0,1,0]}}',
    "minutes a text": b'{"stage": "canary", "minutes": "[[1,1,0,1,0]]"}',
    "minutes of numbers": b'{"stage": "canary", "minutes": [1, 1, 0, 1, 0]}',
    "a stage as a list": b'{"stage": ["canary"], "minutes": [[1,1,0,1,0]]}',
    "a stage as a number": b'{"stage": 1, "minutes": [[1,1,0,1,0]]}',
    "a stage in capitals": b'{"stage": "CANARY", "minutes": [[1,1,0,1,0]]}',
    "a key of the future": b'{"schema": 2, "stage": "canary", "minutes": [[1,1,0,1,0]]}',
    "a verdict of its own": b'{"verdict": "PASS", "stage": "canary", "minutes": [[1,1,0,1,0]]}',
    "what is null": b'{"what": null, "stage": "canary", "minutes": [[1,1,0,1,0]]}',
    "what is queues": b'{"what": "queues", "stage": "canary", "minutes": [[1,1,0,1,0]]}',
    "pairs for errors": b'{"stage": "canary", "pairs": [[6, 100, 120]]}',
    "minutes for latency": b'{"what": "latency", "stage": "canary", "minutes": [[1,1,0,1,0]]}',
    "rates as texts": b'{"stage": "canary", "burst_rate": "0", "minutes": [[1,1,0,1,0]]}',
    "a rate of NaN": b'{"stage": "canary", "burst_rate": NaN, "minutes": [[1,1,0,1,0]]}',
    "an infinite rate": b'{"stage": "canary", "burst_rate": Infinity, "minutes": [[1,1,0,1,0]]}',
    "a negative rate": b'{"stage": "canary", "burst_rate": -1, "minutes": [[1,1,0,1,0]]}',
    "a negative share": b'{"stage": "canary", "share": -0.05, "minutes": [[1,1,0,1,0]]}',
    "a share in per cent": b'{"stage": "canary", "share": 5, "minutes": [[1,1,0,1,0]]}',
    "no block length": b'{"what": "latency", "stage": "half", "pairs": [[6, 100, 120]]}',
    "blocks of 0": b'{"what": "dip", "stage": "half", "block_minutes": 0, "blocks": [[1,4,9]]}',
    "blocks of half a minute": (
        b'{"what": "latency", "stage": "half", "block_minutes": 0.5, "pairs": [[6,100,120]]}'
    ),
    "a negative latency": (
        b'{"what": "latency", "stage": "half", "block_minutes": 5, "pairs": [[9,100,-1]]}'
    ),
    "an infinite total": b'{"what": "dip", "stage": "half", "blocks": [[20, Infinity, 1000]]}',
    "a pair of texts": (
        b'{"what": "latency", "stage": "half", "block_minutes": 5, "pairs": [[6,"100","120"]]}'
    ),
    "totals by objects": b'{"what": "dip", "stage": "half", "blocks": [{"observed": 1}]}',
    **{
        f"a row of {row}": (ROW % row).encode()
        for row in (
            "[]", "[1, 1, 0, 1]", "[1, 1, 0, 1, 0, 0]", "[0, 950, 0, 50, 0]",
            "[-60, 950, 0, 50, 0]", "[1.5, 950, 0, 50, 0]", "[60, 950.5, 0, 50, 0]",
            "[60, 950, 0, -50, 0]",
            "[60, 950, 0, 50, -1]", "[60, NaN, 0, 50, 0]", "[60, 950, 0, Infinity, 0]",
            "[60, 950, 0, 50, null]", '["60", 950, 0, 50, 0]', "[true, 950, 0, 50, 0]",
            "[60, 950, 0, 50, 51]", "[60, 0, 1, 50, 0]", "[60, 950, 0, 1e30, 0]",
            "[99999999999, 950, 0, 50, 0]", "[60, [950], 0, 50, 0]",
            "[60, 1" + "0" * 400 + ", 0, 50, 0]",
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_no_wrong_file_has_a_verdict(what: str, file: Path, pay: Pay, pay_json: PayJson) -> None:
    """Where, what was found, what is allowed, what to do: in the terminal and for programs."""
    file.write_bytes(WRONG[what])
    result = pay("judge", "--recorded", str(file), columns=300)
    assert result.exit_code == 2
    assert not any(word in result.stdout + result.stderr for word in ("PASS at", "Traceback"))
    code, told = pay_json("judge", "--recorded", str(file))
    assert code == 2
    assert told["invalid"]
    for problem in told["invalid"]:
        assert re.fullmatch(f"{re.escape(str(file))}: .*found .+; allowed: .+; .+", problem)


@pytest.mark.parametrize("at", ["quarter", "half"])
def test_a_late_fault_in_a_recorded_latency_waits(at: str, file: Path, pay_json: PayJson) -> None:
    pairs = [[144, 100, 110], [5, 100, 300]]
    recording = {"what": "latency", "stage": at, "block_minutes": 5, "pairs": pairs}
    file.write_text(json.dumps(recording))
    code, told = pay_json("judge", "--recorded", str(file))
    assert (code, told["verdict"]) == (3, "NOT ENOUGH DATA")
    assert told["e_better"] >= 20
    assert "the newest blocks are slower" in told["reason"]


def test_a_file_that_is_not_there_is_a_message(pay: Pay, tmp_path: Path) -> None:
    result = pay("judge", "--recorded", str(tmp_path / "none.json"))
    assert result.exit_code == 2
    assert "No such file" in result.stderr
