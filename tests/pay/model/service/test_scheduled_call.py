"""Scheduled calls: what the catalogue may declare."""

import pytest
from pydantic import ValidationError

from pay.catalogue import CATALOGUE
from pay.catalogue.scheduled_calls import SCHEDULED_CALLS
from pay.model.service.scheduled_call import ScheduledCall

CALL = SCHEDULED_CALLS[0]
LONDON = "Europe/London"


def test_each_call_has_a_service_and_a_name_of_its_own() -> None:
    assert {call.service for call in SCHEDULED_CALLS} <= CATALOGUE.keys()
    assert len({call.name for call in SCHEDULED_CALLS}) == len(SCHEDULED_CALLS)
    of_services = {each for service in CATALOGUE.values() for each in service.scheduled_calls}
    assert of_services == {*SCHEDULED_CALLS}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cron": "cron(30 1 * * ? *)", "zone": LONDON}, "does not fire on 28 March"),
        ({"zone": LONDON}, "no call is made in the hour that comes twice"),
        ({"cron": "cron(5 * ? * MON-FRI *)", "zone": "America/New_York"}, "comes twice"),
        ({"cron": "cron(0 9 * * MON *)"}, "in one of day of month and day of week"),
        ({"cron": "rate(5 minutes)"}, "the time of day is a decision"),
        ({"zone": "Europe/Londn"}, "a time zone of the IANA database"),
        ({"deadline_seconds": 59}, "60"),
        ({"path": "/healthcheck"}, "path"),
    ],
)
def test_refuses(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ScheduledCall(**{**CALL.model_dump(), **change})


@pytest.mark.parametrize(
    ("cron", "zone"),
    [
        ("cron(0/10 * * * ? *)", "UTC"),
        ("cron(0/10 * * * ? *)", "Asia/Kolkata"),
        ("cron(30 2 * * ? *)", LONDON),
        ("cron(0/10 6-22 * * ? *)", LONDON),
        ("cron(0 1 ? * MON *)", LONDON),
    ],
)
def test_takes_a_time_that_no_clock_change_leaves_out(cron: str, zone: str) -> None:
    values = {**CALL.model_dump(), "cron": cron, "zone": zone}
    assert ScheduledCall(**values).cron == cron
