"""What is said of requests while a service is closed, and until an hour after."""

from datetime import UTC, datetime, timedelta

import pytest

from pay.model.environment.closure import Closure
from pay.model.judging.closed import unless_closed
from pay.model.judging.part import Part, Verdict

NIGHT = datetime(2026, 12, 1, 22, tzinfo=UTC)
CLOSURES = [
    Closure(begins=NIGHT + timedelta(hours=a), ends=NIGHT + timedelta(hours=b), reason=reason)
    for a, b, reason in ((0, 4, "the schemes"), (1, 2, "the bank"), (200, 201, "another"))
]
GOOD, BAD = (Part(verdict=verdict, reason="seen") for verdict in (Verdict.PASS, Verdict.FAIL))


@pytest.mark.parametrize(
    ("minutes", "is_closed"), [(0, False), (1, True), (299, True), (300, False)]
)
def test_nobody_knows_from_its_first_minute_until_an_hour_after(
    minutes: int, is_closed: bool
) -> None:
    end = NIGHT + timedelta(minutes=minutes)
    said = unless_closed(GOOD, CLOSURES, end)
    assert (said == GOOD) is not is_closed
    if is_closed:
        assert said.verdict is Verdict.NOT_ENOUGH_DATA
        assert said.reason == "closed until Wed 02 Dec 02:00: the schemes"
        assert said.wait_minutes == 300 - minutes
        assert not said.escalate


def test_a_fault_of_before_stays() -> None:
    assert unless_closed(BAD, CLOSURES, NIGHT + timedelta(hours=1)) == BAD
