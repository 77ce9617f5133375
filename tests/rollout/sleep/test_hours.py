"""What is said of the hours of an environment that sleeps."""

from datetime import datetime

import pytest

from pay.model.environment.sleep import Sleep
from rollout.sleep.hours import by_plan

ALONE = "Sun 03:15 for 95m databases"


@pytest.mark.parametrize(
    ("values", "time", "says"),
    [
        ({"nightly": "23:00 for 4h"}, "12:00", "it sleeps until Tue 16 Mar 23:00."),
        ({"nightly": "23:00 for 4h"}, "23:30", "it is awake until Wed 17 Mar 03:00."),
        (
            {"nightly": "23:00 for 4h"},
            "22:30",
            "it sleeps until Tue 16 Mar 23:00. Its databases run until Wed 17 Mar 03:10.",
        ),
        (
            {"wakes": (ALONE,)},
            "12:00",
            "it sleeps; pay wake wakes it. Its databases start on Sun 21 Mar 03:15.",
        ),
        (
            {"wakes": ("Tue 03:15 for 10h databases", "Sat 12:00 for 2h")},
            "12:00",
            "it sleeps until Sat 20 Mar 12:00. Its databases run until Tue 16 Mar 13:15.",
        ),
        (
            {"wakes": (ALONE, "Mon 12:00 for 2h")},
            "12:00",
            "it sleeps until Mon 22 Mar 12:00. Its databases start on Sun 21 Mar 03:15.",
        ),
        ({"wakes": (ALONE, "Sat 12:00 for 2h")}, "12:00", "it sleeps until Sat 20 Mar 12:00."),
    ],
)
def test_says_when_services_wake_and_databases_run(
    values: dict[str, object], time: str, says: str
) -> None:
    sleep = Sleep.model_validate({"timezone": "UTC", **values})
    now = datetime.fromisoformat(f"2027-03-16T{time}:00Z")  # a Tuesday
    assert by_plan(sleep, now) == f"By its plan {says}"
