"""A savings plan covers what it can, the largest discount first, and is billed whole."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout.cost.bill_lines import CostPart, cents
from rollout.cost.savings_plan import coverage

money = st.decimals(0, 20_000, places=2)
percent = st.integers(0, 90).map(Decimal)


def plan(usd_an_hour: str, fargate: str, ec2: str) -> dict[str, Decimal]:
    return {
        "savings_plan_usd_an_hour": Decimal(usd_an_hour),
        "savings_plan_fargate_percent": Decimal(fargate),
        "savings_plan_ec2_percent": Decimal(ec2),
    }


def demand(fargate: str, ec2: str) -> dict[CostPart, Decimal]:
    return {CostPart.FARGATE: Decimal(fargate), CostPart.EC2: Decimal(ec2)}


@pytest.mark.parametrize(
    ("hourly", "fargate", "ec2", "usd", "unused"),
    [
        # 730 committed; EC2 first: 680 buy 1,000, the other 50 buy 62.50 of Fargate.
        ("1", "1000", "1000", "-332.50", "0.00"),
        # All is covered: 610.40 instead of 880, and the rest for nothing.
        ("2", "100", "780", "580.00", "849.60"),
        # 730 buy 1,073.53 of EC2.
        ("1", "0", "5000", "-343.53", "0.00"),
        ("1", "5000", "0", "-182.50", "0.00"),
        ("1", "0", "0", "730.00", "730.00"),
        ("0", "1000", "1000", "0.00", "0.00"),
    ],
)
def test_covers_the_larger_discount_first(
    hourly: str, fargate: str, ec2: str, usd: str, unused: str
) -> None:
    found = coverage(demand(fargate, ec2), plan(hourly, "20", "32"))
    assert (found.usd, found.unused) == (Decimal(usd), Decimal(unused))


@given(money, money, money, percent, percent)
def test_never_uses_more_than_is_committed_nor_covers_more_than_there_is(
    hourly: Decimal, fargate: Decimal, ec2: Decimal, first: Decimal, second: Decimal
) -> None:
    inputs = plan(str(hourly / 1000), str(first), str(second))
    found = coverage({CostPart.FARGATE: fargate, CostPart.EC2: ec2}, inputs)
    assert 0 <= sum(found.used.values()) <= found.committed
    assert found.covered[CostPart.FARGATE] <= fargate + Decimal("0.10")
    assert found.covered[CostPart.EC2] <= ec2 + Decimal("0.10")
    if found.unused:
        assert sum(found.covered.values()) == fargate + ec2
    on_demand = fargate + ec2
    assert on_demand + found.usd >= cents(on_demand * (1 - max(first, second) / 100)) - 1
