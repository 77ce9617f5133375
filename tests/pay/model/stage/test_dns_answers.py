"""Route 53's answers, held against AWS's own tables."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.model import Record, Side
from pay.model.stage.dns_answers import (
    TargetHealth,
    Weighted,
    answer_shares,
    minimum_healthy,
    side_shares,
)

HEALTHY, UNHEALTHY, UNCHECKED = True, False, True

# Route 53 developer guide, "Weighted routing", "Health checks and weighted routing": three records
# of the weights 1, 1 and 0; the health of each, and whether queries are answered with it.
AWS_TABLE_ZERO_WEIGHT_HAS_A_HEALTH_CHECK = [
    ((UNHEALTHY, UNHEALTHY, HEALTHY), (False, False, True)),
    ((UNHEALTHY, UNHEALTHY, UNHEALTHY), (True, True, False)),
    ((UNHEALTHY, HEALTHY, UNHEALTHY), (False, True, False)),
    ((HEALTHY, HEALTHY, UNHEALTHY), (True, True, False)),
    ((HEALTHY, HEALTHY, HEALTHY), (True, True, False)),
]
AWS_TABLE_ZERO_WEIGHT_HAS_NO_HEALTH_CHECK = [
    ((HEALTHY, HEALTHY, UNCHECKED), (True, True, False)),
    ((UNHEALTHY, UNHEALTHY, UNCHECKED), (False, False, True)),
    ((UNHEALTHY, HEALTHY, UNCHECKED), (False, True, False)),
]

weighted = st.builds(Weighted, weight=st.integers(0, 255), healthy=st.booleans())
groups = st.dictionaries(st.integers(1, 100), weighted, min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("health", "answered"),
    AWS_TABLE_ZERO_WEIGHT_HAS_A_HEALTH_CHECK + AWS_TABLE_ZERO_WEIGHT_HAS_NO_HEALTH_CHECK,
)
def test_answers_as_the_tables_of_aws_say(
    health: tuple[bool, bool, bool], answered: tuple[bool, bool, bool]
) -> None:
    records = {n: Weighted(w, h) for n, (w, h) in enumerate(zip((1, 1, 0), health, strict=True))}
    shares = answer_shares(records)
    assert tuple(shares[n] > 0 for n in range(3)) == answered
    for n in range(3):
        assert shares[n] in (0, Fraction(1, sum(answered)))


def test_a_share_is_the_weight_over_the_sum_of_weights() -> None:
    shares = answer_shares({"one": Weighted(1), "rest": Weighted(255)})
    assert shares == {"one": Fraction(1, 256), "rest": Fraction(255, 256)}


def test_all_weights_zero_is_half_and_half_not_nothing() -> None:
    shares = answer_shares({"ec2": Weighted(0), "fargate": Weighted(0)})
    assert shares == {"ec2": Fraction(1, 2), "fargate": Fraction(1, 2)}


@given(groups)
def test_the_shares_always_sum_to_one(records: dict[int, Weighted]) -> None:
    assert sum(answer_shares(records).values()) == 1


@given(groups)
def test_an_unhealthy_record_answers_only_when_nothing_is_healthy(
    records: dict[int, Weighted],
) -> None:
    if any(record.healthy for record in records.values()):
        shares = answer_shares(records)
        assert all(records[key].healthy for key, share in shares.items() if share)


@given(groups)
def test_a_record_of_weight_zero_answers_only_when_no_record_with_weight_is_healthy(
    records: dict[int, Weighted],
) -> None:
    if any(record.healthy and record.weight for record in records.values()):
        shares = answer_shares(records)
        assert all(records[key].weight for key, share in shares.items() if share)


READY = (Record(side=Side.EC2, weight=100), Record(side=Side.FARGATE, weight=0))
HALF = (Record(side=Side.EC2, weight=50), Record(side=Side.FARGATE, weight=50))
ALL, ENOUGH, TOO_FEW = (TargetHealth(healthy, minimum=8) for healthy in (15, 8, 7))


def test_a_sick_ec2_side_hands_everything_to_fargate_at_weight_zero() -> None:
    assert side_shares(READY)[Side.FARGATE] == 0
    assert side_shares(READY, {Side.EC2: TargetHealth(0)})[Side.FARGATE] == 1


def test_a_side_with_too_few_healthy_targets_hands_everything_to_the_other() -> None:
    assert side_shares(HALF, {Side.EC2: TOO_FEW, Side.FARGATE: ALL})[Side.FARGATE] == 1
    assert side_shares(HALF, {Side.EC2: ENOUGH, Side.FARGATE: ALL})[Side.FARGATE] == Fraction(1, 2)


def test_both_sides_with_too_few_healthy_targets_answer_by_weight() -> None:
    assert side_shares(HALF, dict.fromkeys(Side, TOO_FEW)) == dict.fromkeys(Side, Fraction(1, 2))


def test_by_the_default_of_aws_one_healthy_target_of_many_keeps_its_weight() -> None:
    assert side_shares(READY, {Side.EC2: TargetHealth(1)})[Side.EC2] == 1


def test_a_simple_record_answers_healthy_or_not() -> None:
    simple = (Record(side=Side.EC2, weight=None),)
    assert side_shares(simple, {Side.EC2: TargetHealth(0)}) == {Side.EC2: 1}


@pytest.mark.parametrize(("tasks", "minimum"), [(1, 1), (2, 1), (3, 2), (4, 2), (15, 8)])
def test_half_of_the_tasks_rounded_up_keep_a_side_in_dns(tasks: int, minimum: int) -> None:
    assert minimum_healthy(tasks) == minimum
