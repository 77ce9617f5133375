"""The load of a database is a stop sign: it forbids to pass, and never fails."""

import pytest

from pay.model.judging.database import LEAST, judge_database
from pay.model.judging.line import PERIOD_MINUTES, Levels
from pay.model.judging.part import Part, Verdict
from pay.model.metrics import DATABASE_CONNECTIONS, DATABASE_CPU, DATABASE_READ_LATENCY

QUIET = {
    DATABASE_CONNECTIONS: Levels([40.0] * 24, 45),
    DATABASE_CPU: Levels([20.0] * 24, 35),
    DATABASE_READ_LATENCY: Levels([0.001] * 24, 0.004),
}
PASS, UNKNOWN = Verdict.PASS, Verdict.NOT_ENOUGH_DATA


@pytest.mark.parametrize(
    ("metric", "line", "verdict"),
    [
        # Two pools are twice the connections of one.
        (DATABASE_CONNECTIONS, Levels([90.0] * 24, 45), PASS),
        (DATABASE_CONNECTIONS, Levels([40.0] * 20 + [120.0] * 4, 45), UNKNOWN),
        (DATABASE_CPU, Levels([95.0] * 24, 40), UNKNOWN),
        (DATABASE_CPU, Levels([95.0] * 24, 90), PASS),
        (DATABASE_CPU, Levels([20.0] * 22 + [95.0] * 2, 40), PASS),
        (DATABASE_CPU, Levels([95.0] * 12 + [20.0] * 12, 40), PASS),
        (DATABASE_CPU, Levels([55.0] * 24, 2), PASS),
        (DATABASE_READ_LATENCY, Levels([0.05] * 24, 0.004), UNKNOWN),
        (DATABASE_READ_LATENCY, Levels([0.012] * 24, 0.001), PASS),
    ],
)
def test_a_database_that_is_much_busier_than_in_the_week_before_stops(
    metric: object, line: Levels, verdict: Verdict
) -> None:
    part = judge_database({**QUIET, metric: line})  # type: ignore[dict-item]
    assert part.verdict is verdict
    assert ("busier than usual" in part.reason) is (verdict is UNKNOWN)
    assert ("the limits are assumptions" in (part.needs or "")) is (verdict is UNKNOWN)


@pytest.mark.parametrize("calm", [0, 1, 5])
def test_it_says_when_the_last_hour_is_ordinary(calm: int) -> None:
    def after(periods: int) -> Part:
        return judge_database({DATABASE_CPU: Levels([95.0] * 6 + [20.0] * periods, 40)})

    wait = after(calm).wait_minutes
    assert wait
    needed = calm + int(wait) // PERIOD_MINUTES
    assert after(needed - 1).verdict is UNKNOWN
    assert after(needed).verdict is PASS


def test_without_a_report_there_is_nothing_to_stop_for() -> None:
    nothing = dict.fromkeys(LEAST, Levels([0.0] * 12, 0.0))
    assert judge_database(nothing) == judge_database({})
    assert judge_database(nothing).verdict is PASS
