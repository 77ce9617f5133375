"""The state of an alarm by its points, as AWS's user guide shows it in two tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.aws.cloudwatch.alarm_states import AlarmConditions, AlarmState, least_samples, state_of

KEPT: AlarmState = "OK"
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
NONE: AlarmState = "INSUFFICIENT_DATA"


def limits(needed: int, of: int, missing: str) -> AlarmConditions:
    return AlarmConditions("GreaterThanThreshold", 5, needed=needed, of=of, missing=missing)


def points(text: str) -> list[float | None]:
    return [{"0": 1.0, "X": 9.0, "-": None}[mark] for mark in text.split()]


# AWS: CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data".
@pytest.mark.parametrize(
    ("needed", "text", "states"),
    [
        (3, "0 - X - X", ("OK", "OK", "OK", "OK")),
        (3, "0 - - - -", ("OK", "OK", "OK", "OK")),
        (3, "- - - - 0", ("OK", "OK", "OK", "OK")),
        (3, "- - - - -", (NONE, KEPT, "ALARM", "OK")),
        (3, "0 X X - X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        (3, "- - - - X", (NONE, KEPT, "ALARM", "OK")),
        (3, "- - X - -", ("ALARM", KEPT, "ALARM", "OK")),
        (3, "X - - - -", ("ALARM", KEPT, "ALARM", "OK")),
        (2, "0 - X - X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        (2, "0 0 X 0 X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        (2, "0 - X - -", ("OK", "OK", "ALARM", "OK")),
        (2, "- - - - 0", ("OK", "OK", "ALARM", "OK")),
        (2, "- - - X -", ("ALARM", KEPT, "ALARM", "OK")),
        (2, "- - - - X", (NONE, KEPT, "ALARM", "OK")),
    ],
)
def test_the_examples_of_aws(needed: int, text: str, states: tuple[AlarmState, ...]) -> None:
    for missing, expected in zip(TREATMENTS, states, strict=True):
        assert state_of(points(text), limits(needed, 3, missing), KEPT) == expected


@given(
    st.lists(st.sampled_from([1.0, 9.0]), min_size=5, max_size=5),
    st.sampled_from(TREATMENTS),
    st.integers(1, 3),
)
def test_complete_points_decide_alone(values: list[float], missing: str, needed: int) -> None:
    expected = "ALARM" if sum(value > 5 for value in values[-3:]) >= needed else "OK"
    assert state_of(values, limits(needed, 3, missing), NONE) == expected


@pytest.mark.parametrize(
    ("percentile", "samples"), [(99, 1000), (95, 200), (90, 100), (50, 20), (5, 200)]
)
def test_a_percentile_needs_ten_samples_in_its_tail(percentile: float, samples: float) -> None:
    assert least_samples(percentile) == pytest.approx(samples)


def test_p100_is_never_significant() -> None:
    assert least_samples(100) == float("inf")
