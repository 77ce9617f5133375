"""What a scenario and a quarantine may hold."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from pay.model.smoke import Quarantine, SmokeScenario, ThirdParty

VALUES: dict[str, Any] = {"name": "cancel", "what": "cancels", "opens": ("publicapi",)}
HELD: dict[str, Any] = {"owner": "role", "because": "down", "since": date(2026, 11, 1)}


def test_a_run_ends_before_the_next_one_begins() -> None:
    SmokeScenario(**VALUES, timeout_seconds=120, schedules={"staging-2": 2})
    with pytest.raises(ValidationError, match="at least the timeout of 121 seconds"):
        SmokeScenario(**VALUES, timeout_seconds=121, schedules={"staging-2": 2})


def test_only_the_scenario_of_a_third_party_is_tried_again() -> None:
    SmokeScenario(**VALUES, attempts=2, third_party=ThirdParty.STRIPE)
    with pytest.raises(ValidationError, match="a release that fails now and then is not good"):
        SmokeScenario(**VALUES, attempts=2)


@pytest.mark.parametrize("until", [date(2026, 10, 31), date(2026, 12, 3)])
def test_a_quarantine_lasts_a_month_at_most(until: date) -> None:
    with pytest.raises(ValidationError, match="name a day on which somebody looks"):
        Quarantine(**HELD, until=until)


@pytest.mark.parametrize("lost", ["owner", "because", "since", "until"])
def test_a_quarantine_names_owner_reason_and_days(lost: str) -> None:
    values = {**HELD, "until": date(2026, 11, 2)}
    del values[lost]
    with pytest.raises(ValidationError, match=lost):
        Quarantine(**values)


def test_a_quarantine_counts_in_its_environment_up_to_its_last_day() -> None:
    held = Quarantine(**HELD, until=date(2026, 11, 2), environment="staging-2")
    scenario = SmokeScenario(**VALUES, quarantines=(held,))
    assert scenario.quarantine("staging-2", date(2026, 11, 2)) == held
    assert scenario.quarantine("staging-2", date(2026, 11, 3)) is None
    assert scenario.quarantine("staging-2", date(2026, 10, 31)) is None
    assert scenario.quarantine("production-2", date(2026, 11, 2)) is None
