"""Times in AWS's answers."""

from datetime import UTC, datetime

import pytest

from rollout.aws.clients import moment_of

MOMENT = datetime(2026, 11, 26, 10, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        MOMENT.timestamp(),
        int(MOMENT.timestamp()),
        str(int(MOMENT.timestamp())),
        "2026-11-26T10:00:30Z",
        "2026-11-26T11:00:30+01:00",
        "Thu, 26 Nov 2026 10:00:30 GMT",
    ],
)
def test_every_form_of_a_time_is_a_moment_in_utc(value: object) -> None:
    assert moment_of(value) == MOMENT
    assert moment_of(value).tzinfo is UTC
