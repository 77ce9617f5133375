"""A week on paper: what a setting costs, and whether it is enough."""

import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pay.model.environment.scaling import Scaling
from pay.model.problem import InvalidInput
from pay.model.scaling.demand_curve import DemandCurve, built_in_week, read_curve
from pay.model.scaling.side_scaling import Tracking
from pay.model.scaling.simulation import ScalingSetting, simulate
from pay.model.service.size import TaskCount

WEEK = built_in_week()


def setting(least: int, target: int, night: int | None = None) -> ScalingSetting:
    tasks = TaskCount(min=least, peak=15, night=night)
    cpu = Tracking("cpu", "ECSServiceAverageCPUUtilization", target, 300)
    return ScalingSetting(tasks, 30, cpu, Scaling())


@pytest.mark.parametrize(
    ("chosen", "percent"),
    [
        (setting(9, 60), 71),
        (setting(6, 60), 62),
        (setting(9, 50), 79),
        (setting(9, 50, night=4), 70),
        (setting(15, 60), 100),
    ],
)
def test_every_sensible_setting_carries_an_ordinary_week(
    chosen: ScalingSetting, percent: int
) -> None:
    run = simulate(chosen, WEEK, seeds=[1])
    assert run.overloaded_seconds == 0
    assert abs(100 * run.part_of_peak - percent) <= 2


def test_one_task_that_may_be_full_does_not_carry_it() -> None:
    assert simulate(setting(1, 95), WEEK, seeds=[1]).overloaded_seconds > 600


def test_the_night_saves_hours_and_its_tasks_are_fewer() -> None:
    always, nightly = (simulate(each, WEEK, [1]) for each in (setting(9, 50), setting(9, 50, 4)))
    assert nightly.task_hours < 0.92 * always.task_hours
    assert nightly.hours[3] < 6 < 9 <= nightly.hours[7]
    assert nightly.hours[12] == pytest.approx(always.hours[12], abs=0.5)


def counted(day: list[int]) -> DemandCurve:
    """A day of requests a minute, given hour by hour."""
    return DemandCurve(datetime(2027, 1, 4), [3600.0 * h for h in range(len(day))], day, True)


HILL = [600] * 6 + [1800] * 6 + [3000] * 6 + [600] * 6


@pytest.mark.parametrize(
    ("per_task", "least", "most"),
    [(100, 27, 30), (600, 9, 16)],
    ids=["requests ask for more than CPU", "CPU asks for more than requests"],
)
def test_the_policy_that_asks_for_more_decides(per_task: int, least: int, most: int) -> None:
    """3,000 requests a minute are 15 tasks at 60 % of CPU."""
    chosen = replace(setting(3, 60), requests=requests(per_task))
    run = simulate(chosen, counted(HILL), seeds=[1])
    assert least <= run.hours[16] <= most
    assert run.hours[3] <= 8


def test_both_policies_have_to_agree_to_fewer_tasks() -> None:
    by_cpu = simulate(setting(3, 60), counted(HILL), [1])
    held = simulate(replace(setting(3, 60), requests=requests(150)), counted(HILL), [1])
    assert by_cpu.hours[22] < held.hours[22] < held.hours[16]


def test_a_curve_of_another_unit_says_nothing_about_requests() -> None:
    chosen = setting(9, 50)
    assert simulate(replace(chosen, requests=requests(1)), WEEK, [1]) == simulate(chosen, WEEK, [1])


def requests(per_task: int) -> Tracking:
    return Tracking("requests", "ALBRequestCountPerTarget", per_task, 300)


def test_a_week_takes_less_than_five_seconds() -> None:
    started = time.process_time()
    simulate(setting(9, 50, 4), WEEK)
    assert time.process_time() - started < 5


def test_reads_a_curve(tmp_path: Path) -> None:
    path = tmp_path / "curve.csv"
    path.write_text(
        "time,requests\n2026-11-26T00:00,0\n2026-11-26T12:00,200\n2026-11-27T00:00,100\n"
    )
    curve = read_curve(path)
    assert curve.length.days == 1
    assert [curve.part_of_peak(3600 * hour) for hour in (0, 6, 12, 18, 24)] == [
        *(0, 0.5, 1, 0.75, 0.5)
    ]
    assert simulate(setting(3, 50), curve, [1]).overloaded_seconds == 0


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbftime,requests\r\n2026-11-26T00:00,1\r\n2026-11-26T01:00,2\r\n",
        b"Time, Requests\n2026-11-26T00:00, 1\n\n2026-11-26T01:00, 2\n",
        b'"time","requests"\n"2026-11-26 00:00","1"\n"2026-11-26 01:00","2"\n',
    ],
)
def test_reads_what_spreadsheets_write(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "curve.csv"
    path.write_bytes(content)
    curve = read_curve(path)
    assert (curve.seconds, curve.demand) == ([0, 3600], [1, 2])


def test_reads_a_month_of_minutes(tmp_path: Path) -> None:
    path = tmp_path / "curve.csv"
    minutes = (datetime(2026, 11, 1) + timedelta(minutes=each) for each in range(30 * 24 * 60))
    path.write_text("\n".join(("time,requests", *(f"{m.isoformat()},1000.25" for m in minutes))))
    assert read_curve(path).length.days == 29


@pytest.mark.parametrize(
    "row", ["2026-11-26T02:00,1,250", '2026-11-26T02:00,"1,250"', ",", "x" * 200_000]
)
def test_refuses_a_row_of_more_or_other_cells(tmp_path: Path, row: str) -> None:
    path = tmp_path / "curve.csv"
    path.write_text(f"time,requests\n2026-11-26T00:00,1\n2026-11-26T01:00,1\n{row}\n")
    with pytest.raises(InvalidInput, match=r"curve\.csv"):
        read_curve(path)


def test_refuses_every_row_that_is_no_demand_at_once(tmp_path: Path) -> None:
    path = tmp_path / "curve.csv"
    path.write_text(
        "time,requests\n2026-11-26T00:00,1\nnoon,2\n2026-11-26T01:00,-3\n2026-11-25T00:00,4\n"
        "2026-11-26T02:00,nan\n2026-11-26T03:00Z,4\n2026-11-26T04:00\n"
    )
    with pytest.raises(InvalidInput) as refused:
        read_curve(path)
    assert [problem.line for problem in refused.value.problems] == [3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "requests\n1\n",
        "time,requests\n",
        "time,requests\n2026-11-26T00:00,1\n",
        "time,requests\n2026-11-26T00:00,0\n2026-11-26T01:00,0\n",
        "time,requests\n2026-01-01T00:00,1\n2026-11-26T01:00,1\n",
        "time,requests\n2026-11-26T00:00,1\n2026-11-26T00:00:30,1\n",
        "time,requests\n2026-11-26T00:00,1\n2026-11-26T01:00\udcff,1\n",
    ],
)
def test_refuses_a_file_that_is_no_curve(tmp_path: Path, text: str) -> None:
    path = tmp_path / "curve.csv"
    path.write_text(text, errors="surrogateescape")
    with pytest.raises(InvalidInput, match=r"curve\.csv"):
        read_curve(path)
