"""The bill of each month while services move, and when the move has paid for itself."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from pay.model import Stage
from rollout.cost.bill import Pricing, all_at, at_stages, bill
from rollout.cost.bill_lines import CostPart, total
from rollout.cost.months import HORIZON, Month, months, plan_of
from rollout.cost.payback import payback
from rollout.cost.report import CostReport
from rollout.schedule.timetable import timetable
from tests.rollout.cost.conftest import NOW
from tests.support.checkout import Checkout

Reported = Callable[..., CostReport]
FIRST = "2026-11-01"


@pytest.fixture
def estate(reported: Reported, pricing: Pricing) -> CostReport:
    return reported(pricing, "test-12", "test-perf-1")


def test_the_months_lead_from_the_bill_before_to_that_after(
    estate: CostReport, pricing: Pricing
) -> None:
    assert len(estate.months) == HORIZON
    assert str(estate.months[0].first) == FIRST
    after = bill((all_at(each, Stage.RETIRED) for each in estate.environments.values()), pricing)
    without_ec2 = after.usd - sum(each.usd or 0 for each in after.instances)
    last = estate.months[-1]
    # Lines of many services are added up before they are rounded to the cent.
    assert abs(last.usd - without_ec2) < Decimal("0.50")
    assert last.of(CostPart.EC2) == 0
    assert last.is_over


def test_instances_go_whole_and_only_with_their_tasks(estate: CostReport) -> None:
    ec2 = [month.of(CostPart.EC2) for month in estate.months]
    assert ec2 == sorted(ec2, reverse=True)
    configured = sum(each.usd or 0 for each in estate.bill.instances)
    assert ec2[0] == configured
    for month in estate.months:
        assert month.usd_as_configured >= month.usd


def test_a_month_is_shared_by_the_time_at_each_stage(checkout: Checkout, pricing: Pricing) -> None:
    """Half a month on Fargate costs half of its hours."""
    standings = checkout.standings(NOW)
    environment = standings.environments["test-12"]
    plan = plan_of(environment, [])
    middle = NOW.replace(month=12, day=1, hour=0) + timedelta(days=15.5)
    moved = {**plan.stays, "connector": [*plan.stays["connector"], (Stage.SOAK, middle)]}
    plan = type(plan)(environment, moved)
    november, december, january = months([plan], pricing, NOW)[:3]
    assert november.of(CostPart.FARGATE) == 0
    assert december.of(CostPart.FARGATE) > 0
    assert abs(december.of(CostPart.FARGATE) * 2 - january.of(CostPart.FARGATE)) <= Decimal("0.02")


def test_double_running_lasts_while_both_sides_run(checkout: Checkout, pricing: Pricing) -> None:
    standings = checkout.standings(NOW)
    plan = plan_of(standings.environments["test-12"], [])
    december, january = (
        NOW.replace(year=2026 + n // 12, month=n % 12 + 1, day=1) for n in (11, 12)
    )
    stays = [*plan.stays["connector"], (Stage.HALF, december), (Stage.RETIRED, january)]
    plan = type(plan)(plan.environment, {**plan.stays, "connector": stays})
    found = months([plan], pricing, NOW)[:4]
    at_half = bill([at_stages(plan.environment, {"connector": Stage.HALF})], pricing)
    twice = [month.usd_twice for month in found]
    assert twice[0] == twice[3] == 0
    assert abs(twice[1] + twice[2] - total(at_half.double_running)) < Decimal("0.20")
    assert twice[1] > found[1].of(CostPart.FARGATE) * Decimal("0.99") > 0


def test_the_plan_is_that_of_plan_moves(checkout: Checkout, pricing: Pricing) -> None:
    standings = checkout.standings(NOW)
    environment = standings.environments["test-12"]
    waves = timetable(standings, "test-12", NOW.date())
    planned = {(move.service, move.after): move.at for wave in waves for move in wave.moves}
    plan = plan_of(environment, waves)
    for (service, stage), at in planned.items():
        assert plan.stage(service, at) is stage
    begun = sum(month.begun for month in months([plan], pricing, NOW))
    assert begun == len(environment.services)


def test_the_balance_is_what_was_saved_so_far(estate: CostReport, pricing: Pricing) -> None:
    """From its parts: the bill before, the bill of each month, the hours of moves and of keeping
    instances.
    """
    assert estate.paybacks
    for view, saved, move in zip(estate.paybacks, (7 - 0, 5 - 1), (4, 12), strict=True):
        hour = Decimal(80) * Decimal("1.3")
        balance = Decimal(0)
        for month, found in zip(estate.months, view.balances, strict=True):
            covered, covered_before = estate.covered(month), estate.covered_before
            assert covered
            assert covered_before
            balance += covered_before.usd - covered.usd
            balance += estate.before.usd - month.usd - month.begun * move * hour
            balance += round(saved * Decimal(52) / 12 * hour, 2) if month.is_over else 0
            assert found == balance
        assert view.number is not None
        assert all(each >= 0 for each in view.balances[view.number :])
        assert view.balances[view.number - 1] < 0
    early, late = estate.paybacks
    assert (early.number or 0) < (late.number or 0)


def test_a_move_that_never_pays_says_so(estate: CostReport, pricing: Pricing) -> None:
    ruin = {**pricing.inputs, "hourly_rate_gbp": Decimal(100_000)}
    no_saving: list[Month] = [month for month in estate.months if not month.is_over]
    view = payback(no_saving, Decimal(0), ruin, is_early=False)
    assert view.number is None
    assert estate.month_of(view) == f"after {estate.months[-1].name}"
