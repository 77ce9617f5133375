"""The product and the simulated rule say the same of random days, at every share."""

import random

import pytest

from pay.model.judging.errors import judge_errors
from pay.model.judging.minutes import Minute
from tests.support import judging_oracle


def random_day(rnd: random.Random, share: float) -> list[Minute]:
    """Hours of ordinary minutes, silences and bursts, with or without a fault of Fargate."""
    mean = rnd.choice([12, 60, 600])
    rate, times = rnd.choice([0.0, 0.001, 0.005, 0.3]), rnd.choice([1, 1.3, 5, 20])
    day = []
    for _ in range(rnd.randint(1, 40)):
        fargate, ec2 = int(mean * share + rnd.random()), int(mean * (1 - share) + rnd.random())
        fargate *= rnd.random() > 0.05
        ec2 *= rnd.random() > 0.05
        burst = 0.3 if rnd.random() < 0.1 else 0.0
        errors = (
            sum(rnd.random() < max(rate, burst) for _ in range(ec2)),
            sum(rnd.random() < max(rate * times, burst * rnd.random()) for _ in range(fargate)),
        )
        repeat = rnd.choice([1, 1, 2, 5, 20])
        day += [Minute(ec2, errors[0], fargate, errors[1])] * repeat
    return day


@pytest.mark.parametrize("share", [0.05, 0.1, 0.25, 0.33, 0.5, 0.6, 0.75, 0.9])
def test_the_same_verdict_minute_and_reason(share: float) -> None:
    rnd = random.Random(share)
    seen = set()
    for _ in range(12):
        day, burst_rate = random_day(rnd, share), rnd.choice([0, 0.01, 0.2])
        part = judge_errors(day, share, burst_rate=burst_rate)
        verdict, detail = judging_oracle.errors([tuple(m) for m in day], share, burst_rate)
        assert part.verdict == verdict
        assert part.fail_minute == (detail if verdict == "FAIL" else None)
        assert verdict != "NOT ENOUGH DATA" or part.reason.startswith(str(detail))
        seen.add(verdict)
    assert len(seen) > 1, "the days are all alike"
