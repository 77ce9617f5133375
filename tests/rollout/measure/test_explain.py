"""Every part says how its numbers came to be."""

import pytest

from pay.model.judging.before import Before, judge_errors_alone
from pay.model.judging.dip import TotalBlock, judge_dip
from pay.model.judging.errors import judge_client_errors, judge_errors
from pay.model.judging.latency import Pair, judge_latency
from pay.model.judging.minutes import Minute
from pay.model.judging.part import Part, Verdict
from pay.model.stage.parts import PartName
from rollout.measure.explain import explain

DAY = [Minute(950, 1, 50, 0)] * 240
EMPTY = Part(verdict=Verdict.NOT_ENOUGH_DATA, reason="the week before has no tunnels")


@pytest.mark.parametrize(
    ("name", "part", "said"),
    [
        (PartName.ERRORS, judge_errors(DAY, 0.05), "1.5, 2, 4, 8, 20 times 1.25 times EC2's"),
        (PartName.ERRORS, judge_errors(DAY, 0.05), "rate is under 1.00%?"),
        (
            PartName.ERRORS,
            judge_errors_alone([Minute(0, 0, 100, 0)] * 60, Before(0.001, 3.2)),
            "Failures scattered 3.2 times as much as chance alone",
        ),
        (PartName.ERRORS, judge_errors_alone(DAY, None), "errors alone never FAIL"),
        (PartName.CLIENT_ERRORS, judge_client_errors(DAY, 0.05), "at most 1.5 times"),
        (PartName.LATENCY, judge_latency([Pair(100, 120)] * 6, block_minutes=10), "0 of 6 were"),
        (PartName.DIP, judge_dip([TotalBlock(1000, 1000)] * 12), "0 of 12 were"),
    ],
)
def test_the_sentences_have_the_numbers_of_the_verdict(
    name: PartName, part: Part, said: str
) -> None:
    assert said in " ".join(explain(name, part))


COUNTED = {PartName.ERRORS, PartName.CLIENT_ERRORS}


@pytest.mark.parametrize("name", [each for each in PartName if each not in COUNTED])
def test_a_part_without_numbers_is_explained_too(name: PartName) -> None:
    assert all(explain(name, EMPTY))
