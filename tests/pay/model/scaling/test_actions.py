"""The scheduled actions of a service: day, night and events."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from pay.model.environment.scaling import USUAL_SCALING, Event, Scaling
from pay.model.scaling.actions import minimum_at, scheduled_actions
from pay.model.service.schedule_expression import parse
from pay.model.service.size import TaskCount

TASKS = TaskCount(min=9, peak=15, night=4)


def event(starts: str, ends: str, least: int = 20) -> Event:
    return Event.model_validate(
        {"name": "sale", "from": starts, "to": ends, "services": ["connector"], "min": least}
    )


def shown(tasks: TaskCount, *events: Event) -> list[tuple[str, str, int | None]]:
    return [(a.name, a.schedule, a.min) for a in scheduled_actions(tasks, Scaling(), events)]


def test_the_usual_scaling_is_a_valid_one() -> None:
    assert Scaling() == USUAL_SCALING


def test_day_and_night_change_the_minimum_and_leave_the_maximum() -> None:
    assert shown(TASKS) == [("day", "cron(45 5 * * ? *)", 9), ("night", "cron(0 22 * * ? *)", 4)]
    assert {action.max for action in scheduled_actions(TASKS, Scaling(), ())} == {None}


def test_a_service_without_a_night_has_no_daily_schedule() -> None:
    assert shown(TaskCount(min=9, peak=15)) == []


def test_an_event_raises_the_minimum_and_returns_to_that_of_its_end() -> None:
    by_day = event("2027-01-04T09:00:00", "2027-01-04T12:00:00")
    assert shown(TASKS, by_day)[2:] == [
        ("sale-starts", "at(2027-01-04T09:00:00)", 20),
        ("sale-ends", "at(2027-01-04T12:00:00)", 9),
    ]
    into_the_night = event("2027-01-04T20:00:00", "2027-01-04T23:00:00")
    assert shown(TASKS, into_the_night)[2:] == [
        ("sale-starts", "at(2027-01-04T20:00:00)", 20),
        # The night would lower it.
        ("sale-again-1", "at(2027-01-04T22:01:00)", 20),
        ("sale-ends", "at(2027-01-04T23:00:00)", 4),
    ]
    assert [name for name, *_ in shown(TaskCount(min=9, peak=15), into_the_night)] == [
        "sale-starts",
        "sale-ends",
    ]


def test_an_event_that_ends_when_the_next_starts_takes_no_tasks_away() -> None:
    first = event("2027-01-04T09:00:00", "2027-01-04T12:00:00", 20)
    second = event("2027-01-04T12:00:00", "2027-01-04T14:00:00", 25)
    for events in ((first, second), (second, first)):
        at_noon = {m for _, at, m in shown(TASKS, *events) if at == "at(2027-01-04T12:00:00)"}
        assert at_noon == {25}


LOCAL = st.datetimes(datetime(2027, 1, 1), datetime(2027, 12, 20)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)


@given(starts=LOCAL, minutes=st.integers(5, 4 * 24 * 60), probe=st.integers(-600, 6 * 24 * 60))
def test_the_actions_that_have_fired_leave_the_minimum_of_the_file(
    starts: datetime, minutes: int, probe: int
) -> None:
    sale = event(f"{starts:%Y-%m-%dT%H:%M:00}", f"{starts + timedelta(minutes=minutes):%FT%H:%M}")
    local = starts + timedelta(minutes=probe)
    zone = ZoneInfo("Europe/London")
    now = local.replace(tzinfo=zone).astimezone(UTC)
    if now.astimezone(zone).replace(tzinfo=None) != local:
        return  # the clocks leave it out
    fired = [
        (moment, number, action.min)
        for number, action in enumerate(scheduled_actions(TASKS, Scaling(), [sale]))
        for moment in parse(action.schedule).between(
            now - timedelta(days=8), now, zone=action.zone, start=now - timedelta(days=8)
        )
    ]
    latest = max(fired)[2]
    # In the minute of a boundary, an event has yet to raise it again.
    is_boundary = local.time() in (USUAL_SCALING.day_starts, USUAL_SCALING.day_ends)
    assert latest == minimum_at(local, TASKS, Scaling(), [sale]) or is_boundary
