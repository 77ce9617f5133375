"""The looks of a wait: the first at once, the last when its time is over."""

import pytest

from rollout.aws.polling import Clock


@pytest.mark.parametrize(
    ("longest", "takes", "at"),
    [
        (0, 0, [0]),
        (5, 0, [0, 2, 4, 6]),
        (4, 0, [0, 2, 4]),
        (4, 3, [0, 5]),  # looking takes time, too
    ],
)
def test_looks_until_the_time_is_over(longest: float, takes: float, at: list[float]) -> None:
    now = [0.0]

    def pause(seconds: float) -> None:
        now[0] += seconds

    seen = []
    for _ in Clock(lambda: now[0], pause, poll_seconds=2).looks(longest):
        seen.append(now[0])
        now[0] += takes
    assert seen == at
